"""The server that the clients drive, and the people on it."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "contract"), os.path.join(HERE, "..", "..", "federation-tests")]

from browser import Browser  # noqa: E402
from instance import PASSWORD, Instance, free_port, until  # noqa: E402
from story import png  # noqa: E402

__all__ = ["Stage", "png", "until"]


class Stage:
    """A server of its own for each client, so that what one leaves behind is no surprise to the next."""

    def __init__(self, binary, name, database):
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        settings = {"ROOKERY_BASE_URL": self.address}
        self.instance = Instance(binary, name, port, "", database, settings)

    def __enter__(self):
        self.instance.start()
        # Whoever the client is signed in as, and the one on the other side.
        self.ann, self.bob = self.instance.person("ann"), self.instance.person("bob")
        return self

    def __exit__(self, kind, failure, trace):
        self.instance.stop()
        if failure:
            print(self.instance.tail(), file=sys.stderr)

    def allow(self, address):
        """Ann allows what an app asks for in a browser; answers the code."""
        return Browser("ann", PASSWORD).allow(address)

    def says(self, text, **more):
        """Bob writes a post, by Rookery's own API."""
        return self.bob.post("/api/tweets", {"text": text, **more})
