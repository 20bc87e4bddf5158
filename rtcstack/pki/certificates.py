"""Reading certificates back: what is in one, and why it must be issued anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from rtcstack.pki.issue import identities
from rtcstack.pki.keypair import KeyPair
from rtcstack.plan.certificate import CertificateRequest

RENEW = timedelta(days=30)
"""A certificate with less than this left is renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What `status` shows of a certificate: names as text, the end of its life, SHA-256 of its DER in hex."""

    names: tuple[str, ...]
    not_after: datetime
    sha256: str


def leaf(pem: bytes) -> x509.Certificate:
    """Given a PEM chain, return its first certificate. Raise ValueError if there is none."""
    return x509.load_pem_x509_certificates(pem)[0]


def fingerprint(pem: bytes) -> str:
    """Given a PEM chain, return the SHA-256 of the first certificate's DER, in hex."""
    return leaf(pem).fingerprint(hashes.SHA256()).hex()


def describe(pem: bytes) -> Description:
    """Given a PEM chain, return what people want to know about its first certificate."""
    certificate = leaf(pem)
    return Description(
        names=tuple(_text(name) for name in _names(certificate)),
        not_after=certificate.not_valid_after_utc,
        sha256=fingerprint(pem),
    )


def _names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    try:
        return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def _text(name: x509.GeneralName) -> str:
    match name:
        case x509.DNSName():
            return name.value
        case x509.UniformResourceIdentifier():
            return name.value
        case x509.OtherName():
            # DER of an IA5String: tag, length in one or two octets, then the text.
            start = 3 if name.value[1] & 0x80 else 2
            return f"srv:{name.value[start:].decode('ascii', 'replace')}"
        case _:
            return str(name.value)


def reason_to_renew(pair: KeyPair, request: CertificateRequest, ca_pem: bytes, now: datetime) -> str:
    """Given a stored pair, what it must carry, the CA and the time, return why it must be issued anew, "" if it is right."""
    try:
        certificate = leaf(pair.certificate_pem)
        key = serialization.load_pem_private_key(pair.key_pem, password=None)
        root = x509.load_pem_x509_certificate(ca_pem)
    except ValueError:
        return "unreadable"
    encoding = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*encoding) != certificate.public_key().public_bytes(*encoding):
        return "key and certificate do not belong together"
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return "issued by another CA"
    if set(_names(certificate)) != set(identities(request)):
        return "other names are wanted"
    if isinstance(key, rsa.RSAPrivateKey) != (request.key_type == "rsa"):
        return "another key type is wanted"
    left = certificate.not_valid_after_utc - now
    return f"{max(left.days, 0)} days left" if left < RENEW else ""
