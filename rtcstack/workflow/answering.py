"""Is an address that we are about to use already somebody's? Asked on the LAN before a container takes it."""

from collections.abc import Sequence

from rtcstack.change.operation import Action, Operation
from rtcstack.change.refusal import Facts, refusals
from rtcstack.engine import links
from rtcstack.engine.docker import Engine
from rtcstack.errors import Problem
from rtcstack.render.compose import container_name
from rtcstack.workflow.context import Installation

_SCRIPT = """
link=$1; shift
for address in "$@"; do
    (
        case $address in
        *:*) ping -6 -q -c 1 -W 1 -I "$link" "$address" >/dev/null 2>&1
             ip -6 neigh show to "$address" dev "$link" | grep -q lladdr && echo "$address" ;;
        *) arping -q -D -c 2 -w 2 -I "$link" "$address" >/dev/null 2>&1 || echo "$address" ;;
        esac
    ) &
done
wait
"""


def on_the_lan(installation: Installation, engine: Engine, tools: str, steps: Sequence[Operation]) -> tuple[Problem, ...]:
    """Given what will be done, return the addresses to be taken now at which somebody else answers already.

    Only a LAN can answer: on a private parent there is nobody. The steps' own containers do not exist yet.
    """
    stack = installation.stack
    if stack.site.network.private:
        return ()
    created = {step.target for step in steps if step.action is Action.CREATE}
    addresses = [
        address
        for service in stack.services
        if any(container_name(stack.site.name, container.name) in created for container in service.containers)
        for address in service.addresses
        if any(leg.network == "lan" for container in service.containers for leg in container.attachments)
    ]
    addresses += links.to_be_given(stack)
    if not addresses:
        return ()
    argv = ["sh", "-c", _SCRIPT, "answering", stack.site.network.parent, *map(str, addresses)]
    result = engine.run(tools, argv, network="host", capabilities=("NET_RAW",))
    answering = set(result.stdout.decode().split())
    facts = Facts(
        links={stack.site.network.parent: True}, answering=tuple(address for address in addresses if str(address) in answering)
    )
    return refusals(stack, facts)
