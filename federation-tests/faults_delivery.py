"""What a forged peer may answer when we deliver to it: what may pass is tried again and in time, what is final is not,
and nobody waits for another's fault."""

import time

import forge as peers
from faults_cases import peak_memory
from forge import Actor
from instance import until

RETRY_AFTER_S = 40
# On a busy machine, and still less than the hanging hosts take.
AT_ONCE_S = 8
# The least wait after a failure.
BACKOFF_S = 30
# The breaker's first wait, a timeout before it, and some for a busy machine.
PATIENCE_S = 120
DEAD = 3
HOSTS = [
    "live.test", "slow.test", "busy.test", "broken.test", "personal.test", "shared.test", "page.test", "cut.test",
    "silent.test", "hanging.test", "loop.test", "away.test", "moved.test", "other.test", "pouring.test",
]


def answers(forge):
    """How the inbox of each host takes the first post; what is not listed is well-behaved."""
    fine = peers.status(202)
    return {
        "slow.test": peers.after(2, fine),
        "busy.test": peers.in_turn(peers.status(429, {"Retry-After": str(RETRY_AFTER_S)}), fine),
        "broken.test": peers.in_turn(peers.status(500), fine),
        "shared.test": peers.status(410),
        "page.test": peers.page,
        "cut.test": peers.cut(b"x" * 4_000, 202),
        "silent.test": peers.in_turn(peers.hang_up, fine),
        "hanging.test": peers.in_turn(peers.after(12, fine), fine),
        "loop.test": peers.redirect(307, "http://loop.test/inbox"),
        "away.test": peers.redirect(302, "http://other.test/inbox"),
        "moved.test": peers.redirect(307, "http://other.test/inbox"),
        "pouring.test": peers.huge(announced=False, code=202),
    }


class Delivering:
    def __init__(self, part, d, rows, forge, down):
        self.part, self.d, self.rows, self.forge, self.down = part, d, rows, forge, down
        self.ann = d.person("ann")
        key = Actor(forge, "live.test", "first", served=False).key
        self.followers = [Actor(forge, host, "fan", key) for host in HOSTS if host not in ("other.test", "personal.test")]
        self.leaver = Actor(forge, "personal.test", "leaver", key, shared=False)
        self.stayer = Actor(forge, "personal.test", "stayer", key, shared=False)
        self.sleeper = Actor(down, "down.test", "fan", key)
        self.followers += [self.leaver, self.stayer, self.sleeper]

    def prepare(self):
        for fan in self.followers:
            assert fan.send(self.d, fan.activity("Follow", f"http://{self.d.name}/users/ann")) == 202
        until("all are accepted", lambda: len(self.accepts()) == len(self.followers))
        until("nothing is on its way", self.rows.is_settled)
        for host, answer in answers(self.forge).items():
            self.forge.take(f"http://{host}/inbox", answer)
        self.forge.take(self.leaver.inbox, peers.status(410))
        self.down.stop()

    def accepts(self):
        asked = self.forge.log + self.down.log
        return {one.activity()["object"]["actor"] for one in asked if one.method == "POST" and b'"Accept"' in one.body}

    def arrivals(self, host, text, path=None):
        log = self.down.log if host == "down.test" else self.forge.log
        mine = [one for one in log if one.method == "POST" and one.host == host and text.encode() in one.body]
        return [one for one in mine if path is None or one.path == path]

    def say(self, text):
        self.ann.post("/api/tweets", {"text": text})
        return time.monotonic()

    def first_post(self):
        said = self.say("the first post")
        with self.part.case("a live host has the post at once, whatever the others do"):
            arrived = until("it arrives", lambda: self.arrivals("live.test", "the first post"))[0]
            assert arrived.at - said < AT_ONCE_S, f"{arrived.at - said:.1f} s"
        with self.part.case("a host that is down is noticed"):
            until("it failed", lambda: self.rows.one("select failures from instances where host = 'down.test'") > 0)
        self.down.start(self.down.port)
        with self.part.case("everything that may pass is delivered or over in two minutes"):
            until("nothing waits", lambda: self.rows.one("select count(*) from deliveries") == 0, PATIENCE_S)

    def check(self):
        times = lambda host: [one.at for one in self.arrivals(host, "the first post")]
        for host, what in (
            ("slow.test", "a host that takes 2 s gets it once"),
            ("page.test", "a page in the place of an answer is an answer"),
            ("cut.test", "a 202 whose body breaks off is a 202"),
            ("pouring.test", "a 202 with a gibibyte behind it is a 202"),
        ):
            with self.part.case(what):
                assert len(times(host)) == 1, times(host)
        for host, what, least_s in (
            ("busy.test", "429 with Retry-After is obeyed to the second", RETRY_AFTER_S),
            ("broken.test", "500 is tried again after a pause", BACKOFF_S),
            ("silent.test", "a connection without an answer is tried again after a pause", BACKOFF_S),
            ("hanging.test", "a host that does not answer in time is tried again after a pause", BACKOFF_S),
        ):
            with self.part.case(what):
                first, second = times(host)
                assert second - first >= least_s, f"{second - first:.1f} s"
                ids = {one.activity()["id"] for one in self.arrivals(host, "the first post")}
                assert len(ids) == 1, ids
        with self.part.case("a host that was down has it once it is up"):
            assert len(times("down.test")) == 1, times("down.test")
        with self.part.case("410 of a personal inbox is final for that inbox alone"):
            of = lambda actor: self.arrivals("personal.test", "the first post", f"/users/{actor.name}/inbox")
            assert (len(of(self.leaver)), len(of(self.stayer))) == (1, 1)
            assert self.state("personal.test") != DEAD
        with self.part.case("410 of a shared inbox is the end of the host"):
            assert len(times("shared.test")) == 1 and self.state("shared.test") == DEAD
        with self.part.case("a redirect by 302 is final and not followed"):
            assert len(times("away.test")) == 1
        with self.part.case("a redirect by 307 is followed once, signed for where it goes"):
            (moved,) = self.arrivals("other.test", "the first post")
            (first,) = self.arrivals("moved.test", "the first post")
            assert moved.headers["signature"] != first.headers["signature"]
        with self.part.case("a redirect in a circle is left after one round"):
            assert len(times("loop.test")) <= 2, times("loop.test")
        with self.part.case("a gibibyte behind an answer is not read"):
            assert self.forge.sent["/inbox"] < 16 << 20, self.forge.sent
            assert peak_memory(self.d) - self.memory < 64 << 20

    def state(self, host):
        return self.rows.one("select state from instances where host = ?", host)

    def second_post(self):
        """The gone are not asked again; the mended get everything."""
        self.forge.take("http://pouring.test/inbox", peers.status(202))
        self.say("the second post")
        with self.part.case("the next post finds the mended hosts"):
            for host in ("live.test", "slow.test", "busy.test", "broken.test", "silent.test", "hanging.test", "down.test"):
                until(f"{host} has it", lambda: len(self.arrivals(host, "the second post")) == 1)
            until("nothing waits", lambda: self.rows.one("select count(*) from deliveries") == 0, PATIENCE_S)
        with self.part.case("the next post is not tried at a host that is gone"):
            assert not self.arrivals("shared.test", "the second post")

    def run(self):
        self.prepare()
        self.memory = peak_memory(self.d)
        self.first_post()
        self.check()
        self.second_post()


def run(part, d, rows, forge, down):
    Delivering(part, d, rows, forge, down).run()
