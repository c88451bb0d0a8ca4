"""SIGKILL at random moments, under traffic both ways: every acknowledged action is kept and done exactly once, every
delivery made, and the two instances agree in the end.

`python3 federation-tests/kills.py BINARY [--cycles N] [--seed N]`; one side runs on PostgreSQL when
ROOKERY_TEST_POSTGRES names a server."""

import argparse
import contextlib
import http.client
import os
import random
import sys
import threading
import time

from asking import lookup
from faults_cases import Part, Rows
from instance import Instance, Refused, free_port, until
from network import fresh_database

CYCLES = 20
# After the last kill: the breaker's wait (up to 38 s, doubled when it was killed twice in a row) and the rest of the work.
PATIENCE_S = 200
# Who is followed only now and then.
SECONDS = ("ada", "bea")
# Tweets of the others that one may like or answer.
KNOWN_MAX = 30

COUNTERS = {
    "likes": "select t.id from tweets t where t.likes_count <> (select count(*) from likes l where l.tweet_id = t.id)",
    "reposts": """select t.id from tweets t
        where t.retweets_count <> (select count(*) from tweets r where r.retweet_of = t.id)""",
    "replies": "select t.id from tweets t where t.replies_count <> (select count(*) from tweets r where r.reply_to = t.id)",
    "posts": """select a.id from accounts a
        where a.tweets_count <> (select count(*) from tweets t where t.account_id = a.id)""",
    "followers": """select a.id from accounts a
        where a.followers_count <> (select count(*) from follows f where f.followee_id = a.id)""",
    "following": """select a.id from accounts a
        where a.following_count <> (select count(*) from follows f where f.follower_id = a.id)""",
}


class Writer(threading.Thread):
    """Acts as one person, one action after the other, whatever becomes of the server meanwhile."""

    def __init__(self, person, others, seed):
        super().__init__(daemon=True)
        self.person, self.others, self.rng, self.stopped = person, others, random.Random(seed), threading.Event()
        self.posted, self.deleted, self.doubtful, self.following, self.failure = {}, set(), set(), {}, None
        self.actions = 0

    def run(self):
        kinds = (self.post, self.delete, self.like, self.unlike, self.repost, self.reply, self.follow)
        while not self.stopped.wait(self.rng.uniform(0.005, 0.05)):
            kind = self.rng.choices(kinds, (10, 2, 6, 2, 2, 3, 2))[0]
            try:
                kind()
                self.actions += 1
            except (OSError, http.client.HTTPException):
                pass  # it was killed: whether that was done, its database tells
            except Refused as refused:
                # What others deleted since it was listed cannot be answered any more.
                if refused.status not in (404, 503) and "unknown_tweet" not in refused.body:
                    self.failure = refused
                    return

    def say(self, text, **more):
        self.doubtful.add(text)
        self.posted[self.person.post("/api/tweets", {"text": text, **more})["id"]] = text
        self.doubtful.discard(text)

    def text(self):
        return f"{self.person.username} {self.actions} {self.rng.getrandbits(48):x}"

    def post(self):
        self.say(self.text())

    def delete(self):
        left = [tweet for tweet in self.posted if tweet not in self.deleted]
        if left:
            tweet = self.rng.choice(left)
            self.doubtful.add(self.posted[tweet])
            self.person.call("DELETE", f"/api/tweets/{tweet}")
            self.doubtful.discard(self.posted[tweet])
            self.deleted.add(tweet)

    def theirs(self):
        """A post of the others; not one that they repeat, which may be one's own."""
        other = self.rng.choice(self.others)
        page = self.person.get(f"/api/users/{other}/tweets?limit={KNOWN_MAX}")["items"]
        page = [tweet["id"] for tweet in page if tweet["retweet_of"] is None]
        return self.rng.choice(page) if page else None

    def act(self, method, mark):
        tweet = self.theirs()
        if tweet:
            self.person.call(method, f"/api/tweets/{tweet}/{mark}")

    def like(self):
        self.act("POST", "like")

    def unlike(self):
        self.act("DELETE", "like")

    def repost(self):
        self.act(self.rng.choice(("POST", "DELETE")), "retweet")

    def reply(self):
        tweet = self.theirs()
        if tweet:
            self.say(self.text(), reply_to=tweet)

    def follow(self):
        """The second of the others is followed now and then; the first always, so that posts flow."""
        self.person.call(self.rng.choice(("POST", "DELETE")), f"/api/users/{self.others[1]}/follow")


