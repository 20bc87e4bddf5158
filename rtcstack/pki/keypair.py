"""A private key and its certificate, as the PEM bytes that files hold."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A key that never shows itself, and the certificate that everybody may see."""

    key_pem: bytes = field(repr=False)
    certificate_pem: bytes
