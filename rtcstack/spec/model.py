"""The shape of `rtcstack.toml`. What a service may be told is declared by the service itself, on top of ServiceOptions."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal

from pydantic import Field, IPvAnyAddress, ValidationInfo, field_validator

from rtcstack.spec.acme import AcmeSpec, Path
from rtcstack.spec.frozen import Frozen
from rtcstack.spec.ranges import Avoided
from rtcstack.spec.types import AccountUri, Domain, HostLabel, LinkName, NumberPrefix, PersonName, StackName, ValidationMethod

Address = IPv4Address | IPv6Address
Driver = Literal["macvlan", "ipvlan", "host"]
PortMode = Literal["443", "standard", "both"]
CertificateSource = Literal["own-ca", "acme", "files"]
"""Who issues: our own CA, a public one, or the administrator, who brings the files."""


class ServiceOptions(Frozen):
    """What every service may be told; a service's own model adds its options.

    `public_address` is what a router in front translates to `address`, one to one.
    """

    address: IPv4Address | None = None
    address6: IPv6Address | None = None
    public_address: IPv4Address | None = None
    hostname: HostLabel | None = None
    certificate: CertificateSource | None = None


class OptionalOptions(ServiceOptions):
    """What a service may be told that is left out of the stack unless the file says `enabled = true`."""

    enabled: bool = False


class CertificatesSpec(Frozen):
    """Where certificates come from, if a service does not say otherwise; by which roots (PEM) what others issued is verified."""

    source: CertificateSource = "own-ca"
    trust_file: Path | None = None
    acme: AcmeSpec | None = None


class CaaSpec(Frozen):
    """The public CA that alone may certify our host names beside our own one (RFC 8659), for one account of its (RFC 8657)."""

    issuer: Domain
    account: AccountUri | None = None
    methods: tuple[ValidationMethod, ...] = ()


class EnumSpec(Frozen):
    """Where extension numbers begin in the world's numbering: ENUM records for them (RFC 6116), below `root`."""

    prefix: NumberPrefix
    root: Domain = "e164.arpa"


class NetworkSpec(Frozen):
    """Where the services live: a network of their own on a parent link, with a static address each, or (`host`) the host's own."""

    driver: Driver = "macvlan"
    parent: LinkName = "auto"
    subnet: IPv4Network
    range: IPv4Network | None = None
    gateway: IPv4Address | None = None
    subnet6: IPv6Network | None = None
    gateway6: IPv6Address | None = None
    host_access: bool | None = None
    add_addresses: bool = False
    backend: IPv4Network | None = None
    resolvers: tuple[IPvAnyAddress, ...] = ()
    avoid: tuple[Avoided, ...] = ()

    @field_validator("range")
    @classmethod
    def _range(cls, value: IPv4Network | None, info: ValidationInfo) -> IPv4Network | None:
        subnet: IPv4Network | None = info.data.get("subnet")
        if value is not None and subnet is not None and not value.subnet_of(subnet):
            raise ValueError(f"{value} must lie inside subnet {subnet}")
        return value

    @field_validator("gateway", "gateway6")
    @classmethod
    def _gateway(cls, value: Address | None, info: ValidationInfo) -> Address | None:
        key = "subnet" if info.field_name == "gateway" else "subnet6"
        if value is None or key not in info.data:
            return value
        subnet: IPv4Network | IPv6Network | None = info.data[key]
        if subnet is None or value not in subnet:
            raise ValueError(f"{value} must lie inside {key} {subnet}" if subnet else f"there is no {key} for it")
        if value == subnet[0] or (value.version == 4 and value == subnet[-1]):
            raise ValueError(f"{value} is the network's own or broadcast address")
        return value

    @field_validator("backend")
    @classmethod
    def _backend(cls, value: IPv4Network | None, info: ValidationInfo) -> IPv4Network | None:
        subnet: IPv4Network | None = info.data.get("subnet")
        if value is not None and subnet is not None and value.overlaps(subnet):
            raise ValueError(f"{value} must not overlap subnet {subnet}")
        return value


class StackSpec(Frozen):
    """The whole file, the services' options apart (see `load`)."""

    domain: Domain
    name: StackName
    aliases: tuple[Domain, ...]
    ports: PortMode = "443"
    admins: tuple[PersonName, ...] = ()
    apex: bool = False
    caa: CaaSpec | None = None
    enum: EnumSpec | None = None
    certificates: CertificatesSpec = Field(default_factory=CertificatesSpec)
    network: NetworkSpec
    services: dict[str, ServiceOptions] = Field(default_factory=dict)
