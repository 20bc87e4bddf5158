"""A CA with ACME: real pebble, on the network of the name servers, alone. Nobody trusts what it issues, and it forgets."""

import datetime as dt
import ipaddress
import json
import ssl
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rtcstack.engine.images import reference
from tests.stack.lab import docker
from tests.stack.lab_images import build
from tests.stack.zone_server import NETWORK, PREFIX

IMAGE = "rtcstack-test/pebble:latest"
PLACE = 12
KID, SECRET = "kid-1", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
"""An external account."""


class Pebble:
    """One container; `start` begins with an empty CA each time."""

    container = f"{NETWORK}-pebble"
    address = f"{PREFIX}.{PLACE}"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca_file = folder / "pebble-tls.crt"

    @property
    def directory(self) -> str:
        """The address of its directory."""
        return f"https://{self.address}:14000/dir"

    def create(self) -> None:
        """Make the container, without a CA in it yet."""
        docker(
            "run", "-d", "--init", "--name", self.container, "--network", NETWORK, "--ip", self.address, "--memory", "512m", IMAGE
        )
        key, certificate = _server_certificate(self.address)
        self.ca_file.write_bytes(certificate)
        self._write("/lab/tls.key", key)
        self._write("/lab/tls.crt", certificate)

    def start(self, resolver: str, *, binding: bool = False, life: int = 7776000, nonces: int = 10, sleep: int = 0) -> None:
        """Given whom it asks in the DNS, begin anew: percent of nonces refused, seconds of life, most seconds before it looks."""
        self.stop()
        config = {
            "listenAddress": "0.0.0.0:14000", "managementListenAddress": "0.0.0.0:15000", "certificate": "/lab/tls.crt",
            "privateKey": "/lab/tls.key", "httpPort": 5002, "tlsPort": 5001, "externalAccountBindingRequired": binding,
            "externalAccountMACKeys": {KID: SECRET}, "certificateValidityPeriod": life, "retryAfter": {"authz": 1, "order": 1},
        }  # fmt: skip
        self._write("/lab/pebble.json", json.dumps({"pebble": config}).encode())
        environment = {
            "PEBBLE_WFE_NONCEREJECT": str(nonces),
            "PEBBLE_AUTHZREUSE": "0",
            **({"PEBBLE_VA_SLEEPTIME": str(sleep)} if sleep else {"PEBBLE_VA_NOSLEEP": "1"}),
        }
        words = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
        run = f"exec pebble -config /lab/pebble.json -dnsserver {resolver}:53 >/lab/log 2>&1"
        docker("exec", "-d", *words, self.container, "sh", "-c", run)
        for _ in range(100):
            try:
                self.root()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"pebble does not start: {self.log()}")

    def stop(self) -> None:
        """End it."""
        docker("exec", self.container, "sh", "-c", "pkill -x pebble; while pgrep -x pebble >/dev/null; do sleep 0.05; done")

    def root(self) -> bytes:
        """Return the certificate at the top of what it issues, as PEM."""
        return self._get("/roots/0")

    def log(self) -> str:
        """Return what it said since it began."""
        return docker("exec", self.container, "sh", "-c", "cat /lab/log 2>/dev/null || true")

    def orders(self) -> int:
        """Return how many orders were placed."""
        return self.log().count("Added order ")

    def _get(self, path: str) -> bytes:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        with opener.open(f"https://{self.address}:15000{path}", timeout=5) as answer:
            return bytes(answer.read())

    def _write(self, path: str, content: bytes) -> None:
        docker("exec", "-i", self.container, "tee", path, feed=content)


@contextmanager
def pebble(folder: Path) -> Iterator[Pebble]:
    """Given a folder, yield a container for CAs on the network of `zone_server.servers`, which must be there."""
    build(IMAGE, "pebble", "--build-arg", f"COMMON={reference('common')}")
    found = Pebble(folder)
    try:
        found.create()
        yield found
    finally:
        docker("rm", "-f", found.container)


def _server_certificate(address: str) -> tuple[bytes, bytes]:
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pebble")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem, certificate.public_bytes(serialization.Encoding.PEM)
