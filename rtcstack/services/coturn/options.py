"""What `[services.coturn]` and `[services.coturn-ephemeral]` may say beyond what every service may be told."""

from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Self

from pydantic import Field, field_validator, model_validator

from rtcstack.plan.certificate import KeyType
from rtcstack.services.coturn.denied import EMBEDDING, NEVER
from rtcstack.spec.frozen import Frozen
from rtcstack.spec.model import ServiceOptions


class RelayOptions(Frozen):
    """`[services.coturn.relay]`: where relayed traffic may go beyond the public Internet, and how much of it there may be."""

    allow: tuple[IPv4Network | IPv6Network, ...] = ()
    tcp: bool = False
    user_quota: int = Field(default=64, ge=1, le=16384)
    total_quota: int = Field(default=4096, ge=1, le=16384)

    @field_validator("allow")
    @classmethod
    def _openable(cls, allow: tuple[IPv4Network | IPv6Network, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
        for network in allow:
            for closed in (*NEVER, *EMBEDDING):
                if closed.version == network.version and closed.overlaps(network):
                    raise ValueError(f"{network} overlaps {closed}, which is never relayed to; give ranges outside it")
        return allow


class CoturnOptions(ServiceOptions):
    """`aaaa` publishes the IPv6 address; `alt_address` turns on NAT behaviour discovery (RFC 5780), which needs two addresses."""

    aaaa: bool = False
    alt_address: IPv4Address | None = None
    alt_public_address: IPv4Address | None = None
    key_type: KeyType = "ecdsa"
    threads: int = Field(default=4, ge=1, le=16)
    relay: RelayOptions = RelayOptions()

    @model_validator(mode="after")
    def _both(self) -> Self:
        if self.alt_public_address is not None and self.alt_address is None:
            raise ValueError("alt_public_address needs an alt_address that is translated to it")
        return self
