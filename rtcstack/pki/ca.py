"""The own certificate authority: constrained to our domains, so that importing it into a phone risks nothing else.

Constraints are on DNS names and IP addresses only: a URI or otherName constraint makes OpenSSL refuse every SIP and XMPP
certificate below it. What these two leave open is refused by `identity` when a certificate is issued.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from rtcstack.errors import WorldError
from rtcstack.pki import keys
from rtcstack.pki.identity import topmost
from rtcstack.pki.keypair import KeyPair

LIFETIME = timedelta(days=3652)
"""Ten years."""
SLACK = timedelta(hours=1)
"""How far a client's clock may be behind ours."""
_RESTORE = "Put it back from a copy. Without one, `rtcstack certs rotate-ca --lost` makes a new CA, which every client must import."
LONGEST_NAME = 64
"""Characters of a common name (RFC 5280 appendix A.1, ub-common-name)."""


def create_ca(
    domains: Iterable[str], now: datetime, *, key_pem: bytes | None = None, predecessor_pem: bytes | None = None
) -> KeyPair:
    """Given our domains and the time, return a CA for them: P-256, ten years (RFC 5280 section 4.2).

    It issues end certificates, and a certificate for the one CA that follows it. `key_pem` is a key made earlier, if a run was
    killed between key and certificate. `predecessor_pem` is the CA that it follows, whose name it bears; see `succession`. Raise
    WorldError if one of them cannot be read.
    """
    permitted = topmost(domains)
    key = keys.make("ecdsa") if key_pem is None else signing_key(key_pem)
    public = key.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"rtcstack CA {permitted[0]}"[:LONGEST_NAME])])
    if predecessor_pem is not None:
        name = authority(predecessor_pem).subject
    start = now.replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - SLACK)
        .not_valid_after(start + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        # Not critical, against RFC 5280: Mbed TLS, and so Linphone everywhere, refuses a CA with a critical extension that it
        # does not know. OpenSSL, GnuTLS and cryptography honour the constraints either way.
        .add_extension(_constraints(permitted), critical=False)
        .sign(key, SHA256())
    )
    return KeyPair(key_pem=keys.dump(key), certificate_pem=certificate.public_bytes(Encoding.PEM))


def signing_key(pem: bytes) -> keys.PrivateKey:
    """Given the CA's key as PEM, return it. Raise WorldError if it cannot be read."""
    try:
        return keys.load(pem)
    except ValueError as error:
        raise WorldError(f"the CA's key secrets/ca.key cannot be read: {error}", hint=_RESTORE) from error


def authority(pem: bytes) -> x509.Certificate:
    """Given the CA's certificate as PEM, return it. Raise WorldError if it cannot be read."""
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise WorldError("the CA's certificate secrets/ca.crt cannot be read", hint=_RESTORE) from error


def permitted_domains(certificate: x509.Certificate) -> tuple[str, ...]:
    """Given a CA certificate, return the domains that its constraints permit; none if it has no such constraint."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(name.value for name in constraints.permitted_subtrees or () if isinstance(name, x509.DNSName))


def usage(*, sign_certificates: bool = False, sign: bool = False, encipher_keys: bool = False) -> x509.KeyUsage:
    """Given what a key is for, return the key usage: a CA signs certificates and CRLs, a server signs, with RSA also deciphers."""
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=False,
        key_encipherment=encipher_keys,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _constraints(permitted: tuple[str, ...]) -> x509.NameConstraints:
    return x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(domain) for domain in permitted],
        excluded_subtrees=[x509.IPAddress(IPv4Network("0.0.0.0/0")), x509.IPAddress(IPv6Network("::/0"))],
    )
