"""A new CA that follows an old one: the new key certified by the old CA, so that who knows only one of them trusts both.

A CA permits one CA below it, which is its successor. Those that earlier versions made permit none; so the new CA bears the old
one's name, and its certificate by the old CA is self-issued (RFC 5280 section 3.2, "NewWithOld" of RFC 4210 section 4.4), which is
not counted (section 4.2.1.9). OpenSSL keeps to that; GnuTLS and `cryptography` count it all the same.
"""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from rtcstack.errors import WorldError
from rtcstack.pki import keys
from rtcstack.pki.ca import SLACK, authority, signing_key
from rtcstack.pki.keypair import KeyPair


def cross_sign(old: KeyPair, new_pem: bytes, now: datetime) -> bytes:
    """Given the old CA and the new one's certificate, return the new key's certificate by the old CA, as PEM.

    It says what the new CA says of itself, and ends with whichever of them ends first. Raise WorldError if a file is damaged, if
    they do not belong together, if their names differ, or if the old CA has ended.
    """
    issuer, subject, signer = authority(old.certificate_pem), authority(new_pem), signing_key(old.key_pem)
    if not keys.same(signer.public_key(), issuer.public_key()):
        raise WorldError("the old CA's key is not the key of its certificate", hint="Put both back from the same copy.")
    if issuer.subject != subject.subject:
        raise WorldError("the new CA does not bear the old one's name, so the old one cannot certify it")
    start, end = now.replace(microsecond=0) - SLACK, min(issuer.not_valid_after_utc, subject.not_valid_after_utc)
    if now >= end:
        raise WorldError(f"the CA ended on {issuer.not_valid_after_utc:%Y-%m-%d} and cannot certify its successor any more")
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject.subject)
        .issuer_name(issuer.subject)
        .public_key(subject.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(start, issuer.not_valid_before_utc))
        .not_valid_after(end)
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    for extension in subject.extensions:
        if not isinstance(extension.value, x509.BasicConstraints):
            builder = builder.add_extension(extension.value, critical=extension.critical)
    key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    named = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
    return named.sign(signer, SHA256()).public_bytes(Encoding.PEM)


def certifies(cross_pem: bytes, ca_pem: bytes, now: datetime) -> bool:
    """Given a cross-certificate and a CA as PEM, return whether it is of that CA's key and has not ended."""
    cross = authority(cross_pem)
    return keys.same(cross.public_key(), authority(ca_pem).public_key()) and now < cross.not_valid_after_utc
