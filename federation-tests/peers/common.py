"""What the peers in Python share: names that lead to loopback, the log, and the commands the suite gives.

Whatever is ActivityPub is the library's under test: it writes and reads documents, signs, delivers, fetches and verifies.
"""

import copy
import os
import time

import aiohttp

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
# Terms of documents that ActivityStreams does not have: quotes in the older form, quotes with consent, and moves.
TERMS = {
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    "gts": "https://gotosocial.org/ns#",
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
}
# Entries kept of what arrived; a run makes about a hundred.
LOG_MAX = 5000

HOST = os.environ["PEER_HOST"]
PORT = int(os.environ["PEER_PORT"])
# Signed requests only, for those who can.
SECURE = os.environ.get("PEER_SECURE") == "on"
ORIGIN = f"http://{HOST}"


def lead_to_loopback():
    """Makes aiohttp find the hosts of the test by their names; all others do not exist."""
    places = dict(pair.split("=", 1) for pair in os.environ["PEER_HOSTS"].split(","))

    async def resolve(_connector, host, _port, traces=None):
        if host not in places:
            raise OSError(f"{host} is not in this test")
        address, port = places[host].rsplit(":", 1)
        return [{"hostname": host, "host": address, "port": int(port), "family": 2, "proto": 0, "flags": 0}]

    aiohttp.TCPConnector._resolve_host = resolve


class Cannot(Exception):
    """The library has no way to do it."""


class Library:
    """What a peer needs of the library it shows."""

    async def fetch(self, address):
        """A document, as a dict."""
        raise NotImplementedError

    async def deliver(self, inbox, activity):
        """Signs as the activity's actor and sends; answers the status and the text of the answer."""
        raise NotImplementedError

    def activity(self, kind, id, object, to=(), cc=()):
        """With the context of its object, when that has one."""
        raise NotImplementedError

    def note(self, id, content, to, cc, reply_to=None, mention=None):
        raise NotImplementedError

    def poll(self, note, options):
        raise NotImplementedError

    def vote(self, id, choice, question, to):
        raise NotImplementedError

    def with_terms(self, document, terms):
        """The document with properties that are among `TERMS`."""
        raise NotImplementedError

    def quote_request(self, id, object, note, to):
        """Asks to quote `object` in a note, which comes along."""
        raise NotImplementedError

    def accept_quote(self, id, request, stamp, to):
        raise NotImplementedError

    def move(self, id, target, to):
        raise NotImplementedError

    def new_key(self):
        """From now on it signs with another key under the same id."""
        raise NotImplementedError

    def actor(self):
        """The actor's document, with the key it signs with now."""
        raise NotImplementedError

    def successor(self):
        """The document of the account that it moves to."""
        raise NotImplementedError


