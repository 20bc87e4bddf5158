"""A service's certificate: 90 days, exactly the identities of its request, and none that is not ours."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki import keys
from rtcstack.pki.ca import LONGEST_NAME, SLACK, authority, permitted_domains, signing_key, usage
from rtcstack.pki.identity import check
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.names import alternative_names
from rtcstack.plan.certificate import CertificateRequest

LIFETIME = timedelta(days=90)
_NEW_CA = "Type `rtcstack certs rotate-ca`: it makes a new CA for the domains in the file, which every client must import."


def issue(ca: KeyPair, request: CertificateRequest, domains: Iterable[str], now: datetime) -> KeyPair:
    """Given the CA, a request, our domains and the time, return a new key with its certificate (RFC 5280, RFC 9525).

    Raise RequestError if an identity is not at or below our domains, if the CA was made for other domains, or has expired;
    WorldError if the CA's files are damaged or do not belong together.
    """
    check(request, domains)
    issuer, signer = authority(ca.certificate_pem), signing_key(ca.key_pem)
    if not keys.same(signer.public_key(), issuer.public_key()):
        raise WorldError("secrets/ca.key is not the key of secrets/ca.crt", hint="Put both back from the same copy.")
    _check_authority(issuer, request, now)
    key = keys.make(request.key_type)
    subject = _subject(request.dns_names[0])
    start = now.replace(microsecond=0)
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(start - SLACK, issuer.not_valid_before_utc))
        .not_valid_after(min(start + LIFETIME, issuer.not_valid_after_utc))
        # Critical exactly if there is no subject (RFC 5280 section 4.2.1.6); strict verifiers insist.
        .add_extension(x509.SubjectAlternativeName(alternative_names(request)), critical=not list(subject))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(sign=True, encipher_keys=request.key_type == "rsa"), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes(request)), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(signer, SHA256())
    )
    return KeyPair(key_pem=keys.dump(key), certificate_pem=certificate.public_bytes(Encoding.PEM))


def purposes(request: CertificateRequest) -> tuple[x509.ObjectIdentifier, ...]:
    """Given a request, return its extended key usages."""
    client = (ExtendedKeyUsageOID.CLIENT_AUTH,) if request.client_auth else ()
    return (ExtendedKeyUsageOID.SERVER_AUTH, *client)


def _subject(name: str) -> x509.Name:
    # For people and for old phones only: verifiers look at the alternative names (RFC 9525 section 2).
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if len(name) <= LONGEST_NAME else [])


def _check_authority(issuer: x509.Certificate, request: CertificateRequest, now: datetime) -> None:
    if now >= issuer.not_valid_after_utc:
        raise RequestError(f"the CA expired on {issuer.not_valid_after_utc:%Y-%m-%d}", hint=_NEW_CA)
    permitted = permitted_domains(issuer)
    if not permitted:
        raise RequestError("the CA is not bound to any domain, so it is not one of ours", hint=_NEW_CA)
    try:
        check(request, permitted)
    except RequestError as error:
        sentence = f"the CA was made for {', '.join(permitted)} and cannot issue the certificate of {request.service}"
        raise RequestError(sentence, problems=error.problems, hint=_NEW_CA) from error
