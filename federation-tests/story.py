"""The federation story between two instances, then SIGKILL in the middle of deliveries."""

import os
import struct
import subprocess
import sys
import urllib.parse
import uuid
import zlib

from instance import Instance, Refused, free_port, until

POSTS_IN_THE_STORM = 150


def png(width=32, height=24):
    """A small picture, made by hand."""
    rows = b"".join(b"\0" + bytes((x * 7 % 256, y * 9 % 256, 120)[c] for x in range(width) for c in range(3)) for y in range(height))
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def lookup(person, handle):
    return person.get("/api/users/lookup?" + urllib.parse.urlencode({"handle": handle}))


def tweets_of(person, account):
    """All tweets of an account as `person` sees them, newest first, over all pages."""
    items, cursor = [], None
    while True:
        query = {"limit": 40, "tab": "replies", **({"cursor": cursor} if cursor else {})}
        page = person.get(f"/api/users/{account}/tweets?" + urllib.parse.urlencode(query))
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items


def with_text(person, account, text):
    return next((tweet for tweet in tweets_of(person, account) if tweet["text"] == text), None)


def told(person, kind):
    page = person.get(f"/api/users/{person.id}/notifications?kind={kind}")
    return page["items"]


class Story:
    def __init__(self, a, b):
        self.a, self.b, self.passed = a, b, 0

    def step(self, what, ask, patience_s=30):
        answer = until(what, ask, patience_s)
        self.passed += 1
        print(f"  ok  {what}", flush=True)
        return answer

    def run(self):
        self.a.start()
        self.b.start()
        ann, bob = self.a.person("ann"), self.b.person("bob")
        bob_at_a = self.step("ann looks bob up", lambda: lookup(ann, bob.handle))["id"]
        ann_at_b = self.step("bob looks ann up", lambda: lookup(bob, ann.handle))["id"]
        bob.post(f"/api/users/{ann_at_b}/follow")
        self.step("bob's follow is accepted", lambda: bob.get(f"/api/users/{ann_at_b}/relationship")["following"])
        self.step("ann is told of it", lambda: told(ann, "follow"))
        ann.post(f"/api/users/{bob_at_a}/follow")
        self.step("ann's follow is accepted", lambda: ann.get(f"/api/users/{bob_at_a}/relationship")["following"])
        self.posts(ann, bob, ann_at_b, bob_at_a)
        self.storm(ann, bob, ann_at_b)
        bob.call("DELETE", f"/api/users/{ann_at_b}/follow")
        followers = lambda: ann.get(f"/api/users/{ann.id}")["followers_count"] == 0
        self.step("bob's unfollow arrives", followers)

    def posts(self, ann, bob, ann_at_b, bob_at_a):
        picture = ann.upload(png(), "a small gradient")
        post = ann.post("/api/tweets", {"text": f"hello {bob.handle} #rooks", "media": [picture["id"]]})
        find = lambda: next((tweet for tweet in bob.get(f"/api/users/{bob.id}/timeline")["items"] if "#rooks" in tweet["text"]), None)
        seen = self.step("ann's post with its picture is on bob's home", find)
        assert [media["alt"] for media in seen["media"]] == ["a small gradient"], seen["media"]
        self.step("bob is told of the mention", lambda: told(bob, "mention"))
        bob.post(f"/api/tweets/{seen['id']}/like")
        self.step("bob's like arrives", lambda: ann.get(f"/api/tweets/{post['id']}")["likes_count"] == 1)
        bob.post(f"/api/tweets/{seen['id']}/retweet")
        self.step("bob's repost arrives", lambda: ann.get(f"/api/tweets/{post['id']}")["retweets_count"] == 1)
        reply = bob.post("/api/tweets", {"text": f"{ann.handle} good rooks", "reply_to": seen["id"]})
        replies = lambda: ann.get(f"/api/tweets/{post['id']}/thread")["descendants"]
        arrived = self.step("bob's reply is in ann's thread", replies)[0]
        bob.call("PATCH", f"/api/tweets/{reply['id']}", {"text": f"{ann.handle} very good rooks"})
        self.step("bob's edit arrives", lambda: "very good" in ann.get(f"/api/tweets/{arrived['id']}")["text"])
        bob.call("DELETE", f"/api/tweets/{seen['id']}/like")
        self.step("bob's like is taken back", lambda: ann.get(f"/api/tweets/{post['id']}")["likes_count"] == 0)
        bob.call("DELETE", f"/api/tweets/{seen['id']}/retweet")
        self.step("bob's repost is taken back", lambda: ann.get(f"/api/tweets/{post['id']}")["retweets_count"] == 0)
        bob.call("DELETE", f"/api/tweets/{reply['id']}")
        self.step("bob's delete arrives", lambda: gone(ann, arrived["id"]))
        secret = ann.post("/api/tweets", {"text": "for followers", "visibility": "followers"})
        self.step("a followers-only post reaches the follower", lambda: with_text(bob, ann_at_b, "for followers"))
        ann.call("DELETE", f"/api/tweets/{secret['id']}")
        self.step("and its delete too", lambda: not with_text(bob, ann_at_b, "for followers"))

    def storm(self, ann, bob, ann_at_b):
        """Posts as fast as the API takes them; first the sender, then the receiver is killed while they travel."""
        texts = [f"storm {n} {uuid.uuid4().hex[:6]}" for n in range(POSTS_IN_THE_STORM)]
        third = POSTS_IN_THE_STORM // 3
        acknowledged = [self.say(ann, text) for text in texts[:third]]
        self.a.kill()
        self.a.start()
        acknowledged += [self.say(ann, text) for text in texts[third : 2 * third]]
        self.b.kill()
        acknowledged += [self.say(ann, text) for text in texts[2 * third :]]
        self.b.start()
        assert all(acknowledged)
        arrived = lambda: [tweet["text"] for tweet in tweets_of(bob, ann_at_b) if tweet["text"].startswith("storm ")]
        # The receiver was away: its breaker opens for half a minute or so before the next try.
        self.step("every acknowledged post arrives after SIGKILL of both sides", lambda: len(arrived()) >= len(texts), 120)
        assert sorted(arrived()) == sorted(texts), "each exactly once"
        self.passed += 1
        print("  ok  each of them exactly once", flush=True)

    @staticmethod
    def say(person, text):
        return person.post("/api/tweets", {"text": text})["id"]


def gone(person, tweet):
    try:
        person.get(f"/api/tweets/{tweet}")
        return False
    except Refused as refused:
        return refused.status in (404, 410)


def fresh_database(server):
    """A new database on a PostgreSQL server, for one instance."""
    name = f"federation_{uuid.uuid4().hex[:12]}"
    subprocess.run(["psql", "-q", f"{server}/postgres", "-c", f"create database {name}"], check=True)
    return f"{server}/{name}"


def main():
    binary = sys.argv[1]
    ports = [free_port(), free_port()]
    dev_hosts = f"a.test=127.0.0.1:{ports[0]},b.test=127.0.0.1:{ports[1]}"
    server = os.environ.get("ROOKERY_TEST_POSTGRES")
    a = Instance(binary, "a.test", ports[0], dev_hosts)
    b = Instance(binary, "b.test", ports[1], dev_hosts, fresh_database(server) if server else "")
    story = Story(a, b)
    try:
        story.run()
    except BaseException:
        for instance in (a, b):
            print(f"--- log of {instance.name}\n{instance.tail()}", file=sys.stderr)
        raise
    finally:
        a.stop()
        b.stop()
    print(f"{story.passed} passed, 0 failed")


if __name__ == "__main__":
    main()
