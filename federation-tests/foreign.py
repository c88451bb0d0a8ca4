"""What an account of ours and one on a foreign server do with each other, in both directions.

Ours is asked by the REST API, theirs by the log of what it received and of which signatures its library believed.
"""

import dataclasses
import sys

from asking import containing, gone, lookup, told
from faults_cases import Rows
from instance import PASSWORD, until
from network import Network
from peer import CannotDo
from sheet import NotTaken, Sheet, close

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

# What a library does not read; the case then has to fail for just that.
APKIT_GAPS = {
    "Reply, to them": "its models read no address as `inReplyTo`; its inbox answers 400",
    "Quote with consent, to them": "its models know no QuoteRequest; its inbox answers 400",
    "Quote with consent, from them": "its Accept reads no address as `result`; its inbox answers 400",
    "Poll, to them": "its models read no list as `oneOf`; its inbox answers 400",
}


@dataclasses.dataclass
class Kind:
    """A foreign server, and the instance of ours that it meets."""

    column: str
    library: str
    username: str
    host: str
    # It answers signed requests only.
    secure: bool = False
    # Ours is on this host.
    ours: str = "a.test"
    gaps: dict = dataclasses.field(default_factory=dict)


# By the name on the command line.
KINDS = {
    "fedify": Kind("Fedify 2.3.6", "fedify", "fay", "fedify.test"),
    "fedify-signed": Kind("Fedify 2.3.6, we too want reads signed", "fedify", "fay", "signed.test", ours="closed.test"),
    "bovine": Kind("bovine 0.5.19", "bovine", "bo", "bovine.test", ours="b.test"),
    "bovine-secure": Kind("bovine 0.5.19, wants reads signed", "bovine", "bo", "secure.test", secure=True),
    "apkit": Kind("apkit 0.3.8", "apkit", "kit", "apkit.test", ours="b.test", gaps=APKIT_GAPS),
}
# Our instances by name, and what is set there.
OURS = {"a.test": {}, "b.test": {}, "closed.test": {"ROOKERY_FEDERATION_AUTHORIZED_FETCH": "on"}}
# The one that accounts of ours move to.
ELSEWHERE = "new.test"


