"""What a forged peer may say to our inboxes: each lie is refused or ignored, and leaves nothing behind."""

import json
import threading

from faults_cases import untouched
from forge import ACTIVITY, Actor, post
from forge_keys import CAVAGE, HOUR_S, RFC9421, Key, cavage, http_date, rfc9421, sha256
from instance import until
from story import lookup, with_text

# Accepted for being well-formed and signed, then found to be nobody's business.
IGNORED = ("inbox",)
# "This is gone", kept as its sender's word; believed only of what is the sender's own.
HEARSAY = ("inbox", "tombstones")


class Stage:
    """Our instance with `ann`, and on the forge `bob`, his neighbour `ned`, and `eve` of another host; ann follows
    bob and eve, bob and eve follow ann, and bob wrote a post and likes ann's."""

    def __init__(self, part, a, rows, forge):
        self.part, self.a, self.rows, self.forge = part, a, rows, forge
        self.ann = a.person("ann")
        self.ann_id = f"http://{a.name}/users/ann"
        self.bob, self.ned = Actor(forge, "good.test", "bob"), Actor(forge, "good.test", "ned")
        self.eve = Actor(forge, "evil.test", "eve")
        self.tweet = self.ann.post("/api/tweets", {"text": "what all speak of"})
        self.tweet_id = f"{self.ann_id}/statuses/{self.tweet['id']}"

    def prepare(self):
        self.at_a = {}
        for actor in (self.bob, self.ned, self.eve):
            assert actor.send(self.a, actor.activity("Follow", self.ann_id)) == 202
            found = until(f"{actor.name} is known", lambda: lookup(self.ann, actor.handle))
            self.at_a[actor.name] = found["id"]
        for actor in (self.bob, self.eve):
            self.befriend(actor)
        self.note = self.bob.note("true words")
        self.create = self.bob.activity("Create", self.note)
        self.like = self.bob.activity("Like", self.tweet_id)
        self.follow = self.ned.activity("Follow", self.ann_id)
        for actor, said in ((self.bob, self.create), (self.bob, self.like), (self.ned, self.follow)):
            assert actor.send(self.a, said) == 202
        self.forge.serve(self.note["id"], self.note)
        until("bob's post is here", lambda: with_text(self.ann, self.at_a["bob"], "true words"))
        until("all is quiet", self.rows.is_settled)
        self.truth = self.whole_truth()

    def befriend(self, actor):
        self.ann.post(f"/api/users/{self.at_a[actor.name]}/follow")
        asked = lambda: [one.activity() for one in self.forge.posts(actor.host)]
        ours = lambda: next((one for one in asked() if one["type"] == "Follow" and one["object"] == actor.id), None)
        assert actor.send(self.a, actor.activity("Accept", until("ann's follow arrives", ours))) == 202
        until("ann follows", lambda: self.ann.get(f"/api/users/{self.at_a[actor.name]}/relationship")["following"])

    def whole_truth(self):
        """What nobody else may change."""
        return {
            "posts": self.rows.all("select id, account_id, text, edited_at, likes_count from tweets order by id"),
            "follows": self.rows.all("select follower_id, followee_id from follows order by id"),
            "likes": self.rows.all("select account_id, tweet_id from likes order by id"),
            "people": self.rows.all("select username, domain, display_name, suspended_at from accounts order by id"),
        }

    def refused(self, name, code, send, fetches=()):
        with self.part.case(name), untouched(self.rows, self.forge, fetches=fetches):
            answered = send()
            codes = code if isinstance(code, tuple) else (code,)
            assert answered in codes, f"answered {answered}, not {code}"

    def ignored(self, name, send, but=IGNORED, fetches=()):
        """Taken, since nothing can be said against its envelope, and then not believed."""
        with self.part.case(name):
            with untouched(self.rows, self.forge, but, fetches):
                answered = send()
                assert answered == 202, f"answered {answered}"
            assert self.whole_truth() == self.truth, self.whole_truth()

    def says(self, liar, kind, target, **changes):
        return lambda: liar.send(self.a, liar.activity(kind, target, **changes))


def accepted(stage):
    """The honest forms first: what is refused below is refused for its one fault."""
    like = lambda: stage.eve.activity("Like", stage.ann_id + "/statuses/1")
    forms = [
        ("an honest cavage signature is taken", {"form": cavage}),
        ("an honest RFC 9421 signature is taken", {"form": rfc9421}),
        ("a signature labelled hs2019 is taken", {"label": "hs2019"}),
        ("a signature of eleven hours ago is taken", {"ahead_s": -11 * HOUR_S}),
    ]
    for name, how in forms:
        with stage.part.case(name), untouched(stage.rows, stage.forge, IGNORED):
            assert stage.eve.send(stage.a, like(), **how) == 202


