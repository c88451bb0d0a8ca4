"""Three instances: what one account does is seen by all who should see it, and by nobody else."""

import sys

from asking import containing, gone, lookup, told
from faults_cases import Rows
from instance import PASSWORD, until
from network import Network
from sheet import Sheet, close

COLUMN = "Rookery"


class Village:
    """Ann on A, Bob on B and Cat on C follow each other. Dora on C follows Bob, Eve on C nobody."""

    def __init__(self, instances):
        self.first, self.second, self.third = instances
        self.ann, self.bob, self.cat = (home.person(name) for home, name in zip(instances, ("ann", "bob", "cat")))
        self.dora, self.eve = self.third.person("dora"), self.third.person("eve")
        self.all = (self.ann, self.bob, self.cat)
        self.known = {}

    def at(self, viewer, other):
        """How the viewer's instance calls an account."""
        key = (viewer.instance.name, other.handle)
        if viewer.instance is other.instance:
            return other.id
        if key not in self.known:
            self.known[key] = until(f"{viewer.username} finds {other.handle}", lambda: lookup(viewer, other.handle))["id"]
        return self.known[key]

    def follows(self, follower, other):
        account = self.at(follower, other)
        follower.post(f"/api/users/{account}/follow")
        until(f"{follower.username} follows {other.username}", lambda: self.is_following(follower, other))

    def home(self, person, text):
        """The tweet or the repost with this text on a home timeline."""
        items = person.get(f"/api/users/{person.id}/timeline")["items"]
        return next((item for item in items if text in ((item["original"] or item)["text"])), None)

    def reads(self, viewer, author, text):
        """The tweet as the viewer's instance has it."""
        account = self.at(viewer, author)
        return until(f"{viewer.username} reads {text!r}", lambda: containing(viewer, account, text))

    def thread(self, viewer, author, text):
        tweet = self.reads(viewer, author, text)
        return [reply["text"] for reply in viewer.get(f"/api/tweets/{tweet['id']}/thread")["descendants"]]

    def stored_at_third(self, text):
        """Whether the third instance has it at all, whoever asks."""
        return Rows(self.third).all("select count(*) from tweets where text like ?", f"%{text}%")[0][0]

    def follow(self):
        for follower in self.all:
            for other in self.all:
                if follower is not other:
                    self.follows(follower, other)
        self.follows(self.dora, self.bob)
        for person in self.all:
            until(f"{person.username} counts both", lambda: person.get(f"/api/users/{person.id}")["followers_count"] >= 2)

    def post(self):
        self.tweet = self.ann.post("/api/tweets", {"text": "ravens over three towns"})
        for reader in (self.bob, self.cat):
            until(f"it is on {reader.username}'s home", lambda: self.home(reader, "ravens over"))
        assert not self.home(self.dora, "ravens over"), "Dora does not follow Ann"

    def mention(self):
        text = f"{self.bob.handle} have you counted them"
        self.ann.post("/api/tweets", {"text": text})
        until("Bob is told", lambda: any("counted" in note["tweet"]["text"] for note in told(self.bob, "mention")))
        until("Cat reads it", lambda: self.home(self.cat, "have you counted"))
        assert not told(self.cat, "mention"), "Cat was not mentioned"

    def reply(self):
        at_bob = self.reads(self.bob, self.ann, "ravens over three towns")
        self.bob.post("/api/tweets", {"text": f"{self.ann.handle} seven", "reply_to": at_bob["id"]})
        for reader in (self.ann, self.cat):
            thread = lambda: self.thread(reader, self.ann, "ravens over three towns")
            until(f"{reader.username} has it in the thread", lambda: any("seven" in text for text in thread()))

    def reply_in_a_thread_of_others(self):
        at_cat = self.reads(self.cat, self.bob, "seven")
        text = f"{self.bob.handle} {self.ann.handle} eight"
        self.cat.post("/api/tweets", {"text": text, "reply_to": at_cat["id"]})
        for reader in (self.ann, self.bob):
            thread = lambda: self.thread(reader, self.ann, "ravens over three towns")
            until(f"{reader.username} has it in the thread", lambda: any("eight" in text for text in thread()))

    def like(self):
        at_cat = self.reads(self.cat, self.ann, "ravens over three towns")
        self.cat.post(f"/api/tweets/{at_cat['id']}/like")
        until("Ann counts it", lambda: self.ann.get(f"/api/tweets/{self.tweet['id']}")["likes_count"] == 1)
        assert told(self.ann, "like"), "Ann was not told"
        self.cat.call("DELETE", f"/api/tweets/{at_cat['id']}/like")
        until("Ann counts it no more", lambda: self.ann.get(f"/api/tweets/{self.tweet['id']}")["likes_count"] == 0)

    def boost(self):
        at_bob = self.reads(self.bob, self.ann, "ravens over three towns")
        self.bob.post(f"/api/tweets/{at_bob['id']}/retweet")
        until("Dora, who follows Bob, reads it on C", lambda: self.home(self.dora, "ravens over"))
        until("Ann counts it", lambda: self.ann.get(f"/api/tweets/{self.tweet['id']}")["retweets_count"] == 1)
        self.bob.call("DELETE", f"/api/tweets/{at_bob['id']}/retweet")
        until("Dora reads it no more", lambda: not self.home(self.dora, "ravens over"))
        until("Ann counts it no more", lambda: self.ann.get(f"/api/tweets/{self.tweet['id']}")["retweets_count"] == 0)

    def quote(self):
        text, words = "a nest with four eggs", "this is how one counts"
        nest = self.ann.post("/api/tweets", {"text": text})
        at_bob = self.reads(self.bob, self.ann, text)
        self.bob.post("/api/tweets", {"text": words, "quote_of": at_bob["id"]})
        for reader in self.all:
            self.sees_quote(reader, words, "accepted", text)
        at_ann = self.reads(self.ann, self.bob, words)["id"]
        assert at_ann in [note["tweet"]["id"] for note in told(self.ann, "quote")], "Ann was not told"
        assert self.ann.get(f"/api/tweets/{nest['id']}")["quotes_count"] == 1
        self.ann.call("DELETE", f"/api/tweets/{at_ann}/quote")
        for reader in self.all:
            self.sees_quote(reader, words, "revoked", None)

    def sees_quote(self, reader, words, state, quoted):
        """Waits until Bob's quote stands so for a reader, who is shown these quoted words."""
        seen = lambda: self.reads(reader, self.bob, words)
        until(f"the quote is {state} for {reader.username}", lambda: seen()["quote_state"] == state)
        shown = seen()["quoted"]
        assert (shown and shown["text"]) == quoted, f"{reader.username}: {shown}"

    def edit(self):
        self.ann.call("PATCH", f"/api/tweets/{self.tweet['id']}", {"text": "ravens over four towns"})
        for reader in (self.bob, self.cat):
            assert self.reads(reader, self.ann, "ravens over four towns")["edited_at"]

    def followers_only(self):
        self.ann.post("/api/tweets", {"text": "for my followers", "visibility": "followers"})
        at_cat = [self.reads(reader, self.ann, "for my followers") for reader in (self.bob, self.cat)][1]
        for stranger in (self.dora, self.eve):
            assert gone(stranger, at_cat["id"]), f"{stranger.username} reads it by its address"
            assert not containing(stranger, self.at(stranger, self.ann), "for my followers"), stranger.username

    def direct(self):
        self.ann.post("/api/tweets", {"text": f"{self.bob.handle} a secret", "visibility": "direct"})
        self.reads(self.bob, self.ann, "a secret")
        # What was sent after it has arrived: it would have, too.
        self.ann.post("/api/tweets", {"text": "no secret"})
        self.reads(self.cat, self.ann, "no secret")
        assert self.stored_at_third("no secret") == 1
        assert self.stored_at_third("a secret") == 0, "the third instance has it"

    def delete(self):
        seen = [(reader, self.reads(reader, self.ann, "ravens over four towns")["id"]) for reader in (self.bob, self.cat)]
        self.ann.call("DELETE", f"/api/tweets/{self.tweet['id']}")
        for reader, tweet in seen:
            until(f"it is gone for {reader.username}", lambda: gone(reader, tweet))

    def move(self):
        kim, liz, kit = (home.person(name) for home, name in ((self.first, "kim"), (self.second, "liz"), (self.third, "kit")))
        self.follows(liz, kim)
        kit.call("PUT", "/api/users/me/aliases", {"aliases": [kim.handle]})
        kim.post("/api/users/me/move", {"target": kit.handle, "password": PASSWORD})
        until("Kit's instance has Liz as a follower", lambda: self.followers(kit) == {liz.handle})
        until("Liz follows Kit", lambda: self.is_following(liz, kit))
        until("Kim's instance has none", lambda: self.followers(kim) == set())
        assert not self.is_following(liz, kim), "Liz still follows Kim"

    def step_after_drift(self):
        """Of Jan's follow of Gil only Gil's instance knows, of her follow of Hob only hers. Each has another follower
        there, who stays."""
        gil, hob = (self.first.person(name) for name in ("gil", "hob"))
        ida, jan = (self.second.person(name) for name in ("ida", "jan"))
        for author in (gil, hob):
            for follower in (ida, jan):
                self.follows(follower, author)
            until("the author counts both", lambda: self.followers(author) == {ida.handle, jan.handle})
        drift = {self.first: (self.at(hob, jan), hob.id), self.second: (jan.id, self.at(jan, gil))}
        for instance, (follower, followee) in drift.items():
            instance.stop()
            Rows(instance).change(
                f"delete from follows where follower_id = {follower} and followee_id = {followee}",
                f"update accounts set following_count = following_count - 1 where id = {follower}",
                f"update accounts set followers_count = followers_count - 1 where id = {followee}",
            )
        for instance in drift:
            instance.start()
        assert self.followers(gil) == {ida.handle, jan.handle} and not self.is_following(jan, gil), "no drift"
        assert self.followers(hob) == {ida.handle} and self.is_following(jan, hob), "no drift"
        for author in (gil, hob):
            author.post("/api/tweets", {"text": f"between {author.username} and you", "visibility": "followers"})
            self.reads(ida, author, f"between {author.username} and you")
        until("Gil's instance forgets Jan", lambda: self.followers(gil) == {ida.handle})
        until("Jan's instance forgets that she follows Hob", lambda: not self.is_following(jan, hob))
        assert self.followers(hob) == {ida.handle}, "Jan was made to follow Hob"
        assert self.is_following(ida, gil) and self.is_following(ida, hob), "Ida was taken for Jan"

    def followers(self, person):
        """The handles of a person's followers, as their own instance lists them."""
        followers = person.get(f"/api/users/{person.id}/followers")["items"]
        return {f"@{follower['handle']}" for follower in followers}

    def is_following(self, follower, other):
        return follower.get(f"/api/users/{self.at(follower, other)}/relationship")["following"]

    def unfollow(self):
        for follower in (self.bob, self.cat):
            follower.call("DELETE", f"/api/users/{self.at(follower, self.ann)}/follow")
        until("Ann counts nobody", lambda: self.ann.get(f"/api/users/{self.ann.id}")["followers_count"] == 0)


