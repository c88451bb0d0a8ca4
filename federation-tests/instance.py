"""One Rookery instance as a test drives it: its process, its command line and its REST API."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid

# Of all accounts.
PASSWORD = "correct horse battery"
START_PATIENCE_S = 20
STOP_PATIENCE_S = 12


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Refused(Exception):
    """The API answered with a status of 400 or more."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:300]}")
        self.status, self.body = status, body


class Person:
    """A user with a token."""

    def __init__(self, instance, username, token):
        self.instance, self.username, self.token = instance, username, token
        self.id = self.get("/api/users/me")["id"]

    @property
    def handle(self):
        return f"@{self.username}@{self.instance.name}"

    @property
    def actor(self):
        """Its ActivityPub id."""
        return f"http://{self.instance.name}/users/{self.username}"

    def note(self, tweet):
        """The ActivityPub id of a tweet of its own."""
        return f"{self.actor}/statuses/{tweet['id']}"

    def call(self, method, path, body=None, headers=None):
        return self.instance.call(method, path, body, {"Authorization": f"Bearer {self.token}", **(headers or {})})

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body=None):
        return self.call("POST", path, body if body is not None else {})

    def upload(self, picture, alt):
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="alt"\r\n\r\n{alt}\r\n'.encode(),
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="p.png"\r\n'
            f"Content-Type: image/png\r\n\r\n".encode() + picture + b"\r\n",
            f"--{boundary}--\r\n".encode(),
        ]
        return self.call("POST", "/api/media", b"".join(parts), {"Content-Type": f"multipart/form-data; boundary={boundary}"})


class Instance:
    def __init__(self, binary, name, port, dev_hosts, database="", settings=None):
        self.binary, self.name, self.port = binary, name, port
        self.data = tempfile.TemporaryDirectory(prefix=f"rookery-{name}-")
        self.log = open(os.path.join(self.data.name, "log"), "ab")
        self.process = None
        self.environment = {
            "PATH": os.environ["PATH"],
            "ROOKERY_DATA_DIR": self.data.name,
            "ROOKERY_DATABASE_URL": database,
            "ROOKERY_LISTEN": f"127.0.0.1:{port}",
            "ROOKERY_BASE_URL": f"http://{name}",
            "ROOKERY_RATE_LIMITS": "off",
            "ROOKERY_FEDERATION_INSECURE": "on",
            "ROOKERY_FEDERATION_DEV_HOSTS": dev_hosts,
            # Links in the posts of the tests lead nowhere, and what is asked is counted.
            "ROOKERY_LINK_PREVIEWS": "off",
            **(settings or {}),
        }

    def command(self, *words):
        done = subprocess.run([self.binary, *words], env=self.environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
        return done.stdout.strip()

    def start(self):
        self.process = subprocess.Popen([self.binary, "serve"], env=self.environment, stdout=self.log, stderr=self.log)
        until(f"{self.name} is ready", self.is_ready, START_PATIENCE_S)

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended: {self.tail()}")
        try:
            return self.call("GET", "/readyz")["ready"]
        except (Refused, OSError):
            return False

    def kill(self):
        """As a power cut would: no time to finish anything."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(STOP_PATIENCE_S)

    def person(self, username):
        self.command("user", "create", "--username", username, "--email", f"{username}@{self.name}", "--password", PASSWORD)
        token = self.command("token", "create", "--username", username, "--scopes", "read write follow")
        return Person(self, username, token)

    def call(self, method, path, body=None, headers=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers = {"Content-Type": "application/json", **(headers or {})}
        text = self.read(method, path, body, {"Accept": "application/json", **(headers or {})})
        return json.loads(text) if text else None

    def page(self, path):
        """A page as a visitor's browser gets it."""
        return self.read("GET", path, None, {"Accept": "text/html"}).decode()

    def read(self, method, path, body, headers):
        headers = {"Host": self.name, **headers}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=15) as response:
                return response.read()
        except urllib.error.HTTPError as refused:
            raise Refused(refused.code, refused.read().decode(errors="replace")) from None

    def tail(self):
        self.log.flush()
        with open(self.log.name, "rb") as log:
            return log.read()[-3000:].decode(errors="replace")


def until(what, ask, patience_s=30):
    """Asks until the answer is true; answers it. Fails after the patience is over."""
    deadline = time.monotonic() + patience_s
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"after {patience_s} s still not: {what}")
        time.sleep(0.1)
