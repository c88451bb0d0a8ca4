"""A certificate authority of our own, and certificates by it, so that peers can be played by https."""

import datetime
import os
import ssl

from forge_keys import with_cryptography

with_cryptography()
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402


def certificate(name, key, issuer, signer, extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
    for extension, critical in extensions:
        made = made.add_extension(extension, critical)
    return made.sign(signer, hashes.SHA256())


def common(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def authority_and_server(folder, hosts):
    """The path of the authority's certificate, and the context of a server with these names."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = common("the tests' own authority")
    ca = certificate(ca_name, ca_key, ca_name, ca_key, [(x509.BasicConstraints(ca=True, path_length=None), True)])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH])
    leaf = certificate(common(hosts[0]), key, ca_name, ca_key, [(names, False), (usage, False)])
    pem = serialization.Encoding.PEM
    form = (pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files = {"ca.pem": ca.public_bytes(pem), "leaf.pem": leaf.public_bytes(pem), "key.pem": key.private_bytes(*form)}
    for name, content in files.items():
        with open(os.path.join(folder, name), "wb") as out:
            out.write(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "leaf.pem"), os.path.join(folder, "key.pem"))
    return os.path.join(folder, "ca.pem"), context
