"""Who answers for our addresses on the network: asked by ARP from a container beside the services. Two answers are a clash."""

import re
from collections.abc import Iterator, Mapping

from rtcstack.engine.docker import Engine
from rtcstack.engine.images import reference
from rtcstack.errors import WorldError
from rtcstack.plan.site import CLIENT, NetworkPlan
from rtcstack.plan.stack import StackPlan
from rtcstack.workflow.checks.verdict import Level, Observation
from rtcstack.workflow.readback import lan_leg
from rtcstack.workflow.visitor import visit

IMAGE, PLACE = "tools", CLIENT + 3
_SCRIPT = """
for address in "$@"; do arping -c 2 -w 1 -I eth0 "$address" 2>/dev/null & done
wait
"""
_REPLY = re.compile(r"reply from (\S+) \[([0-9A-Fa-f:]{17})\]")


def ask(engine: Engine, network: NetworkPlan, addresses: Mapping[str, str]) -> dict[str, set[str]]:
    """Given addresses (to whatever), return every MAC that answers for each. Raise WorldError if the container cannot run."""
    if not addresses:
        return {}
    argv = ["sh", "-c", _SCRIPT, "neighbours", *addresses]
    result = visit(engine, network, PLACE, reference(IMAGE), argv, capabilities=("NET_RAW",), seconds=15)
    if result.exit_code not in (0, 1):
        tail = result.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise WorldError(f"nobody could be asked on {network.title}: {' '.join(tail)}")
    return replies(result.stdout.decode(errors="replace"))


def replies(text: str) -> dict[str, set[str]]:
    """Given what arping told, return the MACs by address. Pure."""
    found: dict[str, set[str]] = {}
    for address, mac in _REPLY.findall(text):
        found.setdefault(address, set()).add(mac.lower())
    return found


def expected(stack: StackPlan) -> dict[str, str]:
    """Given the plan, return every IPv4 address on the network with the name of its service."""
    return {
        str(address): service.name
        for service in stack.services
        if any(lan_leg(container) for container in service.containers)
        for address in service.addresses
        if address.version == 4
    } | {
        str(leg.address): service.name
        for service in stack.services
        for container in service.containers
        if (leg := lan_leg(container)) is not None and leg.address is not None
    }


def observe(stack: StackPlan, found: Mapping[str, set[str]], parent: str = "") -> Iterator[Observation]:
    """Given the plan, who answered and the parent's MAC, everybody's on an ipvlan, yield an observation for each address. Pure.

    Nobody at all is for other checks to tell.
    """
    macs = {
        str(address): leg.mac or parent
        for service in stack.services
        for container in service.containers
        if (leg := lan_leg(container)) is not None
        for address in (leg.address, *service.extra_addresses)
        if address is not None
    }
    for address, service in expected(stack).items():
        strangers = sorted(found.get(address, set()) - {macs.get(address, "")})
        yield Observation(
            id=f"{service}.clash", service=service, level=Level.NEIGHBOURS, tried=f"who answers for {address} on the network",
            happened=f"{' and '.join(strangers)} too, which is not ours" if strangers else "we alone", ok=not strangers,
            remedy=f"Find the device with that MAC and give it another address, or move ours: `services.{service}.address`.",
        )  # fmt: skip
