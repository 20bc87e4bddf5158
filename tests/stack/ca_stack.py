"""A stack whose CA lives through changes, so that it is nobody else's; its clients, and other servers that show certificates."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rtcstack.engine.images import reference
from tests.stack.conftest import NUMBER
from tests.stack.installation import UP, Stack, toml
from tests.stack.lab import Lab
from tests.stack.tls_client import Door, gnutls, openssl
from tests.stack.xmpp_partner import Authority

SUBNET = f"198.19.{40 + NUMBER}.0/24"
DOORS = [
    Door("turn-server.falcot.com", "tls", "turn-server.falcot.com"),
    Door("turn-ephemeral.falcot.com", "tls", "turn-ephemeral.falcot.com"),
    Door("sip-proxy.falcot.com", "tls", "falcot.com"),
    Door("xmpp-gw.falcot.com", "tls", "falcot.com"),
    Door("xmpp-starttls.falcot.com", "xmpp", "falcot.com"),
]
_OPTIONS = (
    "OPTIONS sip:falcot.com SIP/2.0\r\n"
    "Via: SIP/2.0/TLS {address}:5061;branch=z9hG4bKlab{tag};rport\r\n"
    "From: <sip:lab@falcot.com>;tag={tag}\r\nTo: <sip:falcot.com>\r\nCall-ID: {tag}@lab\r\nCSeq: 1 OPTIONS\r\n"
    "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


@contextmanager
def ca_stack(directory: Path) -> Iterator[Stack]:
    """Given an empty directory, make a stack that looks at clients' certificates; it is gone afterwards."""
    found = Stack(directory)
    resolvers = f'resolvers = ["{SUBNET.removesuffix("0/24")}40"]'
    extra = '[services.kamailio]\nclient_certificates = "optional"\n'
    text = toml(f"rtcca{NUMBER or ''}", SUBNET, f"2001:db8:445:{NUMBER}::/64", network=resolvers, extra=extra)
    (directory / "rtcstack.toml").write_text(text)
    try:
        found.clear()
        found.ok("up", "--yes", seconds=UP)
        yield found
    finally:
        found.remove()


@contextmanager
def ca_lab(stack: Stack) -> Iterator[Lab]:
    """Given that stack, a client's place on its network."""
    zones = {"falcot.com": stack.zone}
    with Lab(network=stack.plan.site.network, zones=zones, ca=stack.ca.read_bytes(), common=reference("common")) as found:
        yield found


def refusing(lab: Lab, ca: str) -> list[str]:
    """Given a CA's file in the lab, return the doors whose certificate openssl or gnutls does not accept by it."""
    found = [f"openssl {door}: {said}" for door in DOORS for accepted, said in [openssl(lab, door, ca=ca)] if not accepted]
    return found + [f"gnutls {door}: {said}" for door in DOORS for accepted, said in [gnutls(lab, door, ca=ca)] if not accepted]


def answered(lab: Lab, certificate: str = "") -> bool:
    """Given a file in the lab with key and certificate, or none, return whether kamailio answers whoever shows that."""
    shown = f"-cert {certificate} -key {certificate}" if certificate else ""
    tag = x509.random_serial_number()
    lab.put("/lab/options", _OPTIONS.format(address=lab.address("client"), tag=f"{tag:x}"))
    where = "-connect sip-proxy.falcot.com:443 -servername falcot.com -CAfile /lab/ca.crt"
    # The answer or the end of the connection, whichever comes first: openssl ends with its input.
    script = f"(cat /lab/options; sleep 2) | openssl s_client {where} {shown} -quiet -no_ign_eof 2>&1"
    return "SIP/2.0 200" in lab.run(["sh", "-c", script], timeout=20).stdout


class ClientOf(Authority):
    """A partner's authority, whose server shows others a certificate that was issued by us instead of its own."""

    def __init__(self, issued: bytes) -> None:
        super().__init__()
        self.issued = issued

    def server(self, name: str) -> tuple[bytes, bytes]:
        """Given a DNS name, return its certificate and key; for "ours" what we issued."""
        if name != "ours":
            return super().server(name)
        start = self.issued.index(b"-----BEGIN CERTIFICATE-----")
        return self.issued[start:], self.issued[:start]


def stranger(name: str) -> bytes:
    """Given a CA's common name, return a key and a client's certificate of a CA of that name, but with another key."""
    key, ca_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = Authority()
    authority.key, authority.name = ca_key, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = authority._builder(x509.Name([]), key)  # noqa: SLF001 - a certificate like the partner's, for a client
    certificate = (
        builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("stranger.example")]), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    return key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem)
