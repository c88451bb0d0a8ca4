# Shared by the scripts: saying what happens, and where things are kept. Sourced, not run.

# Built things and tools that live longer than a checkout.
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/rookery"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
# Tools that `cargo install` makes are found without a login shell too.
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

# section "What it does" command …  — announces it, runs it, tells how long it took.
section() {
    local title=$1 started=$SECONDS
    shift
    say "== $title"
    "$@"
    say "== $title: done in $((SECONDS - started)) s"
}

# as_root command …  — for package installs: directly as root, else by sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "'$*' needs root; run it yourself, then start again"
    fi
}
