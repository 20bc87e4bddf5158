"""After addresses came to new places: tell the LAN, whose neighbours and routers else send to the old one for a while."""

from collections.abc import Sequence

from rtcstack.change.operation import Action, Operation
from rtcstack.engine import host
from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.plan.listener import Address
from rtcstack.plan.stack import StackPlan
from rtcstack.render import host_addresses
from rtcstack.render.announcement import frames
from rtcstack.render.compose import container_name
from rtcstack.workflow.context import Installation
from rtcstack.workflow.readback import MADE, lan_leg

TIMES = 2
_MOVED = (*MADE, Action.LINK)


def on_the_lan(installation: Installation, engine: Engine, tools: str, steps: Sequence[Operation]) -> None:
    """Given what was done, announce every address of a container that was made, or of this host. Raise WorldError.

    On a private parent there is nobody to tell.
    """
    network = installation.stack.site.network
    told = _of_the_host(installation.stack, steps) if network.shared else _of_containers(installation.stack, steps)
    if network.private or not told:
        return
    lines = "".join(f"{frame.hex()}\n" for frame in frames(told)).encode()
    argv = ["send-frames", network.parent, str(TIMES)]
    result = engine.run(tools, argv, network="host", capabilities=("NET_RAW",), stdin=lines)
    if result.exit_code != 0:
        detail = result.stderr.decode(errors="replace").strip()
        raise WorldError(f"the new addresses could not be announced: {detail}", hint="Type `rtcstack check`.")


def _of_containers(stack: StackPlan, steps: Sequence[Operation]) -> list[tuple[Address, str]]:
    made = {step.target for step in steps if step.action in MADE}
    containers = [c for service in stack.services for c in service.containers if container_name(stack.site.name, c.name) in made]
    legs = [leg for leg in map(lan_leg, containers) if leg is not None]
    # On an ipvlan everybody has the parent's.
    shared = host.mac(stack.site.network.parent)
    return [(address, leg.mac or shared) for leg in legs for address in (leg.address, leg.address6) if address is not None]


def _of_the_host(stack: StackPlan, steps: Sequence[Operation]) -> list[tuple[Address, str]]:
    if not any(step.action in _MOVED for step in steps):
        return []
    mac = host.mac(stack.site.network.parent)
    return [(address, mac) for address in host_addresses.bound(stack)] if mac else []
