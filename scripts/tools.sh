# Installs the tools that checks need, when they are missing, and says so. Sourced after lib.sh.

# Versions of what comes from PyPI and crates.io, so that a new release changes nothing by itself.
SCHEMATHESIS_VERSION="4.32.5"
NEXTEST_VERSION="0.9.143"
DENY_VERSION="0.20.2"

apt_install() {
    command -v apt-get >/dev/null || die "missing: $*; install it by your system's package manager"
    say "-- installing $* by apt"
    as_root apt-get update -qq
    # Past sudo, which keeps no environment.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# cargo_tool NAME VERSION  — a cargo subcommand's binary, when there is none of any version; built once, kept in
# cargo's own bin folder.
cargo_tool() {
    command -v "$1" >/dev/null && return
    say "-- installing $1 $2 by cargo; this takes a few minutes, once"
    # Not in our target folder: the tool is built once, the folder would keep its objects for ever.
    env -u CARGO_TARGET_DIR cargo install --locked --quiet --version "$2" "$1"
}

# rust_component NAME SUBCOMMAND  — a part of the toolchain that minimal installations leave out.
rust_component() {
    cargo "$2" --version >/dev/null 2>&1 && return
    command -v rustup >/dev/null || die "cargo $2 is missing; install it by your system's package manager"
    say "-- installing $1 by rustup"
    rustup --quiet component add "$1"
}

# The folder of PostgreSQL's programs, newest version first; empty when there is none.
postgres_bin() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        if [ -x "$folder/initdb" ]; then
            printf '%s' "$folder"
            return
        fi
    done
    if command -v initdb >/dev/null; then
        dirname "$(command -v initdb)"
    fi
}

need_postgres() {
    [ -n "$(postgres_bin)" ] && return
    # Only the programs: no cluster of the system's own is made or started.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        as_root mkdir -p /etc/postgresql-common
        printf 'create_main_cluster = false\n' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    apt_install postgresql
    [ -n "$(postgres_bin)" ] || die "PostgreSQL was installed, yet its initdb is not found"
}

# Films and sounds are made by it, and the tests make theirs with it.
need_ffmpeg() {
    command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || apt_install ffmpeg
}

need_curl() {
    command -v curl >/dev/null || apt_install curl
}

need_python() {
    command -v python3 >/dev/null || apt_install python3
}

need_venv() {
    python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3 python3-venv
}

need_node() {
    command -v node >/dev/null && command -v npm >/dev/null && return
    apt_install nodejs npm
}

need_chromium() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null && return
    apt_install chromium
}

# Sets SCHEMATHESIS to its program, in a Python environment of its own.
need_schemathesis() {
    local venv="$CACHE/schemathesis-$SCHEMATHESIS_VERSION"
    SCHEMATHESIS="$venv/bin/schemathesis"
    export SCHEMATHESIS
    [ -x "$SCHEMATHESIS" ] && return
    need_venv
    say "-- installing schemathesis $SCHEMATHESIS_VERSION by pip"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS_VERSION"
}
