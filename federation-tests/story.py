"""The federation story between two instances, then SIGKILL in the middle of deliveries."""

import struct
import sys
import uuid
import zlib

from asking import gone, lookup, told, tweets_of, with_text
from instance import until
from network import Network

POSTS_IN_THE_STORM = 150


def png(width=32, height=24):
    """A small picture, made by hand."""
    rows = b"".join(b"\0" + bytes((x * 7 % 256, y * 9 % 256, 120)[c] for x in range(width) for c in range(3)) for y in range(height))
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Story:
    def __init__(self, a, b):
        self.a, self.b, self.passed = a, b, 0

    def step(self, what, ask, patience_s=30):
        answer = until(what, ask, patience_s)
        self.passed += 1
        print(f"  ok  {what}", flush=True)
        return answer

    def run(self):
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


def main():
    with Network(sys.argv[1], {"a.test": {}, "b.test": {}}) as network:
        story = Story(*network.instances)
        story.run()
    print(f"{story.passed} passed, 0 failed")


if __name__ == "__main__":
    main()