class Meeting:
    """Ann of ours, the account of the peer, and Eve of ours who follows nobody and moves elsewhere in the end."""

    def __init__(self, instance, elsewhere, peer):
        self.instance, self.peer = instance, peer
        # Peers share an instance; an account of ours meets one of them only.
        word = peer.name.split(".")[0]
        self.ann, self.eve = instance.person(f"ann_{word}"), instance.person(f"eve_{word}")
        self.new_eve = elsewhere.person(f"eve_{word}")
        self.theirs = self.follow = None
        self.ours = self.their_note = self.our_poll = self.their_poll = None

    def arrives(self, what, kind, fits=lambda activity: True):
        """Waits until an activity is in the peer's log with a signature that its library believed."""
        answer = until(what, lambda: self.peer.received(kind, fits) or self.peer.refused(kind, fits))
        if answer is True:
            raise NotTaken(f"{self.peer.name} refused the {kind}")
        return answer["activity"]

    def say(self, text, **more):
        return self.ann.post("/api/tweets", {"text": text, **more})

    def read(self, text):
        """Their tweet with this text, when Ann has it."""
        return until(f"{text!r} is read here", lambda: containing(self.ann, self.theirs, text))

    def note_of(self, tweet, what):
        """The post of Ann's as it arrives."""
        create = self.arrives(f"{what} arrives", "Create", lambda create: id_of(create["object"]) == self.ann.note(tweet))
        return create["object"]

    def update_of(self, tweet, what, fits):
        """An edit of a post of Ann's, as it arrives, that leaves it so."""
        about = lambda update: id_of(update["object"]) == self.ann.note(tweet) and fits(update["object"])
        return self.arrives(what, "Update", about)["object"]

    def quotes(self, tweet, state, quoted):
        """Waits until a quote stands so. The API and the page show what it quotes if `quoted` is that, else nothing."""
        seen = lambda: self.ann.get(f"/api/tweets/{tweet['id']}")
        until(f"the quote is {state}", lambda: seen()["quote_state"] == state)
        shown = seen()["quoted"]
        assert (shown and shown["id"]) == (quoted and quoted["id"]), shown
        page = self.instance.page(f"/@{tweet['author']['handle']}/{tweet['id']}")
        assert ('<blockquote class="quote"' in page) == bool(quoted), f"the page of the {state} quote"

    def is_quoted_by(self, quoted):
        """What quotes a post, as the API lists it."""
        return [tweet["id"] for tweet in self.ann.get(f"/api/tweets/{quoted['id']}/quotes")["items"]]

    def may_quote(self, who):
        self.ann.call("PATCH", "/api/users/me", {"quotable": who})

    def count(self, name, wanted):
        tweet = lambda: self.ann.get(f"/api/tweets/{self.ours['id']}")
        until(f"{name} is {wanted}", lambda: tweet()[name] == wanted)

    # What is done, in order. Each is a row of the table.

    def follow_to(self):
        self.theirs = until("their account is found", lambda: lookup(self.ann, self.peer.handle))["id"]
        self.ann.post(f"/api/users/{self.theirs}/follow")
        self.arrives("our Follow arrives", "Follow", lambda follow: follow["actor"] == self.ann.actor)
        until("it is accepted", lambda: self.ann.get(f"/api/users/{self.theirs}/relationship")["following"])

    def follow_from(self):
        self.follow = self.peer.do("follow", who=self.ann.actor)
        until("we count it", lambda: self.ann.get(f"/api/users/{self.ann.id}")["followers_count"] == 1)
        assert told(self.ann, "follow"), "Ann was not told of her follower"
        self.arrives("our Accept arrives", "Accept", lambda accept: id_of(accept["object"]) == self.follow)

    def post_to(self):
        self.ours = self.say("a rook is not a crow & <b>never</b> was")
        create = self.arrives("our post arrives", "Create", lambda create: id_of(create["object"]) == self.ann.note(self.ours))
        assert "a rook is not a crow &amp; &lt;b&gt;never" in create["object"]["content"], create["object"]["content"]

    def post_from(self):
        text = f"jackdaws on {self.peer.name}"
        self.their_note = self.peer.do("post", text=text)
        self.read(text)

    def fetch(self):
        document = self.peer.do("fetch", id=self.ann.note(self.ours))
        assert "a rook is not a crow" in str(document), document

    def mention_to(self):
        tweet = self.say(f"{self.peer.handle} do you read this")
        create = self.arrives("our mention arrives", "Create", lambda create: id_of(create["object"]) == self.ann.note(tweet))
        mentions = [tag["href"] for tag in listed(create["object"].get("tag")) if tag["type"] == "Mention"]
        assert mentions == [self.peer.actor], mentions

    def mention_from(self):
        self.peer.do("post", text=f"{self.ann.handle} yes", mention={"actor": self.ann.actor, "handle": self.ann.handle})
        mentions = lambda: any("yes" in note["tweet"]["text"] for note in told(self.ann, "mention"))
        until("Ann is told that they mention her", mentions)

    def reply_to(self):
        parent = self.read(f"jackdaws on {self.peer.name}")
        tweet = self.say(f"{self.peer.handle} how many", reply_to=parent["id"])
        ours = lambda create: id_of(create["object"]) == self.ann.note(tweet)
        create = self.arrives("our reply arrives", "Create", ours)
        assert create["object"]["inReplyTo"] == self.their_note, create["object"]["inReplyTo"]

    def reply_from(self):
        mention = {"actor": self.ann.actor, "handle": self.ann.handle}
        self.peer.do("post", text="it depends on the rook", reply_to=self.ann.note(self.ours), mention=mention)
        replies = lambda: [tweet["text"] for tweet in self.ann.get(f"/api/tweets/{self.ours['id']}/thread")["descendants"]]
        until("their reply stands under our post", lambda: "it depends on the rook" in replies())

    def like_to(self):
        self.reaction_to("like", "Like")

    def boost_to(self):
        self.reaction_to("retweet", "Announce")

    def reaction_to(self, path, kind):
        tweet = self.read(f"jackdaws on {self.peer.name}")
        self.ann.post(f"/api/tweets/{tweet['id']}/{path}")
        there = lambda activity: id_of(activity["object"]) == self.their_note
        activity = self.arrives(f"our {kind} arrives", kind, there)
        self.ann.call("DELETE", f"/api/tweets/{tweet['id']}/{path}")
        self.arrives("it is taken back", "Undo", lambda undo: id_of(undo["object"]) == activity["id"])

    def like_from(self):
        like = self.peer.do("like", object=self.ann.note(self.ours))
        self.count("likes_count", 1)
        self.peer.do("undo", id=like)
        self.count("likes_count", 0)

    def boost_from(self):
        boost = self.peer.do("boost", object=self.ann.note(self.ours))
        self.count("retweets_count", 1)
        self.peer.do("undo", id=boost)
        self.count("retweets_count", 0)

    def quote_to(self):
        theirs = self.read(f"jackdaws on {self.peer.name}")
        tweet = self.say("look at those", quote_of=theirs["id"])
        self.quotes(tweet, "accepted", theirs)
        note = self.note_of(tweet, "our quote")
        names = {name: note.get(name) for name in ("quote", "quoteUri", "_misskey_quote")}
        assert set(names.values()) == {self.their_note}, names
        assert '<p class="quote-inline">' in note["content"], note["content"]

    def quote_from(self):
        self.peer.do("post", text="hear what she says", quote=self.ann.note(self.ours))
        tweet = self.read("hear what she says")
        self.quotes(tweet, "accepted", self.ours)
        assert self.is_quoted_by(self.ours) == [tweet["id"]], "it is not among the quotes"
        assert tweet["id"] in [note["tweet"]["id"] for note in told(self.ann, "quote")], "Ann was not told"
        self.ann.call("DELETE", f"/api/tweets/{tweet['id']}/quote")
        self.quotes(tweet, "revoked", None)
        assert self.is_quoted_by(self.ours) == [], "it is still among the quotes"
        self.may_quote("nobody")
        try:
            self.peer.do("post", text="hear it once more", quote=self.ann.note(self.ours))
            self.quotes(self.read("hear it once more"), "rejected", None)
        finally:
            self.may_quote("everyone")

    def consent_to(self):
        theirs = self.peer.do("post", text="whoever asks may quote this", quotable=True)
        quoted = self.read("whoever asks may quote this")
        tweet = self.say("may I", quote_of=quoted["id"])
        self.quotes(tweet, "pending", None)
        ours, about_theirs = self.ann.note(tweet), lambda request: id_of(request["object"]) == theirs
        request = self.arrives("our request to quote arrives", "QuoteRequest", about_theirs)
        assert (id_of(request["instrument"]), request["instrument"]["quote"]) == (ours, theirs), request
        assert "quoteAuthorization" not in self.note_of(tweet, "our quote")
        stamp = self.peer.do("allow_quote", id=request["id"])
        self.quotes(tweet, "accepted", quoted)
        note = self.update_of(tweet, "their stamp is passed on", lambda note: "quoteAuthorization" in note)
        assert (note["quoteAuthorization"], note["quote"]) == (stamp, theirs), note
        self.peer.do("delete", id=stamp)
        self.quotes(tweet, "revoked", None)
        self.update_of(tweet, "it is sent as no quote", lambda note: "quote" not in note)

    def consent_from(self):
        ours = self.ann.note(self.ours)
        asked = self.peer.do("ask_to_quote", text="may we show this", object=ours)
        is_answer = lambda answer: id_of(answer["object"]) == asked["request"]
        stamp = self.arrives("our yes arrives", "Accept", is_answer)["result"]
        document = self.peer.do("fetch", id=stamp)
        said = [document[name] for name in ("type", "attributedTo", "interactingObject", "interactionTarget")]
        assert said == ["QuoteAuthorization", self.ann.actor, asked["note"], ours], document
        self.peer.do("show_quote", id=asked["note"], stamp=stamp)
        tweet = self.read("may we show this")
        self.quotes(tweet, "accepted", self.ours)
        self.ann.call("DELETE", f"/api/tweets/{tweet['id']}/quote")
        self.quotes(tweet, "revoked", None)
        self.arrives("the end of our stamp is told", "Delete", lambda delete: id_of(delete["object"]) == stamp)
        self.may_quote("nobody")
        try:
            asked = self.peer.do("ask_to_quote", text="and this", object=ours)
            self.arrives("our no arrives", "Reject", is_answer)
        finally:
            self.may_quote("everyone")

    def edit_to(self):
        self.ann.call("PATCH", f"/api/tweets/{self.ours['id']}", {"text": "a rook is a chess piece too"})
        update = self.arrives("our edit arrives", "Update", lambda update: id_of(update["object"]) == self.ann.note(self.ours))
        assert "chess" in update["object"]["content"], update

    def edit_from(self):
        before = self.read(f"jackdaws on {self.peer.name}")
        self.peer.do("edit", id=self.their_note, text="many jackdaws")
        after = self.read("many jackdaws")
        assert after["id"] == before["id"] and after["edited_at"], after

    def delete_to(self):
        note = self.ann.note(self.ours)
        self.ann.call("DELETE", f"/api/tweets/{self.ours['id']}")
        self.arrives("our Delete arrives", "Delete", lambda delete: id_of(delete["object"]) == note)

    def delete_from(self):
        tweet = self.read("many jackdaws")
        self.peer.do("delete", id=self.their_note)
        until("their post is gone", lambda: gone(self.ann, tweet["id"]))

    def followers_only_to(self):
        tweet = self.say("for those who follow", visibility="followers")
        create = self.arrives("our post arrives", "Create", lambda create: id_of(create["object"]) == self.ann.note(tweet))
        assert PUBLIC not in listed(create.get("to")) + listed(create.get("cc")), create

    def followers_only_from(self):
        self.peer.do("post", text="between us followers", visibility="followers")
        self.seen_by_ann_alone(self.read("between us followers"))

    def direct_to(self):
        tweet = self.say(f"{self.peer.handle} for your eyes", visibility="direct")
        create = self.arrives("our post arrives", "Create", lambda create: id_of(create["object"]) == self.ann.note(tweet))
        assert listed(create.get("to")) + listed(create.get("cc")) == [self.peer.actor], create

    def direct_from(self):
        mention = {"actor": self.ann.actor, "handle": self.ann.handle}
        self.peer.do("post", text="for your eyes", visibility="direct", mention=mention)
        self.seen_by_ann_alone(self.read("for your eyes"))

    def seen_by_ann_alone(self, tweet):
        assert gone(self.eve, tweet["id"]), "Eve reads it by its address"
        assert not containing(self.eve, self.theirs, tweet["text"]), "Eve reads it on their profile"

    def poll_from(self):
        self.their_poll = self.peer.do("post", text="rook or crow?", options=["rook", "crow"])
        poll = self.read("rook or crow?")["poll"]
        assert [option["title"] for option in poll["options"]] == ["rook", "crow"], poll

    def vote_to(self):
        if not self.their_poll:
            raise CannotDo("there is no poll of theirs")
        self.ann.post(f"/api/tweets/{self.read('rook or crow?')['id']}/poll/votes", {"choices": [1]})
        vote = self.arrives("our vote arrives", "Create", lambda create: create["object"].get("inReplyTo") == self.their_poll)
        assert vote["object"]["name"] == "crow" and not vote["object"].get("content"), vote

    def poll_to(self):
        self.our_poll = self.say("jackdaw or jay?", poll={"options": ["jackdaw", "jay"], "expires_in": 3600})
        create = self.arrives("our poll arrives", "Create", lambda create: id_of(create["object"]) == self.ann.note(self.our_poll))
        assert [option["name"] for option in create["object"]["oneOf"]] == ["jackdaw", "jay"], create

    def vote_from(self):
        self.peer.do("vote", question=self.ann.note(self.our_poll), choice="jay")
        votes = lambda: [option["votes_count"] for option in self.ann.get(f"/api/tweets/{self.our_poll['id']}")["poll"]["options"]]
        until("their vote counts", lambda: votes() == [0, 1])

    def new_key_told(self):
        self.peer.do("rotate", announce=True)
        # A word under the new key that overtakes the Update makes us ask for it, which we do once in five minutes.
        waiting = "select count(*) from inbox where state = 'waiting'"
        until("the Update is worked off", lambda: Rows(self.instance).one(waiting) == 0)
        self.their_text("signed by the key we told of")

    def new_key_untold(self):
        self.peer.do("rotate", announce=False)
        self.their_text("signed by a key nobody heard of")

    def new_key_of_ours(self):
        self.instance.command("rotate-keys", "--username", self.ann.username)
        old = f"{self.ann.actor}#main-key"
        ours = lambda update: id_of(update["object"]) == self.ann.actor and update["object"]["publicKey"]["id"] != old
        # Who keeps keys takes it under the old one; who does not, under the new one a moment later.
        until("our Update with a new key is taken", lambda: self.peer.received("Update", ours))
        tweet = self.say("signed by a new key")
        self.arrives("a post under the new key arrives", "Create", lambda create: id_of(create["object"]) == self.ann.note(tweet))

    def their_text(self, text):
        self.peer.do("post", text=text)
        self.read(text)

    def unfollow_to(self):
        self.ann.call("DELETE", f"/api/users/{self.theirs}/follow")
        fits = lambda undo: id_of(undo["actor"]) == self.ann.actor and kind_of(undo["object"]) == "Follow"
        self.arrives("our unfollow arrives", "Undo", fits)

    def unfollow_from(self):
        self.peer.do("undo", id=self.follow)
        until("we count it", lambda: self.ann.get(f"/api/users/{self.ann.id}")["followers_count"] == 0)

    def move_to(self):
        followers = lambda person: person.get(f"/api/users/{person.id}")["followers_count"]
        self.peer.do("follow", who=self.eve.actor)
        until("they follow Eve", lambda: followers(self.eve) == 1)
        self.new_eve.call("PUT", "/api/users/me/aliases", {"aliases": [self.eve.handle]})
        self.eve.post("/api/users/me/move", {"target": self.new_eve.handle, "password": PASSWORD})
        by_eve = lambda activity: activity["actor"] == self.eve.actor
        move = self.arrives("our Move arrives", "Move", by_eve)
        assert (id_of(move["object"]), id_of(move["target"])) == (self.eve.actor, self.new_eve.actor), move
        update = self.arrives("our Update arrives", "Update", lambda update: id_of(update["object"]) == self.eve.actor)
        assert update["object"]["movedTo"] == self.new_eve.actor, update
        until("they believe it, and follow her there", lambda: followers(self.new_eve) == 1)

    def move_from(self):
        relationship = lambda account: self.ann.get(f"/api/users/{account}/relationship")
        self.ann.post(f"/api/users/{self.theirs}/follow")
        until("Ann follows them again", lambda: relationship(self.theirs)["following"])
        self.peer.do("move")
        to_the_new = lambda follow: id_of(follow["object"]) == self.peer.successor
        follow = self.arrives("our Follow of the new account arrives", "Follow", to_the_new)
        assert follow["actor"] == self.ann.actor, follow
        new = lookup(self.ann, self.peer.successor_handle)["id"]
        until("the new account accepts", lambda: relationship(new)["following"])
        until("Ann has left the old one", lambda: not relationship(self.theirs)["following"])
        moved_to = self.ann.get(f"/api/users/{self.theirs}")["moved_to"]
        assert moved_to == new, moved_to


