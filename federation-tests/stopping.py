"""SIGTERM under load: the server ends in time and well, and nothing that it acknowledged is missing after."""

import http.client
import os
import signal
import sys
import threading
import time
import urllib.error

from asking import lookup, tweets_of
from instance import Refused, until
from network import Network

WRITERS = 8
# Acknowledged posts before the signal, so that it comes in the middle of the load.
UNDER_LOAD = 60
# Supervisors commonly kill after this.
STOP_LIMIT_S = 10


class Writer(threading.Thread):
    """Posts one after the other until the server does not answer any more."""

    def __init__(self, person, number):
        super().__init__(daemon=True)
        self.person, self.number, self.acknowledged, self.failure = person, number, [], None

    def run(self):
        while True:
            text = f"load {self.number} {len(self.acknowledged)}"
            try:
                self.person.post("/api/tweets", {"text": text})
            except (OSError, urllib.error.URLError, http.client.HTTPException):
                return
            except Refused as refused:
                # A server that stops may say so; anything else is a fault.
                self.failure = None if refused.status == 503 else refused
                return
            self.acknowledged.append(text)


def stop_under_load(a, b):
    ann, bob = a.person("ann"), b.person("bob")
    ann_at_b = until("bob looks ann up", lambda: lookup(bob, ann.handle))["id"]
    bob.post(f"/api/users/{ann_at_b}/follow")
    until("bob's follow is accepted", lambda: bob.get(f"/api/users/{ann_at_b}/relationship")["following"])
    # From now on every delivery to it is under way for as long as the sender waits.
    os.kill(b.process.pid, signal.SIGSTOP)
    writers = [Writer(ann, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    until("the load runs", lambda: sum(len(writer.acknowledged) for writer in writers) >= UNDER_LOAD)
    told = time.monotonic()
    a.process.send_signal(signal.SIGTERM)
    code = a.process.wait(STOP_LIMIT_S)
    print(f"  ok  it ends within {STOP_LIMIT_S} s (took {time.monotonic() - told:.1f} s)", flush=True)
    assert code == 0, f"exit code {code}"
    print("  ok  with exit code 0", flush=True)
    for writer in writers:
        writer.join()
        assert writer.failure is None, writer.failure
    os.kill(b.process.pid, signal.SIGCONT)
    a.start()
    acknowledged = {text for writer in writers for text in writer.acknowledged}
    kept = {tweet["text"] for tweet in tweets_of(ann, ann.id)}
    assert acknowledged <= kept, f"missing: {sorted(acknowledged - kept)[:5]}"
    print(f"  ok  all {len(acknowledged)} acknowledged posts are there", flush=True)
    arrived = lambda: {tweet["text"] for tweet in tweets_of(bob, ann_at_b)}
    # The host that did not answer has its breaker open for half a minute or so.
    until("and arrive at the follower's", lambda: kept <= arrived(), 120)
    print("  ok  and arrive at the follower's", flush=True)


def main():
    with Network(sys.argv[1], {"b.test": {}, "a.test": {}}) as network:
        b, a = network.instances
        try:
            stop_under_load(a, b)
        finally:
            os.kill(b.process.pid, signal.SIGCONT)
    print("4 passed, 0 failed")


if __name__ == "__main__":
    main()
