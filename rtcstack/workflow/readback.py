"""After containers were made: read address, MAC and default route back from inside their namespaces, as engines differ."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address

from rtcstack.change.operation import Action, Operation
from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.plan.container import Attachment, Container
from rtcstack.plan.site import NetworkPlan
from rtcstack.render.compose import container_name
from rtcstack.workflow.context import Installation

_NEXT = 4
"""Column of /proc/net/ipv6_route with the next hop; the second has the length of the destination."""
MADE = (Action.CREATE, Action.RECREATE)
_SCRIPT = (
    'for link in /sys/class/net/*; do echo "link ${link##*/} $(cat "$link/address")"; done; '
    "sed 's/^/route /' /proc/net/route; sed 's/^/address6 /' /proc/net/if_inet6; "
    "sed 's/^/route6 /' /proc/net/ipv6_route"
)


def check(installation: Installation, engine: Engine, steps: tuple[Operation, ...]) -> None:
    """Given what was done, look inside every container that was made with an address. Raise WorldError for what differs."""
    site = installation.stack.site
    made = {step.target for step in steps if step.action in MADE}
    problems = []
    for service in installation.stack.services:
        for container in service.containers:
            name = container_name(site.name, container.name)
            leg = lan_leg(container)
            if name in made and leg is not None:
                seen = engine.exec(name, ["sh", "-c", _SCRIPT])
                # A container that ended again shows nothing; why it ended is for the probes and its log to tell.
                if seen.exit_code == 0:
                    found = differences(leg, site.network, seen.stdout.decode(errors="replace"))
                    problems += [f"  {container.name}: {problem}" for problem in found]
    if problems:
        raise WorldError("the engine gave containers other addresses than asked for:\n" + "\n".join(problems))


def lan_leg(container: Container) -> Attachment | None:
    """Given a container, return its leg on the macvlan, or None."""
    return next((leg for leg in container.attachments if leg.network == "lan"), None)


def differences(leg: Attachment, network: NetworkPlan, seen: str) -> list[str]:
    """Given the leg as asked for and what the namespace shows, return what differs, as sentences."""
    rows = [line.split() for line in seen.splitlines()]
    links = {row[1]: row[2] for row in rows if row[0] == "link" and len(row) > 2}
    routes = [row[1:] for row in rows if row[0] == "route" and row[1] != "Iface"]
    found = []
    if leg.mac and leg.mac not in links.values():
        found.append(f"no link has the MAC {leg.mac}")
    gateway = "".join(f"{octet:02X}" for octet in reversed(network.gateway.packed))
    defaults = [row for row in routes if int(row[1], 16) == 0]
    if not any(row[2] == gateway and links.get(row[0]) == (leg.mac or links.get(row[0])) for row in defaults):
        found.append(f"its default route does not lead to {network.gateway}")
    if leg.address6 is not None and not leads_to(network.gateway6, [row[1:] for row in rows if row[0] == "route6"]):
        found.append(f"its default route does not lead to {network.gateway6}")
    if leg.address6 is not None:
        addresses = {row[1] for row in rows if row[0] == "address6"}
        if leg.address6.exploded.replace(":", "") not in addresses:
            found.append(f"it has not the address {leg.address6}")
    return found


def leads_to(gateway: IPv6Address | None, routes: Iterable[Sequence[str]]) -> bool:
    """Given a gateway and the rows of /proc/net/ipv6_route, return whether a default route goes there."""
    wanted = "" if gateway is None else gateway.packed.hex()
    return any(row[1] == "00" and row[4] == wanted for row in routes if len(row) > _NEXT)