def signatures(stage):
    eve, a = stage.eve, stage.a
    follow = lambda: eve.activity("Follow", stage.ann_id)

    def falsified(**how):
        return lambda: eve.send(a, follow(), **how)

    def changed(change, path="/inbox", form=cavage):
        def send():
            headers, body = eve.signed(a, follow(), form=form)
            body = change(headers, body) or body
            return post(a.port, path, headers, body)
        return send

    def without(names):
        return tuple(name for name in CAVAGE if name not in names)

    stage.refused("no signature", 401, changed(lambda headers, _: headers.pop("Signature") and None))
    for lacking in CAVAGE:
        stage.refused(f"a signature that does not cover {lacking}", 401, falsified(covered=without([lacking])))
    stage.refused("a signature over the digest alone", 401, falsified(covered=("digest",)))
    stage.refused("a signature over the date alone", 401, falsified(covered=("date",)))
    stage.refused("a covered digest that is missing", 401, changed(lambda headers, _: headers.pop("Digest") and None))
    stage.refused("a covered date that is missing", 401, changed(lambda headers, _: headers.pop("Date") and None))
    stage.refused("a wrong digest", 401, falsified(digest=sha256(b"something else")))
    stage.refused("another body under the signed digest", 401, changed(lambda _, body: body.replace(b"Follow", b"Block ")))
    stage.refused("another Host header than the signed one", 401, changed(lambda headers, _: headers.update(Host="b.test")))
    stage.refused("a request signed for another host", 401, falsified(host="b.test"))
    # The first that is signed well enough to be doubted for its key: its owner is asked, and then not soon again.
    elsewhere = changed(lambda *_: None, path="/users/ann/inbox")
    stage.refused("a request signed for another inbox", 401, elsewhere, fetches=[eve.id])
    stage.refused("a back-dated signature", 401, falsified(ahead_s=-13 * HOUR_S))
    stage.refused("a future-dated signature", 401, falsified(ahead_s=2 * HOUR_S))
    later = lambda headers, _: headers.update(Date=http_date(60))
    stage.refused("a date that was changed after signing", 401, changed(later))
    stage.refused("an algorithm we do not speak", 401, falsified(label="hmac-sha256"))
    stage.refused("a signature that cannot be read", 400, changed(lambda headers, _: headers.update(Signature="keyId=x")))
    stage.refused("a key id that is no address", 401, falsified(key_id="acct:eve@evil.test"))
    stage.refused("another host's key id", (401, 403), falsified(key_id=stage.bob.key_id))
    stage.refused("a key id of ours", (401, 403), falsified(key_id=f"{stage.ann_id}#main-key"))
    stage.refused("a neighbour's key id", 401, lambda: stage.ned.send(a, stage.bob.activity("Like", stage.tweet_id)))
    stage.refused("a key id of the actor's that it does not list", 401, falsified(key_id=f"{eve.id}#other-key"))
    for lacking in RFC9421:
        covered = tuple(name for name in RFC9421 if name != lacking)
        stage.refused(f"RFC 9421 without {lacking}", 401, falsified(form=rfc9421, covered=covered))
    stage.refused("RFC 9421 without created", 401, falsified(form=rfc9421, created=False))
    stage.refused("RFC 9421 with a wrong content-digest", 401, falsified(form=rfc9421, digest=sha256(b"something else")))
    stage.refused("RFC 9421, back-dated", 401, falsified(form=rfc9421, ahead_s=-13 * HOUR_S))
    stage.refused("RFC 9421, future-dated", 401, falsified(form=rfc9421, ahead_s=2 * HOUR_S))
    stage.refused("RFC 9421 that has expired", 401, falsified(form=rfc9421, extra=";expires=1"))
    stage.refused("RFC 9421 for another host", 401, falsified(form=rfc9421, host="b.test"))
    twice = lambda headers, _: headers.update({"Signature-Input": headers["Signature-Input"] + ", sig2=()"})
    stage.refused("two signatures at once", 400, changed(twice, form=rfc9421))


