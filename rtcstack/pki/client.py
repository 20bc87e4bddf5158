"""A certificate by which somebody else's server, or a device, proves to ours who it is: clientAuth, and nothing else.

Its identities are an SRV-ID (RFC 4985) and a `sip:` URI (RFC 5922) of the partner's domain, never a DNS name: the CA's own
constraints permit DNS names below our domains only. It can pose as no server, because no client accepts it for one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki import keys
from rtcstack.pki.ca import LONGEST_NAME, SLACK, authority, signing_key, usage
from rtcstack.pki.identity import at_or_below, is_host
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.names import alternative_names
from rtcstack.plan.certificate import CertificateRequest

LIFETIME = timedelta(days=365)
"""Partners renew by hand; what is lost before is revoked."""
XMPP_SERVICE = "_xmpp-server"
_SMALLEST_RSA = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """A partner's certificate as PEM, and its key if it was made here."""

    certificate_pem: bytes
    key_pem: bytes | None = field(default=None, repr=False)


def issue_client(
    ca: KeyPair, name: str, domains: Iterable[str], now: datetime, *, csr_pem: bytes | None = None
) -> ClientCertificate:
    """Given the CA, the partner's domain, our own domains and the time, return a certificate of one year for that partner.

    Of a request (CSR) the key alone is taken. Raise RequestError if the name is none or ours, or the request is not fit; WorldError
    if the CA is damaged or has ended.
    """
    own = tuple(domains)
    if not is_host(name):
        raise RequestError(f"{name!r} is not a domain", hint="Give the partner's domain in lower case, like partner.example.")
    if at_or_below(name, own):
        raise RequestError(f"{name} is ours", hint="Who has such a certificate could pose as this stack. Services have their own.")
    issuer, signer = authority(ca.certificate_pem), signing_key(ca.key_pem)
    if not keys.same(signer.public_key(), issuer.public_key()):
        raise WorldError("secrets/ca.key is not the key of secrets/ca.crt", hint="Put both back from the same copy.")
    if now >= issuer.not_valid_after_utc:
        raise WorldError(f"the CA ended on {issuer.not_valid_after_utc:%Y-%m-%d}", hint="Type `rtcstack certs rotate-ca`.")
    made = keys.make("ecdsa") if csr_pem is None else None
    public = made.public_key() if made is not None else requested_key(csr_pem or b"")
    request = CertificateRequest(service="", dns_names=(), sip_domains=(name,), srv_ids=(f"{XMPP_SERVICE}.{name}",))
    # Not in the common name: without DNS names OpenSSL holds that against the CA's constraints.
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)] if len(name) <= LONGEST_NAME else [])
    start = now.replace(microsecond=0)
    key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(start - SLACK, issuer.not_valid_before_utc))
        .not_valid_after(min(start + LIFETIME, issuer.not_valid_after_utc))
        .add_extension(x509.SubjectAlternativeName(alternative_names(request)), critical=not list(subject))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(sign=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
        .sign(signer, SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    return ClientCertificate(certificate_pem=pem, key_pem=None if made is None else keys.dump(made))


def requested_key(csr_pem: bytes) -> keys.PublicKey:
    """Given a request (PKCS #10) as PEM, return its key. Raise RequestError if it is none, not signed by that key, or weak."""
    try:
        request = x509.load_pem_x509_csr(csr_pem)
        signed = request.is_signature_valid
    except ValueError:
        raise RequestError("the file is no certificate request", hint="`openssl req -new` makes one, in PEM form.") from None
    if not signed:
        raise RequestError("the certificate request is not signed by its own key")
    key = request.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SMALLEST_RSA:
        return key
    raise RequestError(f"the key of the request is none of P-256, P-384 and RSA of {_SMALLEST_RSA} bits or more")
