"""What every service may know about the place it lives in: the domain, the ports in use, the network."""

import hashlib
import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from rtcstack.plan.container import Attachment
from rtcstack.plan.listener import Address
from rtcstack.spec.model import CaaSpec, CertificatesSpec, EnumSpec, PortMode
from rtcstack.spec.ranges import AddressRange

GATEWAY, SHIM, CLIENT, PLACES = 1, 2, 26, 4
"""Fixed offsets in the range; CLIENT is the first of so many PLACES for test clients on the network."""
LAST_VLAN = 4094
"""The highest number that IEEE 802.1Q gives to a VLAN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """The macvlan or ipvlan network, its parent, the host's shim and the internal network of the database.

    `private` tells a parent that rtcstack makes (a veth pair `parent`/`peer`) from a link of the host that it only uses. With the
    driver `host` there is no such network: the processes are bound to addresses of the parent itself, which `add_addresses` puts
    there.
    """

    stack: str
    name: str
    backend_name: str
    driver: str
    parent: str
    private: bool
    peer: str
    shim: str
    host_access: bool
    subnet: IPv4Network
    range: IPv4Network
    gateway: IPv4Address
    subnet6: IPv6Network | None
    gateway6: IPv6Address | None
    backend: IPv4Network
    resolvers: tuple[Address, ...] = ()
    avoid: tuple[AddressRange, ...] = ()
    add_addresses: bool = False

    @property
    def shared(self) -> bool:
        """Whether the services live in the host's own network namespace."""
        return self.driver == "host"

    @property
    def vlan(self) -> tuple[str, int] | None:
        """The link below and the number, if the parent's name is one of a VLAN, like eth0.10 (ip-link(8))."""
        found = None if self.private else re.fullmatch(r"(.+)\.([1-9]\d{0,3})", self.parent)
        return (found[1], int(found[2])) if found and int(found[2]) <= LAST_VLAN else None

    @property
    def title(self) -> str:
        """What a message calls the place of the services."""
        return "this host" if self.shared else f"the network {self.name}"

    @property
    def has_shim(self) -> bool:
        """Whether the host needs a link of its own to reach the services."""
        return self.host_access and not self.shared

    def address(self, offset: int) -> IPv4Address:
        """Given a fixed offset, return the IPv4 address. Raise IndexError if the range is too small."""
        if offset >= self.range.num_addresses:
            raise IndexError(offset)
        return self.range[offset]

    def address6(self, offset: int) -> IPv6Address | None:
        """Given a fixed offset, return the IPv6 address with the same digits (offset 10 is ::10), or None without IPv6."""
        return None if self.subnet6 is None else self.subnet6[int(str(offset), 16)]

    @property
    def shim_address(self) -> IPv4Address:
        """The host's own address on the network."""
        return self.address(SHIM)

    @property
    def shim_address6(self) -> IPv6Address | None:
        """The host's own IPv6 address on the network."""
        return self.address6(SHIM)

    def loopback(self, place: int) -> IPv4Address:
        """Given a place, return the loopback address on which a service talks to itself: in a shared namespace each has its own."""
        if not self.shared:
            return IPv4Address("127.0.0.1")
        digest = hashlib.sha256(self.name.encode()).digest()
        return IPv4Address(f"127.{64 + digest[0] % 128}.{digest[1]}.{place}")


def mac_for(address: IPv4Address) -> str:
    """Given an IPv4 address, return the MAC that engines before 25 derive from it, so that peers never relearn it."""
    return "02:42:" + ":".join(f"{octet:02x}" for octet in address.packed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Domain, ports and network: what a service is told before it describes itself.

    `caa` is what the file says; `public_caa`, where it says nothing, is the public CA that certifies some services, once known.
    """

    name: str
    domain: str
    aliases: tuple[str, ...]
    ports: PortMode
    admins: tuple[str, ...]
    apex: bool
    network: NetworkPlan
    caa: CaaSpec | None = None
    public_caa: CaaSpec | None = None
    enum: EnumSpec | None = None
    certificates: CertificatesSpec = field(default_factory=CertificatesSpec)

    def fqdn(self, label: str) -> str:
        """Given a host label, return the host name below the domain, without final dot."""
        return f"{label}.{self.domain}"

    def ports_for(self, standard: int) -> tuple[int, ...]:
        """Given the standard port of a listener, return the ports in use, the better one first."""
        return {"443": (443,), "standard": (standard,), "both": (443, standard)}[self.ports]

    def legs(self, address: IPv4Address, address6: IPv6Address | None, backend: int | None = None) -> tuple[Attachment, ...]:
        """Given a service's addresses and its place on the internal network if it has one, return its legs.

        On a macvlan its MAC is a stable one, on an ipvlan the parent's. In the host's namespace it is everywhere that the host is.
        """
        if self.network.shared:
            return (Attachment(network="host", address=address, address6=address6),)
        lan = Attachment(
            network="lan", address=address, address6=address6, mac="" if self.network.driver == "ipvlan" else mac_for(address)
        )
        return (lan,) if backend is None else (lan, Attachment(network="backend", address=self.network.backend[backend]))
