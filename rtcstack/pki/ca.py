"""The own CA: one root of ten years, bounded by DNS name to our domains and forbidden to certify any IP address."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rtcstack.pki.keypair import KeyPair

YEARS = 10
CLOCK_SKEW = timedelta(hours=1)
"""How much earlier than now a certificate begins, for clients whose clock is slow."""


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Given a private key, return it as unencrypted PKCS #8 PEM."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def create_ca(domains: Sequence[str], now: datetime, key_pem: bytes | None = None) -> KeyPair:
    """Given our domains and the time, return a CA whose certificates are good only at and below these domains.

    `key_pem` is a key that was made before; without it a P-256 key is made. Name constraints: RFC 5280 section 4.2.1.10;
    only DNS names and IP addresses can be bounded so that every TLS library agrees, the rest is refused by `issue`.
    """
    key = _key(key_pem)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{domains[0]} own CA")])
    public = key.public_key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(_constraints(domains), critical=True)
        .sign(key, hashes.SHA256())
    )
    return KeyPair(key_pem=private_pem(key), certificate_pem=certificate.public_bytes(serialization.Encoding.PEM))


def _key(key_pem: bytes | None) -> ec.EllipticCurvePrivateKey:
    if key_pem is None:
        return ec.generate_private_key(ec.SECP256R1())
    key = serialization.load_pem_private_key(key_pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the CA's key must be an elliptic curve key")
    return key


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _constraints(domains: Sequence[str]) -> x509.NameConstraints:
    # A name below a permitted one is permitted already (RFC 5280), so only the shortest are listed.
    shortest = [d for d in dict.fromkeys(domains) if not any(d.endswith(f".{other}") for other in domains)]
    return x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(domain) for domain in shortest],
        excluded_subtrees=[x509.IPAddress(ip_network(everything)) for everything in ("0.0.0.0/0", "::/0")],
    )