def bodies(stage):
    eve, a = stage.eve, stage.a

    def raw(body, kind=ACTIVITY):
        def send():
            headers, signed = eve.signed(a, body)
            return post(a.port, "/inbox", {**headers, "Content-Type": kind}, signed)
        return send

    def deep(levels):
        return b'{"a":' * levels + b"1" + b"}" * levels

    like = eve.activity("Like", stage.tweet_id)
    mentions = lambda count: [{"type": "Mention", "href": f"http://m.test/{number}"} for number in range(count)]
    many = lambda count: json.dumps(eve.activity("Create", eve.note("hello all", tag=mentions(count)))).encode()
    stage.refused("a body of more than a mebibyte", 413, raw(b'{"a":"' + b"x" * (1 << 20) + b'"}'))
    stage.refused("a million mentions", 413, raw(many(1_000_000)))
    stage.refused("as many mentions as a mebibyte holds", (400, 413), raw(many(22_000)))
    stage.refused("a thousand mentions", 400, raw(many(1_000)))
    stage.refused("fifty nested objects", 400, raw(deep(50)))
    stage.refused("a hundred thousand nested objects", 400, raw(deep(100_000)))
    stage.refused("a list of half a million values", 400, raw(b'{"a":[' + b"1," * 500_000 + b"1]}"))
    stage.refused("no JSON", 400, raw(b"hello"))
    stage.refused("no activity", 400, raw(b"[]"))
    stage.refused("an empty body", 400, raw(b""))
    for kind in ("text/html", "application/json", "text/plain", "multipart/form-data", ""):
        stage.refused(f"the content type {kind or 'that is empty'}", 415, raw(json.dumps(like).encode(), kind))


def impostors(stage):
    """Who speaks for another."""
    bob, ned, eve = stage.bob, stage.ned, stage.eve
    forged = {**stage.note, "content": "<p>forged words</p>", "updated": "2030-01-01T00:00:00Z"}
    says = stage.says
    stage.refused("an actor of another host", (400, 401, 403), says(eve, "Like", stage.tweet_id, actor=bob.id))
    stage.refused("an activity id of another host", 400, says(eve, "Like", stage.tweet_id, id=f"{bob.id}/likes/x"))
    as_ann = {"actor": stage.ann_id, "id": f"{stage.ann_id}#likes/9"}
    stage.refused("an actor of ours", (401, 403), says(eve, "Like", stage.note["id"], **as_ann))
    stage.refused("an activity id of ours", 400, says(eve, "Like", stage.tweet_id, id=as_ann["id"]))
    ours = {**forged, "id": stage.tweet_id, "attributedTo": stage.ann_id}
    for kind in ("Create", "Update"):
        stage.refused(f"{kind} with another host's post", 403, says(eve, kind, forged))
        stage.refused(f"{kind} with a post of ours", 403, says(eve, kind, ours))
        stage.ignored(f"{kind} with a neighbour's post", says(ned, kind, forged), fetches=[stage.note["id"]])
    given = lambda to: {**forged, "attributedTo": to.id}
    another = eve.note("x", attributedTo=bob.id)
    stage.refused("Create of a post that is attributed to another host", 400, says(eve, "Create", another))
    stage.refused("Update that gives a post to another host", 400, says(bob, "Update", given(eve)))
    to_ned = says(bob, "Update", given(ned))
    stage.ignored("Update that gives a post to a neighbour", to_ned, fetches=[stage.note["id"]])
    stage.ignored("Update of another's profile", says(ned, "Update", bob.profile(name="forged")))
    stage.refused("Update of another host's profile", 403, says(eve, "Update", bob.profile(name="forged")))
    for liar in (ned, eve):
        who = "a neighbour" if liar is ned else "another host"
        stage.ignored(f"Delete of a post by {who}", says(liar, "Delete", stage.note["id"]), HEARSAY)
        stage.ignored(f"Delete of a person by {who}", says(liar, "Delete", bob.id), HEARSAY)
        stage.ignored(f"Delete of a post of ours by {who}", says(liar, "Delete", stage.tweet_id), HEARSAY)
        stage.ignored(f"Undo of a like by {who}", says(liar, "Undo", stage.like), HEARSAY)
        stage.ignored(f"Undo of a like by {who}, by its id", says(liar, "Undo", stage.like["id"]), HEARSAY)
        other = stage.follow if liar is eve else bob.activity("Follow", stage.ann_id)
        stage.ignored(f"Undo of a follow by {who}", says(liar, "Undo", other), HEARSAY)
    follow_of = lambda whom: {"type": "Follow", "actor": stage.ann_id, "object": whom.id}
    stage.ignored("a yes to a follow that nobody asked for", says(ned, "Accept", follow_of(ned)))
    stage.ignored("a yes in the name of another", says(eve, "Accept", follow_of(ned)))
    stage.ignored("a no in the name of another", says(eve, "Reject", follow_of(bob)))
    embedded_copy(stage)


