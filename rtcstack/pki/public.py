"""Certificates of public CAs: what we ask for, what they leave out, when one is due, and whether what came is right."""

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from rtcstack.pki import keys
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.pairs import in_order
from rtcstack.plan.certificate import CertificateRequest

SHARE = 3
"""A certificate is due when this part of its life is left: a third."""


class Due(StrEnum):
    """Why a certificate of a public CA must be ordered anew."""

    UNREADABLE = "the key or the certificate cannot be read"
    KEY_MISMATCH = "the key is not the certificate's"
    EXPIRED = "expired"
    EXPIRES_SOON = "less than a third of its life is left"
    SUGGESTED = "the CA wants it renewed now"
    OTHER_NAMES = "other names are wanted"
    OTHER_KEY_TYPE = "another type of key is wanted"


def dns_names(request: CertificateRequest) -> tuple[str, ...]:
    """Given what our own CA would certify, return what a public one will: the DNS names, each once."""
    return tuple(dict.fromkeys(name.lower() for name in request.dns_names))


def differences(request: CertificateRequest) -> Iterator[str]:
    """Given what our own CA would certify, yield how the certificate of a public CA differs, as sentences for people."""
    yield "clients trust it without importing our CA"
    if request.sip_domains:
        named = ", ".join(f"sip:{name}" for name in request.sip_domains)
        yield f"no URI {named}: SIP clients compare the domain with the DNS names instead (RFC 5922), and it is among them"
    if request.srv_ids:
        yield "no SRV-ID: XMPP clients compare the domain with the DNS names instead (RFC 6120)"
    if request.client_auth:
        yield (
            "most public CAs leave out clientAuth: partners that want it of servers which call them (some SIP trunks and"
            " XMPP servers) refuse it"
        )


def remarks(requests: Iterable[CertificateRequest]) -> Iterator[str]:
    """Given what our own CA would certify for services with a public one, yield the differences with the services' names."""
    for request in requests:
        yield from (f"{request.service}, certified by a public CA: {line}" for line in differences(request))


def signing_request(key_pem: bytes, names: tuple[str, ...]) -> bytes:
    """Given a key and DNS names, return the request (PKCS #10) as PEM: names as alternative names only, no subject."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    return builder.sign(keys.load(key_pem), SHA256()).public_bytes(Encoding.PEM)


def due_from(leaf: x509.Certificate) -> datetime:
    """Given a certificate, return the time from which less than a third of its life is left."""
    return leaf.not_valid_after_utc - (leaf.not_valid_after_utc - leaf.not_valid_before_utc) / SHARE


def due(pair: KeyPair, request: CertificateRequest, now: datetime) -> Due | None:
    """Given a key with its chain, what is wanted, and the time, return why it must be ordered anew, None if it is right."""
    try:
        leaf = x509.load_pem_x509_certificates(pair.certificate_pem)[0]
        key = keys.load(pair.key_pem)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    except (ValueError, x509.ExtensionNotFound):
        return Due.UNREADABLE
    rules = (
        (Due.KEY_MISMATCH, not keys.same(key.public_key(), leaf.public_key())),
        (Due.EXPIRED, now >= leaf.not_valid_after_utc),
        (Due.EXPIRES_SOON, now > due_from(leaf)),
        (Due.OTHER_NAMES, sorted(names) != sorted(dns_names(request))),
        (Due.OTHER_KEY_TYPE, not keys.is_of_type(leaf.public_key(), request.key_type)),
    )
    return next((reason for reason, applies in rules if applies), None)


def wrong(pair: KeyPair, request: CertificateRequest, now: datetime) -> str:
    """Given what a CA sent (leaf first) with our key, the request, and the time, return what is wrong with it, or "".

    Every certificate must be signed by the next one (RFC 8555 section 9.1).
    """
    reason = due(pair, request, now)
    if reason is not None:
        return str(reason)
    leaf, *issuers = x509.load_pem_x509_certificates(pair.certificate_pem)
    if not in_order([leaf, *issuers]):
        return "its chain is not in order"
    if not issuers:
        return "it comes without the certificate of who signed it"
    if now < leaf.not_valid_before_utc:
        return f"it begins only at {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC: is the clock here right?"
    try:
        uses = set(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        uses = {ExtendedKeyUsageOID.SERVER_AUTH}
    return "" if ExtendedKeyUsageOID.SERVER_AUTH in uses else "it is not for servers"


def identifier(pem: bytes) -> str:
    """Given PEM (the first certificate counts), return its ARI identifier (RFC 9773 section 4.1), "" if its issuer gave it none."""
    leaf = x509.load_pem_x509_certificate(pem)
    try:
        issuer = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        return ""
    # As DER has it: one bit more for the sign.
    serial = leaf.serial_number.to_bytes(leaf.serial_number.bit_length() // 8 + 1, "big")
    return "" if issuer is None else f"{_base64(issuer)}.{_base64(serial)}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