# The rows of the table. What comes later is another line here and a method above.
CASES = [
    ("Follow, to them", Meeting.follow_to),
    ("Follow, from them", Meeting.follow_from),
    ("Post, to them", Meeting.post_to),
    ("Post, from them", Meeting.post_from),
    ("Read ours by its address", Meeting.fetch),
    ("Mention, to them", Meeting.mention_to),
    ("Mention, from them", Meeting.mention_from),
    ("Reply, to them", Meeting.reply_to),
    ("Reply, from them", Meeting.reply_from),
    ("Like and undo, to them", Meeting.like_to),
    ("Like and undo, from them", Meeting.like_from),
    ("Boost and undo, to them", Meeting.boost_to),
    ("Boost and undo, from them", Meeting.boost_from),
    ("Quote, to them", Meeting.quote_to),
    ("Quote, from them", Meeting.quote_from),
    ("Quote with consent, to them", Meeting.consent_to),
    ("Quote with consent, from them", Meeting.consent_from),
    ("Edit, to them", Meeting.edit_to),
    ("Edit, from them", Meeting.edit_from),
    ("Delete, to them", Meeting.delete_to),
    ("Delete, from them", Meeting.delete_from),
    ("Followers-only post, to them", Meeting.followers_only_to),
    ("Followers-only post, from them", Meeting.followers_only_from),
    ("Direct post, to them", Meeting.direct_to),
    ("Direct post, from them", Meeting.direct_from),
    ("Poll, to them", Meeting.poll_to),
    ("Poll, from them", Meeting.poll_from),
    ("Vote, to them", Meeting.vote_to),
    ("Vote, from them", Meeting.vote_from),
    ("New key of theirs, told by an Update", Meeting.new_key_told),
    ("New key of theirs, untold", Meeting.new_key_untold),
    ("New key of ours", Meeting.new_key_of_ours),
    ("Unfollow, to them", Meeting.unfollow_to),
    ("Unfollow, from them", Meeting.unfollow_from),
    ("Move, to them", Meeting.move_to),
    ("Move, from them", Meeting.move_from),
]


