"""Keys and HTTP signatures of the forged peers, in both forms, with every part open to being left out or falsified."""

import base64
import email.utils
import hashlib
import os
import subprocess
import sys
import time

CRYPTOGRAPHY = "cryptography==48.0.0"


def with_cryptography():
    """Makes `cryptography` importable: the system's, or one of our own beside the build results."""
    try:
        import cryptography
        return cryptography
    except ImportError:
        pass
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(cache, "rookery", "federation-tests", "cryptography")
    pip = os.path.join(folder, "bin", "pip")
    if not os.path.exists(os.path.join(folder, "complete")):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([pip, "install", "--quiet", CRYPTOGRAPHY], check=True)
        open(os.path.join(folder, "complete"), "w").close()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path.append(os.path.join(folder, "lib", version, "site-packages"))
    import cryptography
    return cryptography


with_cryptography()
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: E402

CAVAGE = ("(request-target)", "host", "date", "digest")
RFC9421 = ("@method", "@target-uri", "content-digest")
HOUR_S = 3600


class Key:
    """An RSA key pair."""

    def __init__(self):
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def pem(self):
        form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return self.private.public_key().public_bytes(*form).decode()

    def sign(self, text):
        return base64.b64encode(self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def sha256(body):
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def http_date(ahead_s=0):
    return email.utils.formatdate(time.time() + ahead_s, usegmt=True)


def cavage(key, key_id, path, host, body, covered=CAVAGE, ahead_s=0, digest=None, extra="", label="rsa-sha256"):
    """The headers of a POST signed by draft-cavage-12."""
    headers = {"Host": host, "Date": http_date(ahead_s), "Digest": f"SHA-256={digest or sha256(body)}"}
    values = {name.lower(): value for name, value in headers.items()} | {"(request-target)": f"post {path}"}
    signature = key.sign("\n".join(f"{name}: {values[name]}" for name in covered))
    names = " ".join(covered)
    headers["Signature"] = f'keyId="{key_id}",algorithm="{label}",{extra}headers="{names}",signature="{signature}"'
    return headers


def rfc9421(key, key_id, path, host, body, covered=RFC9421, ahead_s=0, digest=None, extra="", created=True):
    """The headers of a POST signed by RFC 9421."""
    headers = {"Host": host, "Content-Digest": f"sha-256=:{digest or sha256(body)}:"}
    values = {
        "@method": "POST", "@target-uri": f"http://{host}{path}", "@authority": host, "@path": path,
        "content-digest": headers["Content-Digest"],
    }
    components = " ".join(f'"{name}"' for name in covered)
    made = f";created={int(time.time() + ahead_s)}" if created else ""
    params = f'({components}){made};keyid="{key_id}"{extra}'
    base = "".join(f'"{name}": {values[name]}\n' for name in covered) + f'"@signature-params": {params}'
    headers["Signature-Input"] = f"sig1={params}"
    headers["Signature"] = f"sig1=:{key.sign(base)}:"
    return headers
