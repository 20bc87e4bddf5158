"""Issuing: exactly the identities of a request, and none that is not ours."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from rtcstack.pki.ca import CLOCK_SKEW
from rtcstack.pki.keypair import KeyPair
from rtcstack.plan.certificate import CertificateRequest

DAYS = 90
ID_ON_DNS_SRV = ObjectIdentifier("1.3.6.1.5.5.7.8.7")
"""RFC 4985: the otherName that holds an SRV-ID."""
_IA5STRING = 0x16
_LONGEST_CN = 64


class ForeignIdentityError(ValueError):
    """An identity was asked for that is not at or below our domains."""


def issue(ca: KeyPair, request: CertificateRequest, domains: Sequence[str], now: datetime) -> KeyPair:
    """Given the CA, a request, our domains and the time, return a new key and its certificate for 90 days.

    Raise ForeignIdentityError for an identity that is not ours: the CA's constraints bind DNS names alone, this binds all.
    """
    _refuse_foreign(request, domains)
    root = x509.load_pem_x509_certificate(ca.certificate_pem)
    signer = serialization.load_pem_private_key(ca.key_pem, password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("the CA's key must be an elliptic curve key")
    key = _new_key(request)
    public = key.public_key()
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, *([ExtendedKeyUsageOID.CLIENT_AUTH] if request.client_auth else [])]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, request.dns_names[0][:_LONGEST_CN])]))
        .issuer_name(root.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(list(identities(request))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(rsa_key=isinstance(key, rsa.RSAPrivateKey)), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(_authority(root), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return KeyPair(
        key_pem=key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        certificate_pem=certificate.public_bytes(serialization.Encoding.PEM),
    )


def identities(request: CertificateRequest) -> Iterator[x509.GeneralName]:
    """Given a request, yield its subject alternative names: DNS-IDs, `sip:` URIs (RFC 5922), SRV-IDs (RFC 4985)."""
    for name in request.dns_names:
        yield x509.DNSName(name)
    for domain in request.sip_domains:
        yield x509.UniformResourceIdentifier(f"sip:{domain}")
    for srv in request.srv_ids:
        value = srv.encode("ascii")
        yield x509.OtherName(ID_ON_DNS_SRV, bytes([_IA5STRING, *_length(len(value))]) + value)


def _length(size: int) -> bytes:
    # DER, X.690 section 8.1.3: one octet below 128, else the number of octets and the octets.
    return bytes([size]) if size < 0x80 else bytes([0x81, size])


def _refuse_foreign(request: CertificateRequest, domains: Sequence[str]) -> None:
    srv_domains = []
    for srv in request.srv_ids:
        label, _, domain = srv.partition(".")
        if not label.startswith("_"):
            raise ForeignIdentityError(f"{srv} is not an SRV-ID like _xmpp-client.{domains[0]}")
        srv_domains.append(domain)
    for name in (*request.dns_names, *request.sip_domains, *srv_domains):
        if not any(name == domain or name.endswith(f".{domain}") for domain in domains):
            raise ForeignIdentityError(f"{name} is not at or below {', '.join(domains)}")
        if "*" in name:
            raise ForeignIdentityError(f"{name}: no wildcard names a SIP or XMPP domain (RFC 5922 section 7.2)")
    if not request.dns_names:
        raise ForeignIdentityError("a certificate needs at least one DNS name")


def _new_key(request: CertificateRequest) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    if request.key_type == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def _usage(*, rsa_key: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=rsa_key,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(root: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    key_id = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id)
