"""The guard of everything outgoing, with nothing allowed for tests: an instance by https among public addresses, in a
network namespace of its own, and peers that lead it to private ones. Nothing may ever connect there.

`python3 federation-tests/guard.py BINARY`"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading

import forge as peers
import namespaces
from faults_cases import Part, Rows, untouched
from faults_fetch import get
from forge import Actor, Forge
from forge_tls import authority_and_server
from instance import Instance, free_port, until
from story import lookup, with_text

# An address of the public internet, here our own.
OUTSIDE = "9.9.9.9"
# Where nobody may be led: a private network, this machine, and where clouds keep their secrets.
INSIDE = ["10.0.0.1", "127.0.0.1", "169.254.169.254", "100.64.0.1"]
HOSTS = f"""127.0.0.1 localhost
{OUTSIDE} outside.test both.test away.test
10.0.0.1 inner.test both.test
127.0.0.1 loop.test
"""
NEEDED = "ip addr add 9.9.9.9/32 dev lo && mount --bind /etc/hosts /etc/hosts"


class Traps:
    """Listens wherever nobody may be led."""

    def __init__(self):
        self.caught = []
        for address in [*INSIDE, "::1"]:
            for port in (80, 443):
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                listener = socket.create_server((address, port), family=family)
                threading.Thread(target=self.wait, args=(listener, f"{address}:{port}"), daemon=True).start()

    def wait(self, listener, where):
        while True:
            connection, _ = listener.accept()
            self.caught.append(where)
            connection.close()

    def work(self):
        """Whoever comes is caught."""
        socket.create_connection(("10.0.0.1", 443)).close()
        until("the trap snaps", lambda: self.caught == ["10.0.0.1:443"])
        self.caught.clear()


class Guarded:
    def __init__(self, part, a, forge, traps):
        self.part, self.a, self.rows, self.forge, self.traps = part, a, Rows(a), forge, traps
        self.ann = a.person("ann")
        self.ann_id = f"https://{a.name}/users/ann"
        self.bob = Actor(forge, "outside.test", "bob")
        self.number = 0

    @contextlib.contextmanager
    def nobody_inside(self, name):
        with self.part.case(name):
            yield
            assert not self.traps.caught, f"it connected to {self.traps.caught}"

    def honest(self):
        with self.nobody_inside("an honest peer by https is spoken with"):
            assert self.bob.send(self.a, self.bob.activity("Follow", self.ann_id)) == 202
            accepts = lambda: [one for one in self.forge.posts("outside.test") if b'"Accept"' in one.body]
            until("the yes arrives", accepts)
            self.bob_at_a = until("bob is known", lambda: lookup(self.ann, self.bob.handle))["id"]
        self.ann.post(f"/api/users/{self.bob_at_a}/follow")
        ours = lambda: next((one.activity() for one in self.forge.posts("outside.test") if self.is_ours(one)), None)
        assert self.bob.send(self.a, self.bob.activity("Accept", until("ann's follow arrives", ours))) == 202
        until("ann follows", lambda: self.ann.get(f"/api/users/{self.bob_at_a}/relationship")["following"])

    def is_ours(self, asked):
        return b'"Follow"' in asked.body and asked.activity()["type"] == "Follow"

    def stranger(self, host="outside.test"):
        self.number += 1
        return Actor(self.forge, host, f"p{self.number}", self.bob.key)

    def actors(self):
        """An actor whose document leads inside; the redirect is answered, and nobody follows it."""
        for place in self.inner_places():
            who = self.stranger()
            self.forge.serve(who.id, peers.redirect(302, place))
            with self.nobody_inside(f"an actor that redirects to {place}"):
                with untouched(self.rows, self.forge, fetches=[who.id]):
                    answered = who.send(self.a, who.activity("Follow", self.ann_id))
                    assert answered in (401, 503), answered
        for host in ("inner.test", "loop.test", *INSIDE):
            who = self.stranger(host)
            with self.nobody_inside(f"an actor on {host}"), untouched(self.rows, self.forge):
                answered = who.send(self.a, who.activity("Follow", self.ann_id))
                assert answered in (400, 401, 503), answered

    def inner_places(self):
        literal = [f"https://{address}/users/x" for address in INSIDE]
        odd = ["https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/"]
        named = ["https://inner.test/users/x", "https://loop.test/users/x"]
        plain = ["http://outside.test/users/bob", "https://outside.test:8443/users/bob", "https://u:p@outside.test/"]
        return literal + odd + named + plain

    def both(self):
        """A name with an outer and an inner address is only ever asked at the outer one."""
        who = self.stranger("both.test")
        with self.nobody_inside("a name that leads outside and inside is asked outside alone"):
            assert who.send(self.a, who.activity("Follow", self.ann_id)) == 202
            until("the yes arrives", lambda: self.forge.posts("both.test"))

    def posts_and_pictures(self):
        for place in self.inner_places():
            asked = len(self.forge.log)
            with self.nobody_inside(f"a post at {place}"):
                with untouched(self.rows, self.forge, ("inbox",)):
                    assert self.bob.send(self.a, self.bob.activity("Announce", place)) in (202, 400)
            text, redirecting = f"picture {asked}", f"https://outside.test/pictures/{asked}"
            self.forge.serve(redirecting, peers.redirect(302, place))
            files = [{"type": "Document", "mediaType": "image/png", "url": url} for url in (place, redirecting)]
            note = self.bob.note(text, attachment=files)
            with self.nobody_inside(f"a picture at {place}, and one that redirects there"):
                assert self.bob.send(self.a, self.bob.activity("Create", note)) == 202
                tweet = until("the post is here", lambda: with_text(self.ann, self.bob_at_a, text))
                for media in tweet["media"]:
                    answered = get(self.a, media["url"].replace("https://", "http://", 1))
                    assert answered == 404, answered
        with self.part.case("no picture was kept"):
            assert self.rows.one("select count(*) from cached_pictures") == 0

    def inboxes(self):
        """Followers whose inboxes lead inside."""
        redirected = self.stranger("away.test")
        self.forge.take(redirected.inbox, peers.redirect(307, "https://10.0.0.1/inbox"))
        literal = self.stranger()
        literal.inbox = "https://10.0.0.1/inbox"
        literal.show(inbox="https://10.0.0.1/users/x/inbox")
        for who in (redirected, literal):
            who.send(self.a, who.activity("Follow", self.ann_id))
        waits = "select count(*) from inbox where state = 'waiting'"
        until("the follows are worked off", lambda: self.rows.one(waits) == 0)
        with self.nobody_inside("an inbox that is inside, and one that redirects there"):
            self.ann.post("/api/tweets", {"text": "for all followers"})
            arrived = lambda: [one for one in self.forge.posts("outside.test") if b"for all followers" in one.body]
            until("the post arrives at bob's", arrived)
            until("the redirect was asked", lambda: self.forge.posts("away.test"))
            tried = "select count(*) from instances where host in ('away.test', '10.0.0.1') and failures = 0"
            until("neither was spoken with", lambda: self.rows.one(tried) == 0)

    def run(self):
        with self.part.case("whoever connects to a private address is noticed"):
            self.traps.work()
        self.honest()
        self.both()
        self.actors()
        self.posts_and_pictures()
        self.inboxes()


def run(binary):
    part = Part("guard")
    why_not = namespaces.enter("-rnm", NEEDED)
    if why_not:
        part.skip("private addresses", why_not)
        return part
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        for address in [OUTSIDE, *INSIDE]:
            subprocess.run(["ip", "addr", "add", f"{address}/32", "dev", "lo"], capture_output=True)
        names = os.path.join(folder, "hosts")
        with open(names, "w") as out:
            out.write(HOSTS)
        subprocess.run(["mount", "--bind", names, "/etc/hosts"], check=True)
        authority, tls = authority_and_server(folder, ["outside.test", "both.test", "away.test", "inner.test"])
        forge, traps = Forge().start(443, OUTSIDE, tls), Traps()
        a = Instance(binary, "a.test", free_port(), "")
        del a.environment["ROOKERY_FEDERATION_INSECURE"], a.environment["ROOKERY_FEDERATION_DEV_HOSTS"]
        a.environment.update(ROOKERY_BASE_URL="https://a.test", SSL_CERT_FILE=authority)
        stack.callback(a.stop)
        with part.case("the guarded instance runs to the end"):
            a.start()
            Guarded(part, a, forge, traps).run()
        if not all(case["ok"] for case in part.cases):
            print(f"--- log of {a.name}\n{a.tail()}", file=sys.stderr)
    return part


if __name__ == "__main__":
    sys.exit(not run(sys.argv[1]).finish())
