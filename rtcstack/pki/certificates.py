"""Reading a certificate back: what it says, and whether it is still the right one."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rtcstack.errors import WorldError
from rtcstack.pki import keys
from rtcstack.pki.ca import authority
from rtcstack.pki.issue import purposes
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.names import alternative_names, texts
from rtcstack.plan.certificate import CertificateRequest

RENEW_BEFORE = timedelta(days=30)


class Reason(StrEnum):
    """Why a certificate must be issued anew."""

    UNREADABLE = "the key or the certificate cannot be read"
    KEY_MISMATCH = "the key is not the certificate's"
    OTHER_CA = "issued by another CA"
    EXPIRED = "expired"
    EXPIRES_SOON = "expires in less than 30 days"
    OTHER_NAMES = "other names are wanted"
    OTHER_KEY_TYPE = "another type of key is wanted"
    OTHER_USE = "another use is wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says: its identities as text (`host`, `sip:domain`, `_service.domain`), its end, its digest in hex."""

    names: tuple[str, ...]
    not_after: datetime
    sha256: str


def describe(pem: bytes) -> Certificate:
    """Given PEM (the first certificate counts), return what it says. Raise WorldError if it cannot be read."""
    found = _first(pem)
    return Certificate(names=_names(found), not_after=found.not_valid_after_utc, sha256=found.fingerprint(SHA256()).hex())


def fingerprint(pem: bytes) -> str:
    """Given PEM (the first certificate counts), return its SHA-256 digest in hex. Raise WorldError if it cannot be read."""
    return _first(pem).fingerprint(SHA256()).hex()


def leaf(pem: bytes | None) -> x509.Certificate | None:
    """Given PEM (the first certificate counts) or nothing, return the certificate, or None if there is none that can be read."""
    try:
        return None if pem is None else x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None


def spki_sha256(pem: bytes) -> str:
    """Given a CA as PEM, return the SHA-256 digest of its public key in hex, as TLSA records hold it (RFC 6698 section 2.1).

    Raise WorldError if it cannot be read.
    """
    key = authority(pem).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def chain(pair: KeyPair, ca_pem: bytes) -> bytes:
    """Given a certificate and its CA, return the file that a server shows: its own certificate first, then the CA."""
    return pair.certificate_pem + ca_pem


def reason_to_renew(
    pair: KeyPair, request: CertificateRequest, ca_pem: bytes, now: datetime, shown_pem: bytes | None = None
) -> Reason | None:
    """Given a key with its chain, the request, the CA and the time, return why it must be issued anew, or None if it is right.

    `shown_pem` is what follows the service's own certificate in the chain, if that is not the CA itself. Raise WorldError if the CA
    or that cannot be read.
    """
    ca, shown = authority(ca_pem), authority(ca_pem if shown_pem is None else shown_pem)
    try:
        leaf, *issuers = x509.load_pem_x509_certificates(pair.certificate_pem)
        key = keys.load(pair.key_pem)
        names = _names(leaf)
        use = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, x509.ExtensionNotFound):
        return Reason.UNREADABLE
    rules = (
        (Reason.KEY_MISMATCH, not keys.same(key.public_key(), leaf.public_key())),
        (Reason.OTHER_CA, issuers != [shown] or not _issued_by(leaf, ca)),
        (Reason.EXPIRED, now >= leaf.not_valid_after_utc),
        (Reason.EXPIRES_SOON, now > leaf.not_valid_after_utc - RENEW_BEFORE and not _ends_with(leaf, ca)),
        (Reason.OTHER_NAMES, sorted(names) != sorted(texts(alternative_names(request)))),
        (Reason.OTHER_KEY_TYPE, not keys.is_of_type(leaf.public_key(), request.key_type)),
        (Reason.OTHER_USE, set(use) != set(purposes(request))),
    )
    return next((reason for reason, applies in rules if applies), None)


def _first(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise WorldError("a stored certificate cannot be read", hint="Type `rtcstack up`: it issues it anew.") from error


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        return texts(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return ()


def _issued_by(leaf: x509.Certificate, ca: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _ends_with(leaf: x509.Certificate, ca: x509.Certificate) -> bool:
    # Then a new one could not last longer either.
    return leaf.not_valid_after_utc == ca.not_valid_after_utc
