"""The shape of `rtcstack.toml`. What a service may be told is declared by the service itself, on top of ServiceOptions."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, IPvAnyAddress, model_validator

from rtcstack.spec.types import Domain, HostLabel, LinkName, PersonName, StackName

PortMode = Literal["443", "standard"]


class Frozen(BaseModel):
    """Base of all models: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


class ServiceOptions(Frozen):
    """What every service may be told; a service's own model adds its options."""

    address: IPv4Address | None = None
    address6: IPv6Address | None = None
    hostname: HostLabel | None = None


class NetworkSpec(Frozen):
    """Where the services live: a network of their own on a parent link, with a static address each."""

    driver: Literal["macvlan"] = "macvlan"
    parent: LinkName = "auto"
    subnet: IPv4Network
    range: IPv4Network | None = None
    gateway: IPv4Address | None = None
    subnet6: IPv6Network | None = None
    gateway6: IPv6Address | None = None
    host_access: bool | None = None
    backend: IPv4Network | None = None
    resolvers: tuple[IPvAnyAddress, ...] = ()

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if self.range is not None and not self.range.subnet_of(self.subnet):
            raise ValueError(f"range {self.range} must lie inside subnet {self.subnet}")
        if self.gateway is not None and self.gateway not in self.subnet:
            raise ValueError(f"gateway {self.gateway} must lie inside subnet {self.subnet}")
        if self.gateway6 is not None and (self.subnet6 is None or self.gateway6 not in self.subnet6):
            raise ValueError(f"gateway6 {self.gateway6} must lie inside subnet6 {self.subnet6}")
        if self.backend is not None and self.backend.overlaps(self.subnet):
            raise ValueError(f"backend {self.backend} must not overlap subnet {self.subnet}")
        return self


class StackSpec(Frozen):
    """The whole file, the services' options apart (see `load`)."""

    domain: Domain
    name: StackName
    aliases: tuple[Domain, ...]
    ports: PortMode = "443"
    admins: tuple[PersonName, ...] = ()
    apex: bool = False
    network: NetworkSpec
    services: dict[str, ServiceOptions] = Field(default_factory=dict)
