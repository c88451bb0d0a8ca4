"""A server that plays any number of other instances, well-behaved or not, and remembers what it was asked."""

import contextlib
import http.client
import http.server
import json
import socket
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

from forge_keys import Key, cavage

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
ACTIVITY = "application/activity+json"
GIB = 1 << 30
CHUNK = b" " * (64 << 10)


@dataclass
class Asked:
    """A request that arrived."""

    at: float
    method: str
    host: str
    path: str
    headers: dict
    body: bytes

    def activity(self):
        return json.loads(self.body)


@dataclass
class Forge:
    """Answers by (method, host, path without query). What is not listed is 404, except that inboxes say 202."""

    answers: dict = field(default_factory=dict)
    people: dict = field(default_factory=dict)
    log: list = field(default_factory=list)
    sent: dict = field(default_factory=dict)
    connections: set = field(default_factory=set)
    scheme: str = "http"

    def start(self, port=0, address="127.0.0.1", tls=None):
        """Listens; with `tls`, an `ssl.SSLContext`, by https."""
        forge = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                forge.connections.add(self.connection)

            def finish(self):
                forge.connections.discard(self.connection)
                super().finish()

            def log_message(self, *_):
                pass

            def do_GET(self):
                forge.answer(self, b"")

            def do_POST(self):
                forge.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # whom we play with hangs up, that is the game

        self.server = Server((address, port), Handler)
        if tls:
            self.scheme = "https"
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def answer(self, handler, body):
        host, path = handler.headers.get("Host", ""), handler.path.split("?")[0]
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(time.monotonic(), handler.command, host, handler.path, headers, body)
        self.log.append(asked)
        listed = self.answers.get((handler.command, host, path))
        if listed is None and path == "/.well-known/webfinger":
            named = urllib.parse.parse_qs(handler.path.partition("?")[2]).get("resource", [""])[0]
            found = self.people.get(named.lower())
            listed = typed("application/jrd+json", found.jrd()) if found else status(404)
        elif listed is None:
            listed = status(202 if handler.command == "POST" and path.endswith("/inbox") else 404)
        listed(Exchange(self, handler, asked))

    def serve(self, url, answer):
        """Answers GETs of an address; a dict is served as an ActivityPub document."""
        at = urllib.parse.urlsplit(url)
        self.answers["GET", at.netloc, at.path] = document(answer) if isinstance(answer, dict) else answer

    def take(self, url, answer):
        """Answers POSTs to an address."""
        at = urllib.parse.urlsplit(url)
        self.answers["POST", at.netloc, at.path] = answer

    def gets(self, since=0):
        return [f"{self.scheme}://{asked.host}{asked.path}" for asked in self.log[since:] if asked.method == "GET"]

    def posts(self, host, since=0):
        return [asked for asked in self.log[since:] if asked.method == "POST" and asked.host == host]


@dataclass
class Exchange:
    """A request under way."""

    forge: Forge
    handler: http.server.BaseHTTPRequestHandler
    asked: Asked

    def send(self, code, body=b"", headers=None, length=None):
        self.handler.send_response(code)
        for name, value in (headers or {}).items():
            self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(len(body) if length is None else length))
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def hang_up(self):
        self.handler.close_connection = True
        try:
            self.handler.wfile.flush()
            self.handler.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def status(code, headers=None, body=b""):
    return lambda exchange: exchange.send(code, body, headers)


def typed(kind, body):
    return status(200, {"Content-Type": kind}, body if isinstance(body, bytes) else json.dumps(body).encode())


def document(value):
    return typed(ACTIVITY, value)


def page(exchange):
    exchange.send(200, b"<!doctype html><title>hello</title><p>" + b"hello " * 50, {"Content-Type": "text/html"})


def redirect(code, to):
    return status(code, {"Location": to})


def in_turn(*answers):
    """One answer after the other; the last one stays."""
    left = list(answers)
    return lambda exchange: (left.pop(0) if len(left) > 1 else left[0])(exchange)


def hang_up(exchange):
    exchange.hang_up()


def after(seconds, answer):
    def late(exchange):
        time.sleep(seconds)
        answer(exchange)
    return late


