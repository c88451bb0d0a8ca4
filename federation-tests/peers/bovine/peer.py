"""A server on bovine: one account, with a verified inbox. PEER_SECURE=on makes it answer signed requests only."""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from bovine import BovineActor
from bovine.activitystreams.activity_factory import Activity, ActivityFactory
from bovine.activitystreams.link import Link
from bovine.activitystreams.object_factory import ObjectFactory
from bovine.crypto import build_validate_http_signature_raw, generate_rsa_public_private_key
from bovine.crypto.types import CryptographicIdentifier
from quart import Quart, Response, request

from common import ORIGIN, PORT, PUBLIC, SECURE, TERMS, Library, Peer, bare, lead_to_loopback

USERNAME = "bo"


class Bovine(Library):
    def __init__(self, peer):
        self.peer = peer
        self.new_key()
        told = {"id": peer.me, "followers": peer.collection}
        self.activities, self.objects = ActivityFactory(told), ObjectFactory(told)

    def new_key(self):
        self.key = generate_rsa_public_private_key()

    @property
    def key(self):
        return self._key

    @key.setter
    def key(self, pair):
        # Both accounts have the same key.
        self._key, self.clients = pair, {}

    async def signing(self, actor):
        if actor not in self.clients:
            client = BovineActor(actor_id=actor, public_key_url=f"{actor}#main-key", secret=self.key[1])
            await client.init()
            self.clients[actor] = client
        return self.clients[actor]

    async def fetch(self, address):
        return await (await self.signing(self.peer.me)).get(address, create_tombstone=False)

    async def deliver(self, inbox, activity):
        response = await (await self.signing(activity["actor"])).client.post(inbox, json.dumps(activity))
        return response.status, await response.text()

    def activity(self, kind, id, object, to=(), cc=()):
        if isinstance(object, dict) and "@context" in object:
            return {**self.activity(kind, id, bare(object), to, cc), "@context": object["@context"]}
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

    def with_terms(self, document, terms):
        return {**document, "@context": ["https://www.w3.org/ns/activitystreams", TERMS], **terms}

    def quote_request(self, id, object, note, to):
        request = Activity(type="QuoteRequest", actor=self.peer.me, id=id, object=object, to={to}).build()
        return self.with_terms(request, {"instrument": bare(note)})

    def accept_quote(self, id, request, stamp, to):
        return self.with_terms(self.activity("Accept", id, request, [to]), {"result": stamp})

    def move(self, id, target, to):
        return Activity(type="Move", actor=self.peer.me, id=id, object=self.peer.me, target=target, to={to}).build()

    def actor(self):
        return self.person(self.peer.me, USERNAME, self.peer.moved())

    def successor(self):
        return self.person(self.peer.successor, f"{USERNAME}_new", self.peer.aliases())

    def person(self, id, username, more):
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", TERMS],
            "type": "Person",
            "id": id,
            "preferredUsername": username,
            "name": "Bo of bovine",
            "inbox": f"{id}/inbox",
            "outbox": f"{id}/outbox",
            "followers": f"{id}/followers",
            "publicKey": {"id": f"{id}#main-key", "owner": id, "publicKeyPem": self.key[0]},
            **more,
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
    found = peer.webfinger(request.args.get("resource", "").removeprefix("acct:").split("@")[0])
    return Response(json.dumps(found), content_type="application/jrd+json") if found else Response(status=404)


@app.get(peer.path)
async def actor():
    return activity_json(bovine.actor()) if await may_read() else activity_json({}, 401)


@app.get(f"{peer.path}_new")
async def successor():
    return activity_json(bovine.successor()) if await may_read() else activity_json({}, 401)


@app.get("/<folder>/<path:name>")
async def document(folder, name):
    if not await may_read():
        return activity_json({}, 401)
    found = peer.documents.get(f"{ORIGIN}/{folder}/{name}")
    return activity_json(found) if found else activity_json({}, 404)


@app.post(f"{peer.path}/inbox")
@app.post(f"{peer.path}_new/inbox")
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
