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

from common import HOST, ORIGIN, PORT, Cannot, Library, Peer, lead_to_loopback, now

USERNAME = "kit"
READ = ("Accept", "Reject", "Undo", "Create", "Update", "Delete", "Like", "Announce", "Follow")


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
            signed = {"signatures": [self.key], "sign_with": ["draft-cavage"]}
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

    def actor(self):
        public = self.key.private_key.public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        key = models.CryptographicKey(id=self.key.key_id, owner=self.peer.me, public_key_pem=pem)
        return apmodel.to_dict(
            models.Person(
                id=self.peer.me,
                name="Kit of apkit",
                preferred_username=USERNAME,
                inbox=f"{self.peer.me}/inbox",
                outbox=f"{self.peer.me}/outbox",
                followers=self.peer.collection,
                public_key=key,
            )
        )


warnings.simplefilter("ignore")
lead_to_loopback()
stay_at_home()
peer = Peer(USERNAME)
peer.library = Apkit(peer)


async def keys(_identifier):
    return [peer.library.key]


app = ActivityPubServer(apkit_config=AppConfig(actor_keys=keys))


@app.middleware("http")
async def watched(request: Request, call_next):
    """The library answers 401 to what does not verify, so that its verdict is the status."""
    if request.url.path != f"/users/{USERNAME}/inbox":
        return await call_next(request)
    body = await request.json()
    response = await call_next(request)
    peer.received(body, response.status_code == 202, "rfc9421" if "signature-input" in request.headers else "cavage")
    return response


@app.webfinger
async def webfinger(_request: Request, account):
    return JSONResponse(peer.webfinger(), media_type="application/jrd+json") if account.username == USERNAME else Response(status_code=404)


@app.get(f"/users/{USERNAME}")
async def actor():
    return JSONResponse(peer.library.actor(), media_type="application/activity+json")


@app.get("/notes/{number}")
async def note(number: str):
    found = peer.documents.get(f"{ORIGIN}/notes/{number}")
    return JSONResponse(found, media_type="application/activity+json") if found else Response(status_code=404)


app.inbox(f"/users/{USERNAME}/inbox")


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