def cut(value, code=200):
    """Half of a body, then the connection ends."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    def half(exchange):
        exchange.send(code, body[: len(body) // 2], {"Content-Type": ACTIVITY}, length=len(body))
        exchange.hang_up()
    return half


def huge(announced, kind=ACTIVITY, code=200, beginning=b'{"id":"'):
    """1 GiB as fast as it is taken; how much of it went is counted by path."""
    def pour(exchange):
        handler = exchange.handler
        handler.send_response(code)
        handler.send_header("Content-Type", kind)
        handler.send_header(*(("Content-Length", str(GIB)) if announced else ("Transfer-Encoding", "chunked")))
        handler.end_headers()
        handler.close_connection = True
        sent, path = 0, exchange.asked.path.split("?")[0]
        exchange.forge.sent[path] = 0
        try:
            handler.wfile.write(beginning if announced else b"%x\r\n%s\r\n" % (len(beginning), beginning))
            while sent < GIB:
                handler.wfile.write(CHUNK if announced else b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))
                sent += len(CHUNK)
                exchange.forge.sent[path] = sent
        except OSError:
            pass
    return pour


def drip(seconds, kind=ACTIVITY):
    """A byte every tenth of a second, longer than anybody has patience."""
    def slowly(exchange):
        handler = exchange.handler
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(seconds * 10))
        handler.end_headers()
        handler.close_connection = True
        try:
            for _ in range(seconds * 10):
                handler.wfile.write(b" ")
                time.sleep(0.1)
        except OSError:
            pass
    return slowly


class Actor:
    """Somebody on a forged host."""

    made = 0

    def __init__(self, forge, host, name, key=None, shared=True, served=True):
        self.forge, self.host, self.name, self.key = forge, host, name, key or Key()
        self.id = f"{forge.scheme}://{host}/users/{name}"
        self.inbox = f"{forge.scheme}://{host}/inbox" if shared else f"{self.id}/inbox"
        self.shared = shared
        if served:
            self.show()

    @property
    def key_id(self):
        return f"{self.id}#main-key"

    @property
    def handle(self):
        return f"@{self.name}@{self.host}"

    def profile(self, **changes):
        endpoints = {"endpoints": {"sharedInbox": self.inbox}} if self.shared else {}
        return {
            "@context": CONTEXT, "id": self.id, "type": "Person", "preferredUsername": self.name, "name": self.name,
            "inbox": f"{self.id}/inbox", "outbox": f"{self.id}/outbox", "followers": f"{self.id}/followers",
            "following": f"{self.id}/following", **endpoints,
            "publicKey": {"id": self.key_id, "owner": self.id, "publicKeyPem": self.key.pem()}, **changes,
        }

    def jrd(self, **changes):
        link = {"rel": "self", "type": ACTIVITY, "href": self.id}
        return {"subject": f"acct:{self.name}@{self.host}", "links": [link], **changes}

    def show(self, **changes):
        self.forge.serve(self.id, self.profile(**changes))
        self.forge.people[f"acct:{self.name}@{self.host}"] = self

    def new_id(self, kind):
        Actor.made += 1
        return f"{self.id}/{kind}/{Actor.made}"

    def activity(self, kind, target, **changes):
        made = {"@context": CONTEXT, "id": self.new_id(kind.lower()), "type": kind, "actor": self.id}
        return {**made, "object": target, "to": [PUBLIC], "cc": [f"{self.id}/followers"], **changes}

    def note(self, content, **changes):
        made = {"id": self.new_id("notes"), "type": "Note", "attributedTo": self.id, "content": f"<p>{content}</p>"}
        return {**made, "published": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "to": [PUBLIC],
                "cc": [f"{self.id}/followers"], **changes}

    def signed(self, instance, activity, path="/inbox", form=cavage, **falsified):
        """The headers and the body of a delivery to an instance."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        key, key_id = falsified.pop("key", self.key), falsified.pop("key_id", self.key_id)
        headers = form(key, key_id, path, falsified.pop("host", instance.name), body, **falsified)
        return {"Content-Type": ACTIVITY, **headers}, body

    def send(self, instance, activity, path="/inbox", form=cavage, **falsified):
        headers, body = self.signed(instance, activity, path, form, **falsified)
        return post(instance.port, path, headers, body)


def post(port, path, headers, body, patience_s=30):
    """Sends exactly these headers; answers the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience_s)
    try:
        connection.putrequest("POST", path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        try:
            connection.endheaders(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was read: the answer is there
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