class Peer:
    """One account on the peer, and a second one that it moves to."""

    def __init__(self, username):
        self.username = username
        self.path = os.environ.get("PEER_ACTOR") or f"/users/{username}"
        self.me = ORIGIN + self.path
        self.successor = f"{self.me}_new"
        self.has_moved = False
        self.followers, self.following = {}, set()
        self.log = []
        self.documents = {}
        self.sent = {}
        # Who asks to quote a post of its own, by the id of the request.
        self.requests = {}
        self.counter = 0
        self.library = None

    def address(self, folder):
        self.counter += 1
        return f"{ORIGIN}/{folder}/{self.counter}"

    @property
    def collection(self):
        return f"{self.me}/followers"

    def webfinger(self, username):
        """What is said of a name; `None` when it is neither account's."""
        actor = {self.username: self.me, f"{self.username}_new": self.successor}.get(username)
        if not actor:
            return None
        link = {"rel": "self", "type": "application/activity+json", "href": actor}
        return {"subject": f"acct:{username}@{HOST}", "aliases": [actor], "links": [link]}

    def moved(self):
        """What the account says of where it moved, in its document."""
        return {"movedTo": self.successor} if self.has_moved else {}

    def aliases(self):
        """What the second account says of the first one, in its document."""
        return {"alsoKnownAs": [self.me]} if self.has_moved else {}

    def received(self, body, verified, form):
        """What came to the inbox, with what the library says of its signature."""
        if len(self.log) < LOG_MAX:
            self.log.append({"type": body.get("type"), "id": body.get("id"), "verified": verified, "form": form, "activity": body})

    async def answer(self, body):
        """Does what an activity asks of every server. Called with verified ones only."""
        if body["type"] == "Follow":
            await self.answer_follow(body)
        elif body["type"] == "Undo" and isinstance(body["object"], dict) and body["object"].get("type") == "Follow":
            self.followers.pop(body["actor"], None)
        elif body["type"] == "QuoteRequest":
            self.requests[body["id"]] = body
        elif body["type"] == "Move":
            await self.follow_along(body)

    async def answer_follow(self, follow):
        actor, followed = follow["actor"], id_of(follow["object"])
        if followed == self.me:
            self.followers[actor] = await self.inbox_of(actor)
        accept = self.library.activity("Accept", self.address("accepts"), bare(follow), to=[actor])
        await self.send({**accept, "actor": followed}, [actor])

    async def follow_along(self, move):
        """Follows the account that one it follows moved to, if the new one says the same."""
        old, new = move["actor"], id_of(move["target"])
        if old not in self.following or id_of(move["object"]) != old:
            return
        aliases = (await self.library.fetch(new)).get("alsoKnownAs", [])
        if old in (aliases if isinstance(aliases, list) else [aliases]):
            await self.do_follow(new)

    async def inbox_of(self, actor):
        return (await self.library.fetch(actor))["inbox"]

    async def send(self, activity, actors):
        inboxes = dict.fromkeys([await self.inbox_of(actor) for actor in actors])
        self.sent[activity["id"]] = (activity, actors)
        for inbox in inboxes:
            status, text = await self.library.deliver(inbox, activity)
            if status >= 300:
                raise RuntimeError(f"{inbox} answers {activity['type']} with {status}: {text[:300]}")

    async def command(self, name, words):
        try:
            return {"id": await getattr(self, f"do_{name}")(**words)}
        except Cannot as reason:
            return {"cannot": str(reason)}
        except Exception as error:  # whatever it is, the suite shall say it
            return {"failed": f"{type(error).__name__}: {error}"}

    async def do_follow(self, who):
        self.following.add(who)
        return await self.told("Follow", who, [who], to=[who])

    async def do_like(self, object):
        return await self.told("Like", object, [await self.author_of(object)])

    async def do_boost(self, object):
        author = await self.author_of(object)
        return await self.told("Announce", object, [author, *self.followers], to=[PUBLIC], cc=[self.collection, author])

    async def do_undo(self, id):
        activity, actors = self.sent[id]
        return await self.told("Undo", bare(activity), actors)

    async def do_post(self, text, visibility="public", mention=None, reply_to=None, options=None, quote=None, quotable=False):
        to, cc = {"public": ([PUBLIC], [self.collection]), "followers": ([self.collection], []), "direct": ([], [])}[visibility]
        actors = [] if visibility == "direct" else list(self.followers)
        if mention:
            (to if visibility == "direct" else cc).append(mention["actor"])
            actors.append(mention["actor"])
        if reply_to:
            author = await self.author_of(reply_to)
            cc.append(author)
            actors.append(author)
        note = self.library.note(self.address("notes"), f"<p>{text}</p>", to, cc, reply_to, mention)
        if options:
            note = self.library.poll(note, options)
        if quote:
            # The older form, which asks nobody.
            note = self.library.with_terms(note, {"quoteUri": quote, "_misskey_quote": quote})
            actors.append(await self.author_of(quote))
        if quotable:
            # Everybody may, and has to ask.
            note = self.library.with_terms(note, {"interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}}})
        if visibility == "public":
            self.documents[note["id"]] = note
        await self.publish(note, actors)
        return note["id"]

    async def publish(self, note, actors):
        await self.told("Create", note, actors, to=note.get("to", []), cc=note.get("cc", []))
        self.sent[note["id"]] = (note, actors)

    async def do_ask_to_quote(self, text, object):
        """A post that quotes another, shown to the quoted author alone until they consent."""
        author = await self.author_of(object)
        note = self.library.note(self.address("notes"), f"<p>{text}</p>", [PUBLIC], [self.collection])
        note = self.library.with_terms(note, {"quote": object})
        request = self.library.quote_request(self.address("requests"), object, note, author)
        await self.send(request, [author])
        self.sent[note["id"]] = (note, [*self.followers, author])
        return {"note": note["id"], "request": request["id"]}

    async def do_show_quote(self, id, stamp):
        """Shows everybody a post that quotes, with the stamp that allows it."""
        note, actors = self.sent[id]
        note = self.documents[id] = self.library.with_terms(note, {"quoteAuthorization": stamp})
        await self.publish(note, actors)
        return id

    async def do_allow_quote(self, id):
        """Answers a request with a stamp; answers the id of the stamp."""
        request = self.requests[id]
        terms = {"interactingObject": id_of(request["instrument"]), "interactionTarget": id_of(request["object"])}
        stamp = {"id": self.address("stamps"), "type": "QuoteAuthorization", "attributedTo": self.me, **terms}
        self.documents[stamp["id"]] = {"@context": ["https://www.w3.org/ns/activitystreams", TERMS], **stamp}
        actor = request["actor"]
        accept = self.library.accept_quote(self.address("accepts"), bare(request), stamp["id"], actor)
        await self.send(accept, [actor])
        self.sent[stamp["id"]] = (stamp, [actor])
        return stamp["id"]

    async def do_move(self):
        """Moves to the second account; tells the followers."""
        self.has_moved = True
        move = self.library.move(self.address("moves"), self.successor, self.collection)
        await self.send(move, list(self.followers))
        return move["id"]

    async def do_vote(self, question, choice):
        author = await self.author_of(question)
        vote = self.library.vote(self.address("votes"), choice, question, author)
        return await self.told("Create", bare(vote), [author], to=[author])

    async def do_edit(self, id, text):
        note, actors = self.sent[id]
        note = copy.deepcopy(note)
        note.update(content=f"<p>{text}</p>", updated=now())
        self.documents[id] = note
        self.sent[id] = (note, actors)
        return await self.told("Update", bare(note), actors, to=note.get("to", []), cc=note.get("cc", []))

    async def do_delete(self, id):
        note, actors = self.sent[id]
        self.documents.pop(id, None)
        return await self.told("Delete", id, actors, to=note.get("to", []), cc=note.get("cc", []))

    async def do_rotate(self, announce):
        if not announce:
            self.library.new_key()
            return None
        # Told with the key that everybody knows.
        old = self.library.key
        self.library.new_key()
        document, new = bare(self.library.actor()), self.library.key
        self.library.key = old
        try:
            return await self.told("Update", document, list(self.followers), to=[PUBLIC])
        finally:
            self.library.key = new

    async def do_keep(self, document):
        """Shows a document at its address."""
        self.documents[document["id"]] = document

    async def do_fetch(self, id):
        return await self.library.fetch(id)

    async def told(self, kind, object, actors, to=(), cc=()):
        activity = self.library.activity(kind, self.address(f"{kind.lower()}s"), object, list(to), list(cc))
        await self.send(activity, list(dict.fromkeys(actors)))
        return activity["id"]

    async def author_of(self, note):
        return (await self.library.fetch(note))["attributedTo"]


def id_of(value):
    return value["id"] if isinstance(value, dict) else value


def bare(document):
    """To be put into another document, which has a context of its own."""
    return {name: value for name, value in document.items() if name != "@context"}


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
