"""Several servers that find each other by name on this machine: instances of ours and peers."""

import os
import subprocess
import sys
import uuid

from instance import Instance, free_port
from peer import Peer


def fresh_database(server):
    """A new database on a PostgreSQL server, for one instance."""
    name = f"federation_{uuid.uuid4().hex[:12]}"
    subprocess.run(["psql", "-q", f"{server}/postgres", "-c", f"create database {name}"], check=True)
    return f"{server}/{name}"


class Network:
    """Started servers; all are stopped at the end, and their logs shown when it ends badly."""

    def __init__(self, binary, instances, peers=()):
        """`instances` are settings by host name; every second one is on PostgreSQL when ROOKERY_TEST_POSTGRES names a
        server.
        `peers` are tuples of library, user name, host name, and what else `Peer` takes."""
        names = [*instances, *(peer[2] for peer in peers)]
        ports = {name: free_port() for name in names}
        hosts = ",".join(f"{name}=127.0.0.1:{port}" for name, port in ports.items())
        server = os.environ.get("ROOKERY_TEST_POSTGRES")
        self.instances = [
            Instance(binary, name, ports[name], hosts, fresh_database(server) if server and place % 2 else "", settings)
            for place, (name, settings) in enumerate(instances.items())
        ]
        self.peers = [
            Peer(library, username, name, ports[name], hosts, *more) for library, username, name, *more in peers
        ]

    def named(self, name):
        return next(instance for instance in self.instances if instance.name == name)

    def __enter__(self):
        try:
            for peer in self.peers:
                peer.begin()
            for instance in self.instances:
                instance.start()
            for peer in self.peers:
                peer.wait()
        except BaseException:
            self.close(True)
            raise
        return self

    def __exit__(self, kind, _error, _trace):
        self.close(kind is not None)

    def close(self, show):
        for server in (*self.peers, *self.instances):
            if show:
                print(f"--- log of {server.name}\n{server.tail()}", file=sys.stderr)
            server.stop()
