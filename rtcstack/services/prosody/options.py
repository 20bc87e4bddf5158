"""What `[services.prosody]` may say."""

from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from rtcstack.plan.certificate import KeyType
from rtcstack.spec.model import ServiceOptions
from rtcstack.spec.types import HostLabel

HOST = "xmpp-gw"
COMPONENTS = ("conference", "upload")
"""Labels that rooms and files have, which the server's own names must not take."""


def certificates(value: str) -> str:
    """Given PEM text, return it if every certificate in it can be read, or if it is empty. Raise ValueError."""
    if not value:
        return value
    from cryptography import x509  # noqa: PLC0415 - most files name no CA, and this import takes longer than reading them

    try:
        x509.load_pem_x509_certificates(value.encode())
    except ValueError:
        raise ValueError("must be one or more certificates in PEM form, as `openssl x509` prints them") from None
    return value


class ProsodyOptions(ServiceOptions):
    """Addresses and name of the STARTTLS side, federation, and how long things are kept.

    `trusted_ca` holds CA certificates (PEM) of other organisations whose servers may authenticate with them, beside the
    public ones of the image. Days and megabytes: `archive_days` for messages and rooms, `upload_*` for files.
    """

    starttls_hostname: HostLabel = "xmpp-starttls"
    starttls_address: IPv4Address | None = None
    starttls_address6: IPv6Address | None = None
    starttls_public_address: IPv4Address | None = None
    key_type: KeyType = "ecdsa"
    federation: bool = True
    trusted_ca: Annotated[str, AfterValidator(certificates)] = ""
    archive_days: int = Field(default=365, ge=1, le=3650)
    upload_megabytes: int = Field(default=100, ge=1, le=4096)
    upload_days: int = Field(default=30, ge=1, le=3650)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = (self.hostname or HOST, self.starttls_hostname)
        if names[0] == names[1]:
            raise ValueError(f"hostname and starttls_hostname must differ, both are {names[0]}: they have different addresses")
        for name in names:
            if name in COMPONENTS:
                raise ValueError(f"{name} cannot be a host name here: it is the name of a part of prosody")
        return self
