"""A server on bovine: one account, with a verified inbox. PEER_SECURE=on makes it answer signed requests only."""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from bovine import BovineActor
from bovine.activitystreams.activity_factory import ActivityFactory
from bovine.activitystreams.link import Link
from bovine.activitystreams.object_factory import ObjectFactory
from bovine.crypto import build_validate_http_signature_raw, generate_rsa_public_private_key
from bovine.crypto.types import CryptographicIdentifier
from quart import Quart, Response, request

from common import ORIGIN, PORT, PUBLIC, SECURE, Library, Peer, bare, lead_to_loopback

USERNAME = "bo"


class Bovine(Library):
    def __init__(self, peer):
        self.peer = peer
        self.new_key()
        told = {"id": peer.me, "followers": peer.collection}
        self.activities, self.objects = ActivityFactory(told), ObjectFactory(told)
        self.client = None

    async def open(self):
        self.client = BovineActor(actor_id=self.peer.me, public_key_url=f"{self.peer.me}#main-key", secret=self.key[1])
        await self.client.init()

    def new_key(self):
        self.key = generate_rsa_public_private_key()
        self.client = None

    @property
    def key(self):
        return self._key

    @key.setter
    def key(self, pair):
        self._key, self.client = pair, None

    async def signing(self):
        if self.client is None:
            await self.open()
        return self.client

    async def fetch(self, address):
        return await (await self.signing()).get(address, create_tombstone=False)

    async def deliver(self, inbox, activity):
        response = await (await self.signing()).client.post(inbox, json.dumps(activity))
        return response.status, await response.text()

    def activity(self, kind, id, object, to=(), cc=()):
        # `follow` addresses by itself.
        addressed = {} if kind == "Follow" else {"to": {*to}, "cc": {*cc}}
        if kind in ("Accept", "Undo"):
            # Their own ways want an id where an inner activity is sent whole.
            return {**self.activities.create(object, id=id, **addressed).build(), "type": kind}
        return getattr(self.activities, kind.lower())(object, id=id, **addressed).build()

    def note(self, id, content, to, cc, reply_to=None, mention=None):
        tag = [Link(type="Mention", href=mention["actor"], name=mention["handle"]).build()] if mention else []
        for link in tag:
            del link["@context"]
        return self.objects.note(id=id, content=content, to=set(to), cc=set(cc), in_reply_to=reply_to, tag=tag).build()

    def poll(self, note, options):
        answers = [{"type": "Note", "name": option, "replies": {"type": "Collection", "totalItems": 0}} for option in options]
        return {**note, "type": "Question", "oneOf": answers, "endTime": "2037-01-01T00:00:00Z"}

    def vote(self, id, choice, question, to):
        return self.objects.note(id=id, name=choice, in_reply_to=question, to={to}).build()

    def actor(self):
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "type": "Person",
            "id": self.peer.me,
            "preferredUsername": USERNAME,
            "name": "Bo of bovine",
            "inbox": f"{self.peer.me}/inbox",
            "outbox": f"{self.peer.me}/outbox",
            "followers": self.peer.collection,
            "publicKey": {"id": f"{self.peer.me}#main-key", "owner": self.peer.me, "publicKeyPem": self.key[0]},
        }


class Sender(Peer):
    """It also sends what the suite wrote, as odd as that is."""

    async def do_example(self, name, fields, to):
        note = self.library.note(f"{ORIGIN}/examples/{name}", "", [PUBLIC, to], [self.collection])
        note = {**bare(note), **fields}
        create = self.library.activity("Create", f"{ORIGIN}/examples/{name}/create", note, [PUBLIC, to], [self.collection])
        context = ["https://www.w3.org/ns/activitystreams", {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"}]
        create["@context"] = note.pop("@context", context)
        status, answer = await self.library.deliver(await self.inbox_of(to), create)
        return {"status": status, "answer": answer, "note": note["id"] if "id" in note else None}


lead_to_loopback()
app = Quart(__name__)
peer = Sender(USERNAME)
bovine = peer.library = Bovine(peer)


async def key_of(key_id):
    document = await bovine.fetch(key_id.split("#")[0])
    return CryptographicIdentifier.from_public_key(document.get("publicKey", document)) if document else None


signer = build_validate_http_signature_raw(key_of)


def activity_json(document, status=200):
    return Response(json.dumps(document), status, content_type="application/activity+json")


async def may_read():
    """In its secure mode it shows itself to those only who say who they are."""
    address = ORIGIN + request.full_path.rstrip("?")
    return not SECURE or await signer("get", address, request.headers, None)


@app.get("/.well-known/webfinger")
async def webfinger():
    return Response(json.dumps(peer.webfinger()), content_type="application/jrd+json")


@app.get(peer.path)
async def actor():
    return activity_json(bovine.actor()) if await may_read() else activity_json({}, 401)


@app.get("/<folder>/<path:name>")
async def document(folder, name):
    if not await may_read():
        return activity_json({}, 401)
    found = peer.documents.get(f"{ORIGIN}/{folder}/{name}")
    return activity_json(found) if found else activity_json({}, 404)


@app.post(f"{peer.path}/inbox")
async def inbox():
    body = await request.get_json(force=True)
    who = await signer("post", ORIGIN + request.path, request.headers, request.get_data)
    owner = getattr(who, "controller", who)
    verified = owner is not None and owner == body.get("actor")
    peer.received(body, verified, "rfc9421" if "signature-input" in request.headers else "cavage")
    if not verified:
        return activity_json({"error": "the signature is not believed"}, 401)
    app.add_background_task(peer.answer, body)
    return Response(status=202)


@app.get("/_log")
async def log():
    return peer.log


@app.post("/_do/<command>")
async def do(command):
    return await peer.command(command, await request.get_json(force=True))


app.run(host="127.0.0.1", port=PORT)
