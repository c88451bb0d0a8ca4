"""A server on a library that we did not write: installed, started, told what to do, asked what it received."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from instance import until

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "rookery", "peers")
START_PATIENCE_S = 60
INSTALL_PATIENCE_S = 600


def installed(library):
    """The folder with the library, outside the clone; made once for each version of its lock file."""
    source = os.path.join(HERE, library)
    lock = os.path.join(source, "requirements.txt" if is_python(library) else "package-lock.json")
    with open(lock, "rb") as file:
        version = hashlib.sha256(file.read()).hexdigest()[:12]
    folder = os.path.join(CACHE, f"{library}-{version}")
    done = os.path.join(folder, "installed")
    if os.path.exists(done):
        return folder
    print(f"-- installing {library} and what it needs", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    if is_python(library):
        run([sys.executable, "-m", "venv", folder])
        run([python_of(folder), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", lock])
    else:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(source, name), folder)
        run(["npm", "ci", "--prefix", folder, "--silent", "--no-audit", "--no-fund", "--ignore-scripts"])
    with open(done, "w"):
        pass
    return folder


def is_python(library):
    return os.path.exists(os.path.join(HERE, library, "requirements.txt"))


def python_of(folder):
    return os.path.join(folder, "bin", "python")


def run(command):
    subprocess.run(command, check=True, timeout=INSTALL_PATIENCE_S)


class CannotDo(Exception):
    """The peer has no way to do what it was told; the text is the reason."""


class Peer:
    """One account on a foreign server, and a second one that it moves to."""

    def __init__(self, library, username, name, port, hosts, secure=False, actor=None):
        self.library, self.username, self.name, self.port = library, username, name, port
        self.actor = f"http://{name}{actor or f'/users/{username}'}"
        self.handle = f"@{username}@{name}"
        self.successor, self.successor_handle = f"{self.actor}_new", f"@{username}_new@{name}"
        self.log = tempfile.TemporaryFile()
        self.process = None
        self.environment = {
            "PATH": os.environ["PATH"],
            "PEER_HOST": name,
            "PEER_PORT": str(port),
            "PEER_HOSTS": hosts,
            "PEER_SECURE": "on" if secure else "off",
            "PEER_ACTOR": actor or "",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def begin(self):
        """Starts it, without waiting until it answers."""
        folder = installed(self.library)
        source = os.path.join(HERE, self.library)
        if is_python(self.library):
            command = [python_of(folder), os.path.join(source, "peer.py")]
        else:
            # Node looks for modules beside the program.
            program = os.path.join(folder, "peer.mjs")
            shutil.copy(os.path.join(source, "peer.mjs"), program)
            command = ["node", program]
        self.process = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log)

    def wait(self):
        until(f"{self.name} is ready", self.is_ready, START_PATIENCE_S)

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended: {self.tail()}")
        try:
            self.call("/_log")
            return True
        except OSError:
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def call(self, path, body=None):
        headers = {"Host": self.name, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def do(self, command, **words):
        """What came of it, mostly the id of what it made."""
        answer = self.call(f"/_do/{command}", words)
        if "cannot" in answer:
            raise CannotDo(answer["cannot"])
        assert "failed" not in answer, f"{self.name} could not {command}: {answer['failed']}"
        return answer["id"]

    def received(self, kind, fits=lambda activity: True):
        """The newest activity of a kind that reached it and fits, if its library believed the signature."""
        for entry in reversed(self.call("/_log")):
            if entry["type"] == kind and fits(entry["activity"]):
                return entry if entry["verified"] else None
        return None

    def refused(self, kind, fits=lambda activity: True):
        """Whether such an activity came and the library did not take it."""
        entries = [entry for entry in self.call("/_log") if entry["type"] == kind and fits(entry["activity"])]
        return bool(entries) and not any(entry["verified"] for entry in entries)

    def tail(self):
        self.log.seek(0)
        return self.log.read()[-3000:].decode(errors="replace")
