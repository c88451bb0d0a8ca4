"""What a forged peer may answer when we fetch from it: documents of actors and posts, WebFinger, pictures. What is not
believable leaves nothing behind, and what is endless costs neither memory nor time."""

import http.client
import threading
import time

import forge as peers
from faults_cases import peak_memory, untouched
from forge import ACTIVITY, Actor
from instance import Refused, until
from story import lookup, with_text, png

# Bytes that may be on their way in socket buffers when the connection is cut at the cap.
IN_BUFFERS = 12 << 20
DOCUMENT_CAP = 1 << 20
PICTURE_CAP = 16 << 20
# Ten seconds for a document and some for a busy machine.
DOCUMENT_PATIENCE_S = 16
PICTURE_PATIENCE_S = 28
MEMORY_GROWTH = 96 << 20


def deep(levels):
    return b'{"a":' * levels + b"1" + b"}" * levels


def odd_answers(true, foreign):
    """By name, what stands in the place of a document; `true` is what should be there, `foreign` of another host."""
    return {
        "an HTML page": peers.page,
        "an HTML page that says it is a document": peers.typed(ACTIVITY, b"<!doctype html><p>hello"),
        "plain JSON": peers.typed("application/json", true),
        "an uploaded file": peers.typed("text/plain", true),
        "half of the body": peers.cut(true),
        "nothing": peers.typed(ACTIVITY, b""),
        "a list": peers.typed(ACTIVITY, [true]),
        "the status 500": peers.status(500),
        "the status 429": peers.status(429, {"Retry-After": "3600"}),
        "the status 410": peers.status(410),
        "a document with another host's id": peers.document({**true, "id": foreign}),
        "a document with an id of ours": peers.document({**true, "id": "http://a.test/users/ann"}),
        "a document with another id of the same host, which is not there": peers.document({**true, "id": true["id"] + "/other"}),
        "a redirect to itself": peers.redirect(302, true["id"]),
        "a redirect to us": peers.redirect(302, "http://a.test/users/ann"),
        "a redirect to a file": peers.redirect(302, "file:///etc/passwd"),
        "a redirect to a document of another host": peers.redirect(302, foreign),
        "a hundred nested objects": peers.typed(ACTIVITY, deep(100)),
        "half a million values": peers.typed(ACTIVITY, b'{"a":[' + b"1," * 400_000 + b"1]}"),
        "an announced gibibyte": peers.huge(announced=True),
        "a gibibyte in chunks": peers.huge(announced=False),
    }


def host_of(answer):
    """Whoever asks for a pause has one: the other answers are on a host that is still asked."""
    return "busy.test" if answer == "the status 429" else "bad.test"


