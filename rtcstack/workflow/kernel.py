"""What this machine's kernel lacks for the network: tried in a namespace that goes with its container, before anything is made."""

from collections.abc import Sequence

from rtcstack.change.operation import Action, Operation
from rtcstack.engine import host
from rtcstack.engine.docker import Engine
from rtcstack.errors import Problem
from rtcstack.plan.site import NetworkPlan

KINDS = {
    "macvlan": (
        "link add rtcprobe2 link rtcprobe0 type macvlan mode bridge",
        "network.driver",
        'this kernel has no macvlan (CONFIG_MACVLAN): load the module, or use driver "host"',
    ),
    "ipvlan": (
        "link add rtcprobe3 link rtcprobe0 type ipvlan mode l2",
        "network.driver",
        'this kernel has no ipvlan (CONFIG_IPVLAN): load the module, or use driver "macvlan" or "host"',
    ),
    "vlan": (
        "link add link rtcprobe0 name rtcprobe4 type vlan id 10",
        "network.parent",
        "this kernel cannot make VLAN links (CONFIG_VLAN_8021Q): load the module 8021q, or name a parent that exists",
    ),
}
"""By kind: what `ip` must be able to do with a link, the key of the file that asks for it, and the sentence."""
_SCRIPT = """
ip link add rtcprobe0 type veth peer name rtcprobe1 || exit 1
while read -r kind words; do
    # shellcheck disable=SC2086 - several words
    ip $words 2>/dev/null || echo "$kind"
done
"""


def lacking(engine: Engine, tools: str, network: NetworkPlan, steps: Sequence[Operation]) -> tuple[Problem, ...]:
    """Given the network and what will be done, return what the kernel cannot do of it. Raise WorldError if it cannot be asked."""
    if not any(step.action in (Action.LINK, Action.CREATE_NETWORK, Action.REPLACE_NETWORK) for step in steps):
        return ()
    if not (wanted := kinds(network)):
        return ()
    lines = "".join(f"{kind} {KINDS[kind][0]}\n" for kind in wanted).encode()
    result = engine.run(tools, ["sh", "-c", _SCRIPT], capabilities=("NET_ADMIN",), stdin=lines)
    if result.exit_code != 0:
        return (Problem("network.driver", f"this kernel makes no links for containers: {result.stderr.decode().strip()}"),)
    missing = result.stdout.decode().split()
    return tuple(Problem(KINDS[kind][1], KINDS[kind][2]) for kind in wanted if kind in missing)


def kinds(network: NetworkPlan) -> list[str]:
    """Given the network, return the kinds of links that it needs."""
    made = network.vlan is not None and network.parent not in host.links()
    return [*([] if network.shared else [network.driver]), *(["vlan"] if made else [])]