class World:
    def __init__(self, part, a, b, seed):
        self.part, self.sides, self.rows, self.rng = part, (a, b), (Rows(a), Rows(b)), random.Random(seed)

    def prepare(self):
        a, b = self.sides
        a.start()
        b.start()
        people = [[side.person(name) for name in names] for side, names in ((a, ("ann", "ada")), (b, ("bob", "bea")))]
        self.writers = []
        for mine, others in (people, people[::-1]):
            for person in mine:
                known = [until("they are found", lambda: lookup(person, other.handle))["id"] for other in others]
                person.post(f"/api/users/{known[0]}/follow")
                following = lambda: person.get(f"/api/users/{known[0]}/relationship")["following"]
                until(f"{person.username} follows", following)
                self.writers.append(Writer(person, known, self.rng.getrandbits(64)))

    def cycles(self, count):
        """Mostly the one side first, then mostly the other: a host that does not answer is left alone for half a minute,
        and a sender is killed in the middle only while it sends."""
        for writer in self.writers:
            writer.start()
        for cycle in range(count):
            favourite = 0 if cycle < count / 2 else 1
            victims = self.rng.choices(([favourite], [1 - favourite], [0, 1]), (8, 1, 1))[0]
            time.sleep(self.rng.uniform(0.05, 1.2))
            for victim in victims:
                self.sides[victim].kill()
            time.sleep(self.rng.uniform(0, 0.3))
            for victim in victims:
                self.sides[victim].start()
        for writer in self.writers:
            writer.stopped.set()
        for writer in self.writers:
            writer.join()

    def is_quiet(self):
        waiting = """select (select count(*) from deliveries) + (select count(*) from inbox where state = 'waiting')
            + (select count(*) from outbox where fanned_to is not null)
            + (select count(*) from events e, consumers c where c.name = 'federation'
               and (e.txid > c.txid or (e.txid = c.txid and e.seq > c.seq))) as left_over"""
        return all(rows.one(waiting) == 0 for rows in self.rows)

    def check(self):
        with self.part.case("all is delivered and worked off in the end"):
            until("nothing waits on either side", self.is_quiet, PATIENCE_S)
        for writer in self.writers:
            with self.part.case(f"what was acknowledged to {writer.person.username} is kept"):
                self.check_kept(writer)
        for mine, theirs in ((0, 1), (1, 0)):
            name = self.sides[mine].name
            with self.part.case(f"every activity of {name} was received and worked off once"):
                self.check_received(mine, theirs)
            with self.part.case(f"posts, reposts, likes and follows of {name} are the same on both sides"):
                self.check_mirrored(mine, theirs)
            with self.part.case(f"nothing was made twice at {name}, and its counters are right"):
                self.check_sound(self.rows[mine])

    def check_kept(self, writer):
        assert writer.failure is None, writer.failure
        side = self.sides.index(writer.person.instance)
        mine = f"select t.text as text from tweets t where t.account_id = {writer.person.id} and t.retweet_of is null"
        texts = [text for (text,) in self.rows[side].all(mine)]
        assert len(texts) == len(set(texts)), "a post is there twice"
        kept = {text for tweet, text in writer.posted.items() if tweet not in writer.deleted} - writer.doubtful
        gone = {writer.posted[tweet] for tweet in writer.deleted}
        assert kept <= set(texts), f"lost: {kept - set(texts)}"
        assert not gone & set(texts), f"came back: {gone & set(texts)}"
        strange = set(texts) - kept - writer.doubtful
        assert not strange, f"nobody wrote: {strange}"

    def check_received(self, mine, theirs):
        sent = {uri for (uri,) in self.rows[mine].all("select activity_uri from outbox")}
        received = dict(self.rows[theirs].all("select activity_uri, state from inbox"))
        assert sent, "nothing was sent at all"
        odd, lost = set(received) - sent, {uri for uri in sent - set(received) if not self.may_be_for_nobody(uri)}
        assert not lost and not odd, f"lost: {list(lost)[:5]}, odd: {list(odd)[:5]}"
        parked = [uri for uri, state in received.items() if state != "done"]
        assert not parked, f"not worked off: {parked[:5]}"

    @staticmethod
    def may_be_for_nobody(uri):
        """The second of a side is not followed all the time: posts of theirs may find nobody to go to."""
        return any(f"/users/{name}/statuses/" in uri for name in SECONDS)

    def check_mirrored(self, mine, theirs):
        here, there = self.sides[mine].name, self.sides[theirs].name
        def seen(side, domain_of):
            own = lambda account: f"coalesce({account}.domain, '{self.sides[side].name}')"
            return {
                "posts": f"""select a.username, t.text from tweets t join accounts a on a.id = t.account_id
                    where t.retweet_of is null and {own('a')} = '{domain_of}'""",
                "reposts": f"""select a.username, o.text from tweets t join accounts a on a.id = t.account_id
                    join tweets o on o.id = t.retweet_of where {own('a')} = '{domain_of}'""",
                "likes": f"""select a.username, t.text from likes l join accounts a on a.id = l.account_id
                    join tweets t on t.id = l.tweet_id where {own('a')} = '{domain_of}'""",
                "follows": f"""select a.username, b.username as other from follows f
                    join accounts a on a.id = f.follower_id
                    join accounts b on b.id = f.followee_id where {own('a')} = '{domain_of}'""",
            }
        for what, sql in seen(mine, here).items():
            ours, mirrored = (sorted(self.rows[side].all(seen(side, here)[what])) for side in (mine, theirs))
            if what == "posts":
                # Only posts of those who are followed from there, and answers to people there, must be there.
                mirrored, ours = [post for post in mirrored if post not in ours], []
            lost = [one for one in ours if one not in mirrored]
            odd = [one for one in mirrored if one not in ours]
            assert ours == mirrored, f"{what}: not at {there} {lost[:5]}, only at {there} {odd[:5]}"
        asked = self.rows[mine].one("select count(*) as asked from follow_requests")
        assert asked == 0, "a follow waits for its answer"

    def check_sound(self, rows):
        for what, sql in COUNTERS.items():
            wrong = rows.all(sql)
            assert not wrong, f"{what} miscounted: {wrong[:5]}"
        created = "select payload from events where payload like '%tweet_created%' group by payload having count(*) > 1"
        assert not rows.all(created), rows.all(created)[:3]
        parked = rows.all("select activity_uri, error from inbox where state = 'parked'")
        assert not parked, parked[:3]