class Fetching:
    def __init__(self, stage):
        self.stage, self.part, self.a, self.rows, self.forge = stage, stage.part, stage.a, stage.rows, stage.forge
        self.number = 0

    def next(self):
        self.number += 1
        return self.number

    def bounded(self, path, cap):
        sent = self.forge.sent.get(path)
        assert sent is None or sent <= cap + IN_BUFFERS, f"{sent} bytes went"

    def actors(self):
        """A stranger whose document is odd writes to us: the signature is not believed."""
        key = self.stage.eve.key
        for name in list(odd_answers({"id": "http://x/"}, "")) + ["a byte at a time, for ever"]:
            who = Actor(self.forge, host_of(name), f"p{self.next()}", key)
            self.forge.serve(who.id, self.odd(name, who.profile(), self.stage.bob.id))
            follow = who.activity("Follow", self.stage.ann_id)
            places = [who.id, who.id + "/other", self.stage.bob.id]
            with self.part.case(f"an actor that is {name}"):
                started = time.monotonic()
                with untouched(self.rows, self.forge, fetches=places + self.loops(name, who.id)):
                    answered = who.send(self.a, follow)
                    assert answered in (401, 503), f"answered {answered}"
                assert time.monotonic() - started < DOCUMENT_PATIENCE_S
                self.bounded(f"/users/{who.name}", DOCUMENT_CAP)

    def odd(self, name, true, foreign):
        return odd_answers(true, foreign).get(name) or peers.drip(60)

    def loops(self, name, url):
        """A redirect to itself is followed as often as any: three times."""
        return [url] * 3 if name == "a redirect to itself" else []

    def posts(self):
        """Somebody who is followed here repeats a post whose document is odd."""
        eve = self.stage.eve
        before = self.rows.all("select id, text from tweets order by id")
        for name in odd_answers({"id": "http://x/"}, ""):
            host = host_of(name)
            true = Actor(self.forge, host, "author", eve.key).note("odd", id=f"http://{host}/notes/{self.next()}")
            foreign = self.stage.note["id"]
            self.forge.serve(true["id"], self.odd(name, true, foreign))
            with self.part.case(f"a post that is {name}"):
                places = [true["id"], true["id"] + "/other", foreign] + self.loops(name, true["id"])
                with untouched(self.rows, self.forge, ("inbox",), places):
                    assert eve.send(self.a, eve.activity("Announce", true["id"])) == 202
                assert self.rows.all("select id, text from tweets order by id") == before
                self.bounded(true["id"].removeprefix(f"http://{host}"), DOCUMENT_CAP)

    def names(self):
        """Names are as WebFinger and the actor say together, each from its own host."""
        ann, bob, key = self.stage.ann, self.stage.bob, self.stage.eve.key
        claims = {
            "a name whose WebFinger leads to another's actor": {"links": [{"rel": "self", "type": ACTIVITY, "href": bob.id}]},
            "a name whose WebFinger leads to us": {"links": [{"rel": "self", "type": ACTIVITY, "href": self.stage.ann_id}]},
            "a name whose WebFinger leads nowhere": {"links": []},
        }
        for name, jrd in claims.items():
            who = Actor(self.forge, "bad.test", f"p{self.next()}", key)
            who.jrd = lambda jrd=jrd, who=who: {"subject": f"acct:{who.name}@{who.host}", **jrd}
            with self.part.case(name), untouched(self.rows, self.forge, fetches=[bob.id]):
                assert not found(ann, who.handle)
        thief = Actor(self.forge, "bad.test", "bob", key)
        thief.jrd = lambda: {**Actor.jrd(thief), "subject": "acct:bob@good.test"}
        with self.part.case("an actor whose WebFinger claims a name of another host keeps its own"):
            assert thief.send(self.a, thief.activity("Follow", self.stage.ann_id)) == 202
            until("it is known", lambda: self.rows.all("select 1 from actors where uri = ?", thief.id))
            sql = "select a.domain from accounts a join actors r on r.account_id = a.id where r.uri = ?"
            assert self.rows.one(sql, thief.id) == "bad.test"
            assert self.rows.one(sql, bob.id) == "good.test"
            assert lookup(ann, bob.handle)["id"] == self.stage.at_a["bob"]

    def pictures(self):
        """A picture that is none is not kept; the good one beside it is."""
        bob, base = self.stage.bob, "http://good.test/pictures"
        picture = png()
        answers = {
            "good": peers.typed("image/png", picture), "page": peers.page, "cut": peers.cut(picture),
            "failing": peers.status(500), "loop": peers.redirect(302, f"{base}/loop"),
            "file": peers.redirect(302, "file:///etc/passwd"), "lie": peers.typed("image/png", b"<svg onload=alert(1)>"),
            "announced": peers.huge(True, "image/png", beginning=picture[:8]),
            "endless": peers.huge(False, "image/png", beginning=picture[:8]), "drip": peers.drip(60, "image/png"),
        }
        for kind, answer in answers.items():
            self.forge.serve(f"{base}/{kind}", answer)
            attached = {"type": "Document", "mediaType": "image/png", "url": f"{base}/{kind}", "name": kind}
            note = bob.note(f"picture {kind}", attachment=[attached])
            assert bob.send(self.a, bob.activity("Create", note)) == 202
        threads = [threading.Thread(target=self.picture, args=(kind,)) for kind in answers]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        with self.part.case("only the good picture is kept"):
            kept = self.rows.all("select source_url from cached_pictures")
            assert kept == [(f"{base}/good",)], kept

    def picture(self, kind):
        with self.part.case(f"a picture: {kind}"):
            tweet = until("the post is here", lambda: with_text(self.stage.ann, self.stage.at_a["bob"], f"picture {kind}"))
            started = time.monotonic()
            answered = get(self.a, tweet["media"][0]["url"])
            assert answered == (200 if kind == "good" else 404), f"answered {answered}"
            assert time.monotonic() - started < PICTURE_PATIENCE_S
            self.bounded(f"/pictures/{kind}", PICTURE_CAP)


def found(person, handle):
    try:
        return lookup(person, handle)
    except Refused as refused:
        assert refused.status in (404, 410) or "host_refused" in str(refused), refused
        return None


def get(instance, url):
    path = url.removeprefix(f"http://{instance.name}")
    connection = http.client.HTTPConnection("127.0.0.1", instance.port, timeout=PICTURE_PATIENCE_S + 5)
    try:
        connection.request("GET", path, headers={"Host": instance.name})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def run(stage):
    fetching = Fetching(stage)
    before = peak_memory(stage.a)
    for chapter in (fetching.actors, fetching.posts, fetching.names, fetching.pictures):
        chapter()
    with stage.part.case("gibibytes do not grow the process"):
        grown = peak_memory(stage.a) - before
        assert grown < MEMORY_GROWTH, f"{grown >> 20} MiB more"
