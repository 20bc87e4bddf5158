"""Identities as subject alternative names, and back to text: `host`, `sip:domain`, `_service.domain`."""

from collections.abc import Iterable

from cryptography import x509

from rtcstack.plan.certificate import CertificateRequest

SRV_ID = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7")
"""id-on-dnsSRV (RFC 4985 section 2): the name is an IA5String."""
_IA5_STRING = 0x16


def alternative_names(request: CertificateRequest) -> tuple[x509.GeneralName, ...]:
    """Given a request, return its identities: DNS-IDs, `sip:` URIs (RFC 5922 section 7.1), SRV-IDs."""
    return (
        *(x509.DNSName(name) for name in dict.fromkeys(request.dns_names)),
        *(x509.UniformResourceIdentifier(f"sip:{name}") for name in dict.fromkeys(request.sip_domains)),
        *(x509.OtherName(SRV_ID, _ia5(name)) for name in dict.fromkeys(request.srv_ids)),
    )


def texts(names: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    """Given alternative names, return each as text; kinds that we never issue keep their kind as a prefix."""
    return tuple(_text(name) for name in names)


def _text(name: x509.GeneralName) -> str:
    if isinstance(name, x509.DNSName):
        return name.value
    if isinstance(name, x509.UniformResourceIdentifier):
        return name.value
    if isinstance(name, x509.OtherName):
        if name.type_id == SRV_ID and (text := _from_ia5(name.value)) is not None:
            return text
        return f"othername:{name.type_id.dotted_string}:{name.value.hex()}"
    return f"{type(name).__name__}:{name.value}"


def _ia5(text: str) -> bytes:
    # DER (X.690 section 8.1.3): short length below 128, else the long form.
    data = text.encode("ascii")
    size = bytes([len(data)]) if len(data) < 128 else bytes([0x80 | 1, len(data)])
    return bytes([_IA5_STRING]) + size + data


def _from_ia5(value: bytes) -> str | None:
    if value[:1] != bytes([_IA5_STRING]):
        return None
    start = 3 if value[1:2] == b"\x81" else 2
    try:
        text = value[start:].decode("ascii")
        return text if _ia5(text) == value else None
    except ValueError:
        return None