def run(binary, cycles, seed):
    part = Part("kills")
    print(f"seed {seed}: {cycles} cycles", flush=True)
    ports, server = [free_port(), free_port()], os.environ.get("ROOKERY_TEST_POSTGRES")
    dev_hosts = f"a.test=127.0.0.1:{ports[0]},b.test=127.0.0.1:{ports[1]}"
    a = Instance(binary, "a.test", ports[0], dev_hosts)
    b = Instance(binary, "b.test", ports[1], dev_hosts, fresh_database(server) if server else "")
    world = World(part, a, b, seed)
    with contextlib.ExitStack() as stack:
        stack.callback(b.stop)
        stack.callback(a.stop)
        with part.case(f"{cycles} times killed and started again"):
            world.prepare()
            world.cycles(cycles)
        world.check()
        print(f"      {sum(writer.actions for writer in world.writers)} actions were acknowledged", flush=True)
        if not all(case["ok"] for case in part.cases):
            for instance in (a, b):
                print(f"--- log of {instance.name}\n{instance.tail()}", file=sys.stderr)
    return part


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--cycles", type=int, default=CYCLES)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args(arguments)
    seed = random.SystemRandom().getrandbits(32) if given.seed is None else given.seed
    return run(given.binary, given.cycles, seed)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]).finish())
