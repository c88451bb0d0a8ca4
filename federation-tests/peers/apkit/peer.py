"""A server on apkit: one account; its inbox, its models and its client are the library's."""

import os
import sys
import warnings

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import apkit.models as models
import apmodel
import apmodel.loader
import uvicorn
from apkit.client.asyncio.client import ActivityPubClient
from apkit.config import AppConfig
from apkit.server.app import ActivityPubServer
from apkit.server.responses import ActivityResponse
from apkit.server.types import ActorKey, Context
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import Request
from fastapi.responses import JSONResponse, Response

from common import HOST, ORIGIN, PORT, TERMS, Cannot, Library, Peer, bare, lead_to_loopback, now

USERNAME = "kit"
READ = ("Accept", "Reject", "Undo", "Create", "Update", "Delete", "Like", "Announce", "Follow", "Move")


def stay_at_home():
    """JSON-LD contexts that the library does not carry are empty instead of fetched."""
    carried = apmodel.loader.create_document_loader

    def without_network(*words, **options):
        load = carried(*words, **options)

        def document(url, options=None):
            try:
                return load(url, options or {})
            except Exception:
                empty = {"@context": {}}
                return {"contextUrl": None, "documentUrl": url, "document": empty, "contentType": "application/ld+json"}

        return document

    apmodel.loader.create_document_loader = without_network


class Apkit(Library):
    def __init__(self, peer):
        self.peer = peer
        self.new_key()

    def new_key(self):
        self.key = ActorKey(key_id=f"{self.peer.me}#main-key", private_key=rsa.generate_private_key(65537, 2048))

    async def fetch(self, address):
        async with ActivityPubClient() as client:
            found = await client.actor.fetch(address)
        if not isinstance(found, apmodel.types.ActivityPubModel):
            raise Cannot("its models do not read the document")
        return apmodel.to_dict(found)

    async def deliver(self, inbox, activity):
        async with ActivityPubClient() as client:
            headers = {"Content-Type": "application/activity+json"}
            # Both accounts have the same key.
            key = ActorKey(key_id=f"{activity['actor']}#main-key", private_key=self.key.private_key)
            signed = {"signatures": [key], "sign_with": ["draft-cavage"]}
            async with client.post(inbox, json=activity, headers=headers, **signed) as response:
                return response.status, await response.text()

    def activity(self, kind, id, object, to=(), cc=()):
        model = getattr(models, kind)(id=id, actor=self.peer.me, object=object, to=list(to), cc=list(cc))
        return apmodel.to_dict(model)

    def note(self, id, content, to, cc, reply_to=None, mention=None):
        tag = [models.Mention(href=mention["actor"], name=mention["handle"])] if mention else []
        written = {"id": id, "content": content, "to": to, "cc": cc, "attributed_to": self.peer.me, "published": now(), "tag": tag}
        if reply_to:
            written["in_reply_to"] = reply_to
        return self.written(**written)

    def vote(self, id, choice, question, to):
        return self.written(id=id, name=choice, in_reply_to=question, to=[to], attributed_to=self.peer.me)

    @staticmethod
    def written(**properties):
        try:
            return apmodel.to_dict(models.Note(**properties))
        except ValueError:
            raise Cannot("its models take no address as `inReplyTo`") from None

    def poll(self, note, options):
        try:
            models.Question(one_of=[{"type": "Note", "name": option} for option in options])
        except ValueError:
            raise Cannot("its Question takes no list of options") from None
        raise Cannot("its Question is an activity, not a post")

    def with_terms(self, document, terms):
        """Its models keep properties that they do not know."""
        context = ["https://www.w3.org/ns/activitystreams", TERMS]
        return apmodel.to_dict(models.Note.model_validate({**bare(document), **terms, "@context": context}))

    def quote_request(self, id, object, note, to):
        # It has no model of it, but one of activities in general.
        request = models.Activity(type="QuoteRequest", id=id, actor=self.peer.me, object=object, instrument=note, to=[to])
        return apmodel.to_dict(request)

    def accept_quote(self, id, request, stamp, to):
        raise Cannot("its Accept takes no address as `result`")

    def move(self, id, target, to):
        return apmodel.to_dict(models.Move(id=id, actor=self.peer.me, object=self.peer.me, target=target, to=[to]))

    def actor(self):
        return self.person(self.peer.me, USERNAME, self.peer.moved())

    def successor(self):
        return self.person(self.peer.successor, f"{USERNAME}_new", self.peer.aliases())

    def person(self, id, username, more):
        public = self.key.private_key.public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        key = models.CryptographicKey(id=f"{id}#main-key", owner=id, public_key_pem=pem)
        return apmodel.to_dict(
            models.Person(
                id=id,
                name="Kit of apkit",
                preferred_username=username,
                inbox=f"{id}/inbox",
                outbox=f"{id}/outbox",
                followers=f"{id}/followers",
                public_key=key,
                **more,
            )
        )


warnings.simplefilter("ignore")
lead_to_loopback()
stay_at_home()
peer = Peer(USERNAME)
peer.library = Apkit(peer)


async def keys(_identifier):
    return [peer.library.key]


INBOXES = (f"/users/{USERNAME}/inbox", f"/users/{USERNAME}_new/inbox")
app = ActivityPubServer(apkit_config=AppConfig(actor_keys=keys))


@app.middleware("http")
async def watched(request: Request, call_next):
    """The library answers 401 to what does not verify, so that its verdict is the status."""
    if request.url.path not in INBOXES:
        return await call_next(request)
    body = await request.json()
    response = await call_next(request)
    peer.received(body, response.status_code == 202, "rfc9421" if "signature-input" in request.headers else "cavage")
    return response


@app.webfinger
async def webfinger(_request: Request, account):
    found = peer.webfinger(account.username)
    return JSONResponse(found, media_type="application/jrd+json") if found else Response(status_code=404)


@app.get(f"/users/{USERNAME}")
async def actor():
    return JSONResponse(peer.library.actor(), media_type="application/activity+json")


@app.get(f"/users/{USERNAME}_new")
async def successor():
    return JSONResponse(peer.library.successor(), media_type="application/activity+json")


@app.get("/notes/{number}")
async def note(number: str):
    found = peer.documents.get(f"{ORIGIN}/notes/{number}")
    return JSONResponse(found, media_type="application/activity+json") if found else Response(status_code=404)


for path in INBOXES:
    app.inbox(path)


def listen(kind):
    async def handle(ctx: Context):
        await peer.answer(apmodel.to_dict(ctx.activity))
        return Response(status_code=202)

    app.on(getattr(models, kind), handle)


for kind in READ:
    listen(kind)


@app.get("/_log")
async def log():
    return peer.log


@app.post("/_do/{command}")
async def do(command: str, request: Request):
    return await peer.command(command, await request.json())


uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
