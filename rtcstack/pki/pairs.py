"""Whether a key and its chain can be in use at all, whoever issued it: what every server and every client would refuse."""

import contextlib
import itertools
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from rtcstack.pki import keys
from rtcstack.pki.keypair import KeyPair


def whole(pair: KeyPair) -> bool:
    """Given a key and its chain, return whether both can be read and belong together: a server starts with them."""
    try:
        leaf = x509.load_pem_x509_certificates(pair.certificate_pem)[0]
        return keys.same(keys.load(pair.key_pem).public_key(), leaf.public_key())
    except ValueError:
        return False


def broken(pair: KeyPair, now: datetime) -> str:
    """Given a key, its chain and the time, return why clients would refuse it whatever they trust (RFC 5280 section 6.1), or "".

    The chain must be in order, and every certificate of it valid now.
    """
    try:
        chain = x509.load_pem_x509_certificates(pair.certificate_pem)
    except ValueError:
        return "the certificate cannot be read"
    try:
        key = keys.load(pair.key_pem)
    except ValueError:
        return "the key cannot be read: it must be PEM, ECDSA or RSA, without a passphrase"
    if not keys.same(key.public_key(), chain[0].public_key()):
        return "the key is not the certificate's"
    for place, certificate in enumerate(chain):
        if why := _out_of_time(certificate, now):
            return f"{'the certificate' if place == 0 else f'{certificate.subject.rfc4514_string()} in its chain'} {why}"
    return "" if in_order(chain) else "its chain is not in order: every certificate must be followed by its issuer's"


def in_order(chain: list[x509.Certificate]) -> bool:
    """Given certificates, return whether each is signed by the next (RFC 8446 section 4.4.2)."""
    return all(signed_by(one, issuer) for one, issuer in itertools.pairwise(chain))


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Given a certificate and what may be its issuer, return whether it is."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def clock_fault(ca_pem: bytes, stored_pem: bytes | None, now: datetime) -> str:
    """Given our CA, the certificate in use and the time, return why the clock of this machine must be wrong, or "".

    Nothing that is ours begins in the future: what would be issued now would have ended long ago, or not have begun, for everybody
    else. Raise ValueError if the CA cannot be read.
    """
    begins = [("our CA begins", x509.load_pem_x509_certificate(ca_pem).not_valid_before_utc)]
    if stored_pem is not None:
        with contextlib.suppress(ValueError):
            begins.append(("the certificate in use begins", x509.load_pem_x509_certificate(stored_pem).not_valid_before_utc))
    return next((f"{what} {begin:%Y-%m-%d %H:%M} UTC" for what, begin in begins if now < begin), "")


def _out_of_time(certificate: x509.Certificate, now: datetime) -> str:
    if now < certificate.not_valid_before_utc:
        return f"begins only at {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC: is the clock of this machine right?"
    if now >= certificate.not_valid_after_utc:
        return f"ended on {certificate.not_valid_after_utc:%Y-%m-%d}"
    return ""
