"""Who will not accept a chain, although it is right: known programs and telephones that are narrower than the standards.

Native programs made with WebRTC check `turns:` against roots that are built into them (rtc_base/ssl_roots.h). The list below is
the one of May 2023, in releases up to 2026; later builds carry Mozilla's, or ask the system. Browsers ask the system always.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rtcstack.pki import keys

LONGEST_CHAIN = 3
"""Certificates in a chain that old telephones still verify: the server's own and two more."""

WEBRTC_ROOTS = frozenset(
    {
        *(f"DigiCert {name}" for name in ("Assured ID Root CA", "Assured ID Root G2", "Assured ID Root G3")),
        *(f"DigiCert Global Root {name}" for name in ("CA", "G2", "G3")),
        *("DigiCert High Assurance EV Root CA", "DigiCert Trusted Root G4", "Baltimore CyberTrust Root"),
        *(f"Entrust Root Certification Authority{name}" for name in ("", " - EC1", " - G2")),
        "Entrust.net Certification Authority (2048)",
        *(f"AffirmTrust {name}" for name in ("Commercial", "Networking", "Premium", "Premium ECC")),
        *("GlobalSign Root CA", "GlobalSign Root CA - R3", "GlobalSign Root CA - R6"),
        *("GlobalSign ECC Root CA - R4", "GlobalSign ECC Root CA - R5"),
        *("Go Daddy Root Certificate Authority - G2", "Go Daddy Class 2 Certification Authority"),
        *("Starfield Root Certificate Authority - G2", "Starfield Class 2 Certification Authority"),
        "AAA Certificate Services",
        *(f"COMODO {name}Certification Authority" for name in ("", "ECC ", "RSA ")),
        *("USERTrust ECC Certification Authority", "USERTrust RSA Certification Authority"),
        *(f"GTS Root R{number}" for number in (1, 2, 3, 4)),
    }
)
"""Common names (or units, where the common name says less) of the roots built into WebRTC."""


class Audience(StrEnum):
    """Who refuses."""

    NATIVE_WEBRTC = "native-webrtc"
    OLD_PHONES = "old-phones"
    CLIENT_AUTH = "client-auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Somebody who will not accept a chain, and why, as a sentence."""

    audience: Audience
    reason: str


def unfit(chain_pem: bytes, role: str, *, client_auth: bool) -> tuple[Unfit, ...]:
    """Given a chain as PEM (the server's own certificate first) and its service's role, return who will not accept it.

    `client_auth` tells whether the service is a client of others too. Raise ValueError if the chain cannot be read.
    """
    return tuple(_unfit(x509.load_pem_x509_certificates(chain_pem), role, client_auth))


def _unfit(chain: list[x509.Certificate], role: str, client_auth: bool) -> Iterator[Unfit]:  # noqa: FBT001 - two kinds of services
    if role.startswith("turn"):
        yield from _native_webrtc(chain)
    if role == "sip":
        yield from _old_phones(chain)
    if client_auth and ExtendedKeyUsageOID.CLIENT_AUTH not in _uses(chain[0]):
        reason = (
            "servers that check what a certificate is for refuse this one when we call them: it is not for clients (clientAuth),"
            " and public CAs issue none that is. The own CA does"
        )
        yield Unfit(audience=Audience.CLIENT_AUTH, reason=reason)


def _native_webrtc(chain: list[x509.Certificate]) -> Iterator[Unfit]:
    root = _label(chain[-1].issuer)
    if not WEBRTC_ROOTS & _names(chain[-1].issuer):
        reason = (
            f"native programs made with WebRTC before 2026 carry their own list of CAs, without {root}: turns: fails in them,"
            " unless they are told of the CA; browsers and turn: are not concerned"
        )
        yield Unfit(audience=Audience.NATIVE_WEBRTC, reason=reason)


def _old_phones(chain: list[x509.Certificate]) -> Iterator[Unfit]:
    if not isinstance(chain[0].public_key(), RSAPublicKey):
        reason = 'telephones that know RSA only cannot connect: the key is ECDSA; key_type = "rsa" serves them'
        yield Unfit(audience=Audience.OLD_PHONES, reason=reason)
    elif not all("RSA" in _algorithm(certificate) for certificate in chain):
        reason = "telephones that know RSA only connect, but cannot verify: the CA signs with ECDSA"
        yield Unfit(audience=Audience.OLD_PHONES, reason=reason)
    if len(chain) > LONGEST_CHAIN:
        reason = f"old telephones may not verify a chain of {len(chain)} certificates; {LONGEST_CHAIN} are safe"
        yield Unfit(audience=Audience.OLD_PHONES, reason=reason)
    if is_cross_signed(chain):
        top, below = _label(chain[-1].issuer), _label(chain[-1].subject)
        reason = f"old telephones follow the chain up to {top}, even if they know {below} itself"
        yield Unfit(audience=Audience.OLD_PHONES, reason=reason)


def is_cross_signed(chain: list[x509.Certificate]) -> bool:
    """Given a chain, return whether it ends in the certificate of a root by another one, so far as names and keys can tell."""
    last = chain[-1]
    if len(chain) == 1:
        return False
    if last.subject != last.issuer:
        return bool(WEBRTC_ROOTS & _names(last.subject)) or "Root" in _label(last.subject)
    key = last.public_key()
    try:
        last.verify_directly_issued_by(last)
    except Exception:  # noqa: BLE001 - whatever the key's kind raises, it is not its own signature
        return isinstance(key, keys.PublicKey)
    return False


def _uses(certificate: x509.Certificate) -> tuple[x509.ObjectIdentifier, ...]:
    try:
        return tuple(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        # Without the extension it is for everything (RFC 5280 section 4.2.1.12).
        return (ExtendedKeyUsageOID.CLIENT_AUTH,)


def _algorithm(certificate: x509.Certificate) -> str:
    return str(getattr(certificate.signature_algorithm_oid, "_name", "")).upper()


def _names(name: x509.Name) -> frozenset[str]:
    wanted = (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)
    return frozenset(str(found.value) for oid in wanted for found in name.get_attributes_for_oid(oid))


def _label(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME) or name.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return str(found[0].value) if found else name.rfc4514_string() or "a CA without a name"
