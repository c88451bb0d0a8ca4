"""Clients that others wrote drive a running server: `drive.py BINARY [CLIENT …]`."""

import os
import sys

from stage import Stage

import masto_js
import mastodon_py
import same
import toot_cli
import walk
from faults_cases import Part
from network import fresh_database

CLIENTS = {"mastodon_py": mastodon_py, "masto_js": masto_js, "toot": toot_cli, "contract": walk, "same": same}


def main(binary, names):
    """Each client drives a server of its own on each engine."""
    server, fine = os.environ.get("ROOKERY_TEST_POSTGRES"), True
    for name in names or CLIENTS:
        for engine in ("SQLite", "PostgreSQL") if server else ("SQLite",):
            part = Part(name)
            print(f"-- {name}, on {engine}", flush=True)
            with Stage(binary, "clients.test", fresh_database(server) if engine == "PostgreSQL" else "") as stage:
                CLIENTS[name].run(stage, part)
            fine = part.finish() and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
