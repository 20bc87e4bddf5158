"""What cannot work here, found before anything is touched: each refusal names the key in the file and the remedy. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from rtcstack.change import refusal_host
from rtcstack.change.refusal_host import OwnNetwork
from rtcstack.errors import Problem
from rtcstack.plan.listener import Address
from rtcstack.plan.stack import StackPlan

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one look at the host and the engine tells.

    `links` maps each link of the host to whether it is up; `routes` are (destination, link) without default routes; `taken`
    maps subnets of the engine's other networks to their names; `parents` maps links that other networks of the engine use as
    parent to the network; `ipv6` tells whether new links get IPv6; `answering` are our addresses at which somebody else
    answers on the LAN, `own` tells of the host's own.
    """

    links: Mapping[str, bool] = field(default_factory=dict)
    routes: tuple[tuple[Network, str], ...] = ()
    taken: Mapping[Network, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    ipv6: bool = True
    rootless: bool = False
    desktop: bool = False
    answering: tuple[Address, ...] = ()
    own: OwnNetwork = field(default_factory=OwnNetwork)


def refusals(stack: StackPlan, facts: Facts) -> tuple[Problem, ...]:
    """Given the plan and the facts, return every reason why it cannot work here."""
    return (
        *_engine(stack, facts),
        *_ipv6(stack, facts),
        *_parent(stack, facts),
        *_overlaps(stack, facts),
        *refusal_host.refusals(stack, facts.own),
        *_answering(stack, facts),
    )


def _engine(stack: StackPlan, facts: Facts) -> Iterator[Problem]:
    what = "addresses of this host" if stack.site.network.shared else f"a {stack.site.network.driver}"
    if facts.desktop:
        yield Problem(
            "network.driver", f"Docker Desktop cannot use {what}: its engine is in a machine of its own; use one on Linux"
        )
    elif facts.rootless:
        yield Problem(
            "network.driver", f"a rootless engine cannot use {what}: use the system's engine (`docker context use default`)"
        )


def _ipv6(stack: StackPlan, facts: Facts) -> Iterator[Problem]:
    if stack.site.network.subnet6 is not None and not facts.ipv6:
        yield Problem(
            "network.subnet6",
            "IPv6 is switched off on this host: remove the line, or type "
            "`sudo sysctl net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0`",
        )


def _parent(stack: StackPlan, facts: Facts) -> Iterator[Problem]:
    network = stack.site.network
    if not network.private:
        below = network.vlan[0] if network.vlan is not None and network.parent not in facts.links else network.parent
        if below not in facts.links:
            known = ", ".join(sorted(set(facts.links) - {"lo"})) or "none"
            yield Problem("network.parent", f"there is no link {below} on this host (there are: {known})")
        elif not facts.links[below]:
            yield Problem("network.parent", f"{below} is down: type `sudo ip link set {below} up`")
    if network.parent in facts.parents and not network.shared:
        other = facts.parents[network.parent]
        yield Problem(
            "network.parent", f"{network.parent} already carries the network {other}: remove it (`docker network rm {other}`)"
        )


def _overlaps(stack: StackPlan, facts: Facts) -> Iterator[Problem]:
    network = stack.site.network
    ours = {network.parent, network.peer, network.shim}
    wanted: list[tuple[str, Network]] = [("network.subnet", network.subnet), ("network.backend", network.backend)]
    if network.subnet6 is not None:
        wanted.append(("network.subnet6", network.subnet6))
    for path, subnet in wanted:
        for route, link in facts.routes:
            if route.version == subnet.version and route.overlaps(subnet) and not (link in ours and path != "network.backend"):
                yield Problem(path, f"{subnet} overlaps the host's route {route} on {link}: choose another")
                break
        for other, name in facts.taken.items():
            if other.version == subnet.version and other.overlaps(subnet):
                yield Problem(path, f"{subnet} overlaps {other} of the engine's network {name}: choose another")


def _answering(stack: StackPlan, facts: Facts) -> Iterator[Problem]:
    for service in stack.services:
        for address in service.addresses:
            if address in facts.answering:
                key = "address" if address.version == 4 else "address6"
                yield Problem(
                    f"services.{service.name}.{key}", f"somebody already answers at {address} on the LAN: choose a free address"
                )
