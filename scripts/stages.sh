# The checks that need a running server. Each has a folder with an executable `run`, which gets its tools from
# here and its server from the build. Sourced after tools.sh.

# Pages in a real browser: looks, works without JavaScript, passes axe.
browser_stage() {
    need_curl
    need_node
    need_chromium
    if [ -f tests/browser/package-lock.json ]; then
        # The browser is the system's; none is downloaded.
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix tests/browser --silent --no-audit --no-fund
    fi
    tests/browser/run
}

# The API against its own OpenAPI document; SCHEMATHESIS is the program's path.
schema_stage() {
    need_curl
    need_schemathesis
    tests/schema/run
}

# Apps that others wrote, from PyPI and npm, against a running server.
clients_stage() {
    need_python
    need_venv
    need_node
    tests/clients/run
}

# Several instances that talk with each other, and with servers on libraries from npm and PyPI.
federation_stage() {
    need_python
    need_venv
    need_node
    federation-tests/run
}

# stage TITLE FOLDER FUNCTION  — runs a stage that is there.
stage() {
    if [ -d "$2" ]; then
        section "$1" "$3"
    fi
}
