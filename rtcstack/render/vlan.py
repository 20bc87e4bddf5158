"""The parent as a VLAN of another link: made if it is absent, taken away again only if it was."""

from rtcstack.plan.site import NetworkPlan
from rtcstack.render.host_addresses import FORGET, state


def script(network: NetworkPlan) -> list[str]:
    """Given the network, return the lines that make the parent and remember that it is ours; none if it is no VLAN."""
    if network.vlan is None:
        return []
    below, number = network.vlan
    return [
        state(network),
        f"if [ ! -e /sys/class/net/{network.parent} ]; then",
        '    mkdir -p "$state"',
        f'    echo {network.parent} >"$state/vlan"',
        f"    ip link add link {below} name {network.parent} type vlan id {number}",
        "fi",
        f'[ ! -e "$state/vlan" ] || ip link set {network.parent} up',
    ]


def removal(network: NetworkPlan, keep: str = "") -> list[str]:
    """Given the network and a parent to keep, return the lines that take away what an earlier `script` made."""
    return [
        state(network),
        'if [ -e "$state/vlan" ]; then',
        '    read -r link <"$state/vlan"',
        f'    if [ "$link" != "{keep}" ]; then',
        '        [ ! -e "/sys/class/net/$link" ] || ip link del "$link"',
        '        rm "$state/vlan"',
        "    fi",
        "fi",
        FORGET,
    ]
