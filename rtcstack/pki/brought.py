"""A key and a chain that the administrator brings: everything that is wrong with them at once, and what they lack."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from rtcstack.pki import keys
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.names import alternative_names, texts
from rtcstack.pki.pairs import broken, signed_by
from rtcstack.plan.certificate import CertificateRequest

_CURVES = ("secp256r1", "secp384r1")
_BITS = 2048


def faults(pair: KeyPair, request: CertificateRequest, roots_pem: bytes, now: datetime) -> tuple[str, ...]:
    """Given a key with its chain, what the service needs, who is believed (PEM) and the time, return why it cannot be used."""
    return tuple(dict.fromkeys(_faults(pair, request, roots_pem, now)))


def remarks(pair: KeyPair, request: CertificateRequest) -> tuple[str, ...]:
    """Given a pair without faults, return how it differs from what our own CA would certify, as sentences for people."""
    leaf = x509.load_pem_x509_certificates(pair.certificate_pem)[0]
    missing = sorted(set(texts(alternative_names(request))) - set(texts(_names(leaf))) - set(request.dns_names))
    told = []
    if missing:
        told.append(f"it does not say {', '.join(missing)}: clients compare the DNS names instead (RFC 5922, RFC 6120)")
    if request.client_auth and not _for(leaf, ExtendedKeyUsageOID.CLIENT_AUTH):
        told.append("it is not for clients: partners that verify servers which call them may refuse it")
    return tuple(told)


def covers(pattern: str, name: str) -> bool:
    """Given a DNS-ID of a certificate and a name, return whether it stands for it (RFC 9525 section 6.3: `*.` is one label)."""
    pattern, name = pattern.lower(), name.lower()
    return pattern == name or (pattern.startswith("*.") and name.partition(".")[2] == pattern[2:])


def _faults(pair: KeyPair, request: CertificateRequest, roots_pem: bytes, now: datetime) -> Iterator[str]:
    if why := broken(pair, now):
        yield why
    try:
        chain = x509.load_pem_x509_certificates(pair.certificate_pem)
    except ValueError:
        return
    leaf = chain[0]
    try:
        if not _fits(keys.load(pair.key_pem), request):
            wanted = "an RSA key of 2048 bits or more" if request.key_type == "rsa" else "an ECDSA key on P-256 or P-384"
            yield f"{request.service} wants {wanted} (key_type in its section says otherwise)"
    except ValueError:
        pass
    shown = [value for value in _names(leaf) if isinstance(value, x509.DNSName)]
    # In SIP a wildcard is no identity (RFC 5922 section 7.2).
    exact = bool(request.sip_domains)
    for name in dict.fromkeys(request.dns_names):
        if not any(value.value.lower() == name.lower() if exact else covers(value.value, name) for value in shown):
            yield f"{name} is not among its DNS names"
    if not _for(leaf, ExtendedKeyUsageOID.SERVER_AUTH):
        yield "it is not for servers (serverAuth)"
    if not _anchored(chain, roots_pem, now):
        issuer = chain[-1].issuer.rfc4514_string()
        yield (
            f"its chain ends at {issuer}, whom nobody here trusts: put the missing certificates into the chain file,"
            " or name the root by certificates.trust_file"
        )


def _fits(key: keys.PrivateKey, request: CertificateRequest) -> bool:
    if isinstance(key, RSAPrivateKey):
        return request.key_type == "rsa" and key.key_size >= _BITS
    return request.key_type == "ecdsa" and key.curve.name in _CURVES


def _names(leaf: x509.Certificate) -> tuple[x509.GeneralName, ...]:
    try:
        return tuple(leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return ()


def _for(leaf: x509.Certificate, use: x509.ObjectIdentifier) -> bool:
    # Without the extension a certificate is for everything (RFC 5280 section 4.2.1.12).
    try:
        return use in leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True


def _anchored(chain: list[x509.Certificate], roots_pem: bytes, now: datetime) -> bool:
    last = chain[-1]
    if len(chain) > 1 and signed_by(last, last):
        return True
    roots = x509.load_pem_x509_certificates(roots_pem) if roots_pem.strip() else []
    return any(
        root == last or (root.subject == last.issuer and now < root.not_valid_after_utc and signed_by(last, root)) for root in roots
    )