def embedded_copy(stage):
    """The copy inside an Announce is not looked at: the post comes from its own host."""
    truth = stage.bob.note("told by its own host")
    stage.forge.serve(truth["id"], truth)
    lie = {**truth, "content": "<p>told by another</p>"}
    with stage.part.case("Announce with a forged copy brings the true post"):
        asked = len(stage.forge.log)
        assert stage.eve.send(stage.a, stage.eve.activity("Announce", lie)) == 202
        until("the true post is here", lambda: with_text(stage.ann, stage.at_a["bob"], "told by its own host"))
        assert stage.forge.gets(asked) == [truth["id"]], stage.forge.gets(asked)
        assert stage.rows.one("select count(*) from tweets where text like '%told by another%'") == 0
    stage.truth = stage.whole_truth()
    missing = {**stage.bob.note("never written"), "content": "<p>never written</p>"}
    announce = lambda what: stage.says(stage.eve, "Announce", what)
    stage.ignored("Announce with a copy of what its host does not know", announce(missing), fetches=[missing["id"]])
    ours = {**missing, "id": f"{stage.ann_id}/statuses/99", "attributedTo": stage.ann_id}
    stage.ignored("Announce with a copy of what we never wrote", announce(ours))


def replays(stage):
    eve, a = stage.eve, stage.a
    with stage.part.case("the same activity again, under whatever signature, is done once"):
        like = eve.activity("Like", stage.tweet_id)
        request = eve.signed(a, like)
        answers = [post(a.port, "/inbox", *request) for _ in range(5)]
        answers += [eve.send(a, like), eve.send(a, like, form=rfc9421), eve.send(a, like, path="/users/ann/inbox")]
        assert set(answers) == {202}, answers
        until("it is worked off", stage.rows.is_settled)
        assert stage.rows.one("select count(*) from inbox where activity_uri = ?", like["id"]) == 1
        assert stage.ann.get(f"/api/tweets/{stage.tweet['id']}")["likes_count"] == 2
    with stage.part.case("a like that was taken back is not replayed"):
        assert eve.send(a, eve.activity("Undo", like)) == 202
        until("it is worked off", stage.rows.is_settled)
        assert post(a.port, "/inbox", *request) == 202
        until("it is worked off", stage.rows.is_settled)
        assert stage.ann.get(f"/api/tweets/{stage.tweet['id']}")["likes_count"] == 1
    stage.refused("a replay when the signature's time is over", 401, lambda: eve.send(a, like, ahead_s=-13 * HOUR_S))
    stage.truth = stage.whole_truth()


def storms(stage):
    """Bad signatures are no way to make us fetch."""
    a, wrong = stage.a, Key()

    def storm(actor, codes):
        with stage.part.case(f"a storm of bad signatures of {actor.name} makes at most one fetch"):
            with untouched(stage.rows, stage.forge, fetches=[actor.id]):
                answers = []
                send = lambda: answers.extend(actor.send(a, actor.activity("Like", stage.tweet_id), key=wrong) for _ in range(10))
                threads = [threading.Thread(target=send) for _ in range(6)]
                [thread.start() for thread in threads]
                [thread.join() for thread in threads]
                assert set(answers) <= set(codes) and len(answers) == 60, answers

    storm(Actor(stage.forge, "storm.test", "sam"), (401, 429))
    storm(Actor(stage.forge, "storm.test", "nobody", served=False), (401, 429))
    storm(stage.bob, (401, 429))


def rotation(stage):
    """A new key is learned from its owner, the old one is over; the process forgot when it last asked."""
    bob, a, old = stage.bob, stage.a, stage.bob.key
    bob.key = Key()
    bob.show()
    a.stop()
    a.start()
    with stage.part.case("a rotated key is fetched once and works"):
        asked = len(stage.forge.log)
        for number in range(5):
            assert bob.send(a, bob.activity("Like", stage.tweet_id + "0")) == 202, number
        assert stage.forge.gets(asked) == [bob.id], stage.forge.gets(asked)
        assert stage.rows.one("select count(*) from actor_keys where key_uri = ?", bob.key_id) == 1
    with_old = lambda: bob.send(a, bob.activity("Like", stage.tweet_id), key=old)
    stage.refused("the old key is over, and asking again is not for the asking", 401, with_old)


def run(part, a, rows, forge):
    stage = Stage(part, a, rows, forge)
    stage.prepare()
    for chapter in (accepted, signatures, bodies, impostors, replays, storms, rotation):
        chapter(stage)
    return stage
