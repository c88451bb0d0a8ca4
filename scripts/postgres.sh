# A PostgreSQL of the tests' own: in a temporary folder, on a free port, gone at the end. Sourced after
# tools.sh. It never touches a cluster of the system.

POSTGRES_FOLDER=""
POSTGRES_PID=""

# start_postgres  — sets and exports ROOKERY_TEST_POSTGRES. Call stop_postgres from the EXIT trap.
start_postgres() {
    need_postgres
    local bin user=() try port
    bin=$(postgres_bin)
    POSTGRES_FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/rookery-postgres.XXXXXX")
    # PostgreSQL refuses to run as root.
    if [ "$(id -u)" = 0 ]; then
        id postgres >/dev/null 2>&1 || useradd --system --no-create-home postgres
        chown postgres "$POSTGRES_FOLDER"
        user=(setpriv --reuid postgres --regid "$(id -g postgres)" --clear-groups)
    fi
    (
        cd "$POSTGRES_FOLDER" &&
            "${user[@]}" "$bin/initdb" --pgdata data --username postgres --auth trust --encoding UTF8 \
            --locale C.UTF-8 --no-sync >initdb.log 2>&1
    ) || {
        cat "$POSTGRES_FOLDER/initdb.log" >&2
        die "initdb failed"
    }
    # Should this shell be killed without a chance to clean up, the server stops by itself.
    if command -v setpriv >/dev/null; then
        [ ${#user[@]} -gt 0 ] || user=(setpriv)
        user+=(--pdeathsig INT)
    fi
    for try in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 12000))
        if run_postgres "$bin" "$port" "${user[@]}"; then
            export ROOKERY_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port"
            say "-- $("$bin/postgres" --version) on port $port"
            return
        fi
        say "-- port $port did not work (try $try of 5)"
    done
    cat "$POSTGRES_FOLDER/server.log" >&2
    die "PostgreSQL did not start"
}

# run_postgres BIN PORT [PREFIX …]  — starts the server and waits until it answers.
run_postgres() {
    local bin=$1 port=$2 settings setting waited
    shift 2
    # Durability is not what these tests are about, and a test cluster may die with its machine.
    settings=(fsync=off synchronous_commit=off full_page_writes=off max_connections=200 shared_buffers=128MB
        listen_addresses=127.0.0.1 "unix_socket_directories=$POSTGRES_FOLDER" "port=$port")
    local arguments=()
    for setting in "${settings[@]}"; do arguments+=(-c "$setting"); done
    "$@" "$bin/postgres" -D "$POSTGRES_FOLDER/data" "${arguments[@]}" \
        >"$POSTGRES_FOLDER/server.log" 2>&1 </dev/null &
    POSTGRES_PID=$!
    for waited in $(seq 150); do
        kill -0 "$POSTGRES_PID" 2>/dev/null || return 1
        "$bin/pg_isready" --quiet --host 127.0.0.1 --port "$port" && return 0
        sleep 0.2
    done
    say "-- PostgreSQL did not answer within $((waited / 5)) s"
    stop_server
    return 1
}

stop_server() {
    [ -n "$POSTGRES_PID" ] || return 0
    # At once and without a last checkpoint: the folder goes anyway.
    kill -QUIT "$POSTGRES_PID" 2>/dev/null || true
    wait "$POSTGRES_PID" 2>/dev/null || true
    POSTGRES_PID=""
}

stop_postgres() {
    stop_server
    [ -z "$POSTGRES_FOLDER" ] || rm -rf "$POSTGRES_FOLDER"
    POSTGRES_FOLDER=""
}
