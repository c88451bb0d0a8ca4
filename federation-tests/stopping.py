"""SIGTERM under load: the server ends in time and well, and nothing that it acknowledged is missing after."""

import http.client
import os
import signal
import sys
import threading
import time
import urllib.error

from instance import Instance, Refused, free_port, until
from story import fresh_database, lookup, tweets_of

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
    a.start()
    b.start()
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
    binary = sys.argv[1]
    ports = [free_port(), free_port()]
    dev_hosts = f"a.test=127.0.0.1:{ports[0]},b.test=127.0.0.1:{ports[1]}"
    server = os.environ.get("ROOKERY_TEST_POSTGRES")
    a = Instance(binary, "a.test", ports[0], dev_hosts, fresh_database(server) if server else "")
    b = Instance(binary, "b.test", ports[1], dev_hosts)
    try:
        stop_under_load(a, b)
    except BaseException:
        for instance in (a, b):
            print(f"--- log of {instance.name}\n{instance.tail()}", file=sys.stderr)
        raise
    finally:
        if b.process and b.process.poll() is None:
            os.kill(b.process.pid, signal.SIGCONT)
        a.stop()
        b.stop()
    print("4 passed, 0 failed")


if __name__ == "__main__":
    main()