def both(what):
    return (f"{what}, to them", f"{what}, from them")


# Rows of the table, and what has to happen for them.
CASES = [
    (both("Follow"), Village.follow),
    (both("Post"), Village.post),
    (both("Mention"), Village.mention),
    (both("Reply"), Village.reply),
    (("Reply in a thread of two other servers",), Village.reply_in_a_thread_of_others),
    (both("Like and undo"), Village.like),
    (both("Boost and undo"), Village.boost),
    (both("Quote with consent"), Village.quote),
    (both("Edit"), Village.edit),
    (both("Followers-only post"), Village.followers_only),
    (both("Direct post"), Village.direct),
    (both("Delete"), Village.delete),
    (both("Move"), Village.move),
    (("Followers in step after drift",), Village.step_after_drift),
    (both("Unfollow"), Village.unfollow),
]


def main():
    with Network(sys.argv[1], {"a.test": {}, "b.test": {}, "c.test": {}}) as network:
        village, sheet = Village(network.instances), Sheet(COLUMN)
        for rows, run in CASES:
            sheet.case(rows, lambda: run(village))
        if sheet.failures:
            for instance in network.instances:
                print(f"--- log of {instance.name}\n{instance.tail()}", file=sys.stderr)
    sys.exit(close([sheet]))


if __name__ == "__main__":
    main()
