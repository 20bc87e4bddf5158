"""Addresses that somebody else's router translates one to one: processes are bound to ours, the world is told the public one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from rtcstack.errors import Problem
from rtcstack.plan.listener import Address

if TYPE_CHECKING:
    from rtcstack.plan.stack import StackPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAddress:
    """An IPv4 address of a service, the option that gives its public one, and that one if there is any."""

    key: str
    address: IPv4Address
    public: IPv4Address | None


def mapping(addresses: Iterable[PublicAddress]) -> Mapping[Address, IPv4Address]:
    """Given addresses, return the public one of each that has one."""
    return {found.address: found.public for found in addresses if found.public is not None}


def of_stack(stack: "StackPlan") -> Mapping[Address, IPv4Address]:
    """Given the plan, return the public address of each address that has one."""
    return mapping(found for service in stack.services for found in service.public)


def problems(stack: "StackPlan") -> Iterator[Problem]:
    """Given the plan, yield what cannot be: one address for two, one of our own network, or only some of a service's."""
    network = stack.site.network
    taken: dict[IPv4Address, str] = {}
    for service in stack.services:
        some = any(found.public is not None for found in service.public)
        for found in service.public:
            where = f"services.{service.name}.{found.key}"
            if found.public is None:
                if some:
                    yield Problem(where, f"is missing: {found.address} would be in the zone, where nobody outside reaches it")
            elif found.public in taken:
                yield Problem(where, f"{found.public} is already the public address of {taken[found.public]}: each needs its own")
            elif found.public in network.subnet:
                yield Problem(where, f"{found.public} is in the network's own subnet {network.subnet}: remove the line")
            else:
                taken[found.public] = f"service {service.name}"
