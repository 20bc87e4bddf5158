"""What a firewall in front must let in: exactly where services listen, and the ports that relays receive at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from rtcstack.plan.listener import Address, Transport
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan

Carrier = Literal["tcp", "udp"]
CARRIERS: tuple[Carrier, ...] = ("tcp", "udp")
CARRIER: dict[Transport, Carrier] = {Transport.UDP: "udp", Transport.DTLS: "udp", Transport.TCP: "tcp", Transport.TLS: "tcp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Ports of one address over one transport, as (first, last); `protocols` says what for, `public` what others send to."""

    service: str
    address: Address
    public: Address | None
    transport: Carrier
    ports: tuple[tuple[int, int], ...]
    protocols: tuple[str, ...]


def openings(stack: StackPlan) -> tuple[Opening, ...]:
    """Given the plan, return its openings by service, address and transport, in that order."""
    found = [one for service in stack.services for one in _of(service)]
    return tuple(found)


def _of(service: ServicePlan) -> Iterator[Opening]:
    wanted: list[tuple[Address, Carrier, int, int, str]] = [
        (entry.address, CARRIER[entry.transport], entry.port, entry.port, str(entry.protocol))
        for entry in service.listeners
        if not entry.internal
    ]
    wanted += [(relay.address, CARRIER[relay.transport], relay.first, relay.last, "relay") for relay in service.relays]
    told: dict[Address, Address | None] = {found.address: found.public for found in service.public}
    for address in service.addresses:
        for transport in CARRIERS:
            here = [(first, last, what) for where, carrier, first, last, what in wanted if (where, carrier) == (address, transport)]
            if here:
                yield Opening(
                    service=service.name,
                    address=address,
                    public=told.get(address),
                    transport=transport,
                    ports=tuple(key for key, _ in groupby(sorted({(first, last) for first, last, _ in here}))),
                    protocols=tuple(dict.fromkeys(what for _, _, what in here)),
                )


def text(ports: Iterable[tuple[int, int]]) -> str:
    """Given ports, return them as people and nftables write them: "443, 49152-65535"."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ports)
