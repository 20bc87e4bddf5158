"""Addresses that the file says others give out (`network.avoid`): none of ours may be among them."""

from collections.abc import Iterator

from rtcstack.errors import Problem
from rtcstack.plan.listener import Address
from rtcstack.plan.site import CLIENT, PLACES, NetworkPlan
from rtcstack.spec.model import NetworkSpec
from rtcstack.spec.ranges import AddressRange


def outside(spec: NetworkSpec) -> Iterator[Problem]:
    """Given the spec, return a problem for each range that is not of this network: a slip of the pen, which would avoid nothing."""
    for number, item in enumerate(spec.avoid):
        subnet = spec.subnet if item.first.version == 4 else spec.subnet6
        if subnet is None:
            yield Problem(f"network.avoid[{number}]", f"{item} is IPv6, and there is no network.subnet6")
        elif item.first not in subnet or item.last not in subnet:
            yield Problem(f"network.avoid[{number}]", f"{item} is outside the network's subnet {subnet}")


def within(network: NetworkPlan, address: Address) -> AddressRange | None:
    """Given an address, return the range to avoid that it lies in, or None."""
    return next((item for item in network.avoid if address in item), None)


def fixed_places(network: NetworkPlan) -> Iterator[Problem]:
    """Given the network, return a problem for each place of the range, not a service's, that must be avoided."""
    places = {CLIENT + place: "a place from which `check` looks" for place in range(PLACES)}
    held: list[tuple[Address | None, str]] = []
    if network.has_shim:
        held += [(address, "the host's own shim") for address in (network.shim_address, network.shim_address6)]
    held += [(find(offset), what) for offset, what in places.items() for find in (network.address, network.address6)]
    for address, what in held:
        item = None if address is None else within(network, address)
        if address is not None and item is not None:
            # IPv4 places follow from the range; IPv6 ones are the same in every subnet.
            key, remedy = ("range", "choose another range") if address.version == 4 else ("avoid", "give out other addresses")
            yield Problem(f"network.{key}", f"{address}, {what}, is in {item}, which network.avoid keeps clear: {remedy}")
