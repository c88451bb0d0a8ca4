"""What the contract is tried on: people, their things, and tokens of all scopes."""

import base64
import itertools
import os

import requests

from cases import later
from instance import PASSWORD, Person
from stage import png, until

PATIENCE_S = 20


class Ground:
    """Ann asks; Bob is whom she follows and Cat whom she has nothing to do with. Makers answer the id of a new thing."""

    def __init__(self, stage):
        self.stage, self.instance = stage, stage.instance
        self.host = stage.address.split("//")[1]
        self.ann, self.bob, self.cat = stage.ann, stage.bob, stage.instance.person("cat")
        self.numbers, self.tokens = itertools.count(1), {}
        self.session, self.root = requests.Session(), None
        self.app = self.call(None, "POST", "/api/v1/apps", client_name="x", redirect_uris="urn:ietf:wg:oauth:2.0:oob", scopes="read write follow push")
        self.scopes = {who.id: self.token(who, "read write follow push") for who in (self.ann, self.bob, self.cat)}
        self.call(self.ann, "POST", f"/api/v1/accounts/{self.bob.id}/follow")
        self.call(self.bob, "POST", f"/api/v1/accounts/{self.ann.id}/follow")
        self.call(self.ann, "PATCH", "/api/v1/accounts/update_credentials", fields_attributes=[{"name": "a", "value": "b"}])
        self.known, self.secret = self.status(self.bob, "look #rooks"), self.status(self.bob, "psst", "direct")
        # Of everything that is listed there is one.
        for word in ("favourite", "bookmark", "reblog"):
            self.call(self.ann, "POST", f"/api/v1/statuses/{self.known}/{word}")

    def token(self, who, scopes):
        """A token of somebody's with these scopes alone; of an app's own when that is nobody."""
        key = (who.username if who else None, scopes)
        if key not in self.tokens:
            self.tokens[key] = self.new_token(who, scopes)
        return self.tokens[key]

    def new_token(self, who, scopes):
        if who:
            return self.token_of(who.username, scopes)
        app = self.call(None, "POST", "/api/v1/apps", client_name="y", redirect_uris="urn:ietf:wg:oauth:2.0:oob", scopes=scopes)
        given = {"grant_type": "client_credentials", "scope": scopes, **{name: app[name] for name in ("client_id", "client_secret")}}
        return self.call(None, "POST", "/oauth/token", **given)["access_token"]

    def token_of(self, username, scopes):
        return self.instance.command("token", "create", "--username", username, "--scopes", scopes)

    def send(self, token, method, path, sends):
        """A request as a program sends it; the answer's body is read when it ends by itself."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address, more = self.stage.address + path, {"headers": headers, "timeout": PATIENCE_S, "allow_redirects": False}
        if "file" in sends:
            more["files"] = {"file": ("p.png", png() if sends["file"] == "picture" else b"nonsense", "image/png")}
        elif method == "GET":
            more.update(params=sends, stream=True)
        elif sends:
            more["json"] = sends
        return self.session.request(method, address, **more)

    def call(self, who, method, path, **sends):
        answer = self.send(who and self.scopes[who.id], method, path, sends)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def name(self):
        """A word that nobody used yet."""
        return f"n{next(self.numbers)}"

    # What is asked about. Each makes a thing of its own, so that no line sees what another one changed.

    def status(self, who=None, text="hello", visibility="public", **more):
        return self.call(who or self.ann, "POST", "/api/v1/statuses", status=f"{text} {self.name()}", visibility=visibility, **more)["id"]

    def bobs_status(self):
        return self.known

    def bobs_secret(self):
        return self.secret

    def address_of(self, status):
        return self.call(None, "GET", f"/api/v1/statuses/{status}")["url"]

    def poll(self, visibility="public"):
        asked = {"options": ["a", "b"], "expires_in": 3600}
        status = self.call(self.bob, "POST", "/api/v1/statuses", status=self.name(), visibility=visibility, poll=asked)
        return status["poll"]["id"]

    def quoted(self):
        """A post of Ann's, and the one of Bob that quotes it."""
        mine = self.status()
        self.quotes = mine, self.status(self.bob, "see", quoted_status_id=mine)
        return self.quotes

    def notification(self, who=None):
        who, other = who or self.ann, self.cat
        self.call(other, "POST", f"/api/v1/statuses/{self.status(who)}/favourite")
        listed = lambda: self.call(who, "GET", "/api/v1/notifications", **{"types[]": "favourite"})
        return until("it is told", listed)[0]["id"]

    def asked_in(self):
        """The request of a new stranger to be heard."""
        self.call(self.ann, "PATCH", "/api/v2/notifications/policy", for_not_following="filter")
        name = self.name()
        stranger = self.instance.person(name)
        stranger.post("/api/tweets", {"text": "@ann let me in"})
        theirs = lambda: [one["id"] for one in self.call(self.ann, "GET", "/api/v1/notifications/requests") if one["account"]["acct"] == name]
        made = until("they are set aside", theirs)[0]
        self.call(self.ann, "PATCH", "/api/v2/notifications/policy", for_not_following="accept")
        return made

    def followed(self):
        self.call(self.ann, "POST", f"/api/v1/accounts/{self.bob.id}/follow")
        return self.bob.id

    def list(self, who=None):
        who, other = (self.bob, self.ann) if who else (self.ann, self.bob)
        self.call(who, "POST", f"/api/v1/accounts/{other.id}/follow")
        made = self.call(who, "POST", "/api/v1/lists", title=self.name())["id"]
        self.call(who, "POST", f"/api/v1/lists/{made}/accounts", account_ids=[other.id])
        return made

    def made_filter(self, who=None):
        words = [{"keyword": self.name()}]
        return self.call(who or self.ann, "POST", "/api/v2/filters", title=self.name(), context=["home"], keywords_attributes=words)

    def filter(self, who=None):
        return self.made_filter(who)["id"]

    def keyword(self, who=None):
        return self.made_filter(who)["keywords"][0]["id"]

    def filtered(self, who=None):
        path = f"/api/v2/filters/{self.filter(who)}/statuses"
        return self.call(who or self.ann, "POST", path, status_id=self.status(self.bob))["id"]

    def request(self):
        """Somebody who asks to follow Ann."""
        self.call(self.ann, "PATCH", "/api/v1/accounts/update_credentials", locked=True)
        asker = self.instance.person(self.name())
        asker.post(f"/api/users/{self.ann.id}/follow")
        self.call(self.ann, "PATCH", "/api/v1/accounts/update_credentials", locked=False)
        return asker.id

    def conversation(self, who=None):
        who = who or self.ann
        self.status(self.bob, f"@{who.username} psst", "direct")
        return until("it is there", lambda: self.call(who, "GET", "/api/v1/conversations"))[0]["id"]

    def featured(self, who=None):
        who = who or self.ann
        for tag in self.call(who, "GET", "/api/v1/featured_tags"):
            self.call(who, "DELETE", f"/api/v1/featured_tags/{tag['id']}")
        return self.call(who, "POST", "/api/v1/featured_tags", name=self.name())["id"]

    def media(self, who=None):
        return self.call(who or self.ann, "POST", "/api/v2/media", file="picture")["id"]

    def scheduled(self, who=None):
        return self.call(who or self.ann, "POST", "/api/v1/statuses", status=self.name(), scheduled_at=later())["id"]

    def subscription(self):
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        text = lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")
        return {"endpoint": "https://push.test/1", "keys": {"p256dh": text(point), "auth": text(os.urandom(16))}}

    def admin(self):
        if not self.root:
            words = ("--username", "warden", "--email", "warden@example.org", "--password", PASSWORD, "--admin")
            self.instance.command("user", "create", *words)
            self.root = Person(self.instance, "warden", self.token_of("warden", "read write admin:read admin:write"))
        return self.root

    def announcement(self, reaction=None):
        made = self.admin().post("/api/admin/announcements", {"text": "The server sleeps tonight"})["id"]
        if reaction:
            self.call(self.ann, "PUT", f"/api/v1/announcements/{made}/reactions/{reaction}")
        return made


__all__ = ["Ground", "Person"]