def id_of(value):
    return value.get("id") if isinstance(value, dict) else value


def kind_of(value):
    return value.get("type") if isinstance(value, dict) else None


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def meet(kind, instance, elsewhere, peer):
    """All cases with one peer; answers the sheet."""
    print(f"{kind.column} and {instance.name}", flush=True)
    meeting, sheet = Meeting(instance, elsewhere, peer), Sheet(kind.column, kind.gaps)
    for row, run in CASES:
        sheet.case(row, lambda: run(meeting))
    if sheet.failures:
        print(f"--- log of {peer.name}\n{peer.tail()}\n--- log of {instance.name}\n{instance.tail()}", file=sys.stderr)
    return sheet


def main():
    binary, wanted = sys.argv[1], sys.argv[2:] or list(KINDS)
    unknown = [name for name in wanted if name not in KINDS]
    if unknown:
        sys.exit(f"no peer named {unknown[0]}; there are {', '.join(KINDS)}")
    kinds = [KINDS[name] for name in wanted]
    ours = {name: settings for name, settings in OURS.items() if any(kind.ours == name for kind in kinds)}
    peers = [(kind.library, kind.username, kind.host, kind.secure) for kind in kinds]
    with Network(binary, {**ours, ELSEWHERE: {}}, peers) as network:
        elsewhere = network.named(ELSEWHERE)
        sheets = [meet(kind, network.named(kind.ours), elsewhere, peer) for kind, peer in zip(kinds, network.peers)]
    sys.exit(close(sheets))


if __name__ == "__main__":
    main()
