"""Revocation: a list signed by the CA (RFC 5280 section 5), which is also the only record of what is revoked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki import keys
from rtcstack.pki.ca import SLACK, authority, signing_key
from rtcstack.pki.keypair import KeyPair

LIFETIME = timedelta(days=90)
"""As long as a service's certificate: with the key kept elsewhere, both are renewed on the same day."""
RENEW_BEFORE = timedelta(days=30)
_BITS = 159
"""Of a serial number: 20 octets, of which the first bit is a sign (RFC 5280 section 4.1.2.2)."""


@dataclass(frozen=True, slots=True, order=True)
class Revoked:
    """A revoked certificate: its serial number, and when."""

    serial: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """What a list says: the revoked certificates by serial number, its own number, and its time."""

    revoked: tuple[Revoked, ...]
    number: int
    this_update: datetime
    next_update: datetime

    @property
    def serials(self) -> frozenset[int]:
        """The serial numbers of what is revoked."""
        return frozenset(entry.serial for entry in self.revoked)


def sign_list(ca: KeyPair, revoked: Iterable[Revoked], number: int, now: datetime) -> bytes:
    """Given the CA, what is revoked, the list's number and the time, return the list as PEM. Raise WorldError."""
    issuer, signer = authority(ca.certificate_pem), signing_key(ca.key_pem)
    if not keys.same(signer.public_key(), issuer.public_key()):
        raise WorldError("the CA's key is not the key of its certificate", hint="Put both back from the same copy.")
    start = now.replace(microsecond=0)
    key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(start - SLACK)
        .next_update(start + LIFETIME)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
    )
    for entry in sorted(set(revoked)):
        one = x509.RevokedCertificateBuilder().serial_number(entry.serial).revocation_date(entry.since.replace(microsecond=0))
        builder = builder.add_revoked_certificate(one.build())
    return builder.sign(signer, SHA256()).public_bytes(Encoding.PEM)


def read_list(pem: bytes) -> RevocationList:
    """Given a list as PEM, return what it says. Raise WorldError if it cannot be read."""
    try:
        found = x509.load_pem_x509_crl(pem)
        number = found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except (ValueError, x509.ExtensionNotFound) as error:
        raise WorldError("the list of revoked certificates cannot be read", hint="Put secrets/ca.crl back from a copy.") from error
    if found.next_update_utc is None:
        raise WorldError("the list of revoked certificates has no end, so it is not one of ours")
    return RevocationList(
        revoked=tuple(sorted(Revoked(entry.serial_number, entry.revocation_date_utc) for entry in found)),
        number=number,
        this_update=found.last_update_utc,
        next_update=found.next_update_utc,
    )


def is_signed_by(pem: bytes, ca_pem: bytes) -> bool:
    """Given a list and a CA as PEM, return whether that CA signed it."""
    key = authority(ca_pem).public_key()
    return isinstance(key, keys.PublicKey) and x509.load_pem_x509_crl(pem).is_signature_valid(key)


def reason_to_sign(pem: bytes | None, ca_pem: bytes, now: datetime) -> str:
    """Given the list if there is one, its CA and the time, return why it must be signed anew, or nothing if it is right."""
    if pem is None:
        return "missing"
    found = read_list(pem)
    if not is_signed_by(pem, ca_pem):
        return "signed by another CA"
    if now >= found.next_update:
        return "ended"
    return "ends in less than 30 days" if now > found.next_update - RENEW_BEFORE else ""


def serial_text(serial: int) -> str:
    """Given a serial number, return it as certificates show it: pairs of hexadecimal digits with colons."""
    digits = f"{serial:x}"
    digits = digits if len(digits) % 2 == 0 else f"0{digits}"
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def serial_of(text: str) -> int:
    """Given a serial number as text, hexadecimal with or without colons, return it. Raise RequestError if it can be none."""
    digits = text.strip().lower().removeprefix("0x").replace(":", "")
    if not digits or set(digits) - set("0123456789abcdef") or not 0 < int(digits, 16) < 1 << _BITS:
        raise RequestError(f"{text!r} is no serial number", hint="`rtcstack certs clients` and `openssl x509 -serial` print them.")
    return int(digits, 16)
