"""Addresses and ports of the host itself, for the driver `host`: given to it when asked, and taken back to the last one.

What was not there before is written down below /run, which lives as long as the kernel's own memory of addresses and settings.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from rtcstack.plan.listener import Address
from rtcstack.plan.site import NetworkPlan
from rtcstack.plan.stack import StackPlan

STATE = "/run/rtcstack-{name}"
"""Directory with what the stack of that name changed: `addresses` ("ADDRESS/LENGTH LINK" a line), `port` (the
value before) and `vlan` (a link)."""
SETTING = "ipv4/ip_unprivileged_port_start"
"""Below /proc/sys/net: who is not root may listen from this port on (ip-sysctl, Linux 4.11)."""
PRIVILEGED = 1024
FORGET = 'rmdir "$state" 2>/dev/null || true'
RUN, NET = "${RUN:-/run}", "${NET:-/proc/sys/net}"
"""Where the script finds both directories; elsewhere if it runs in a container."""


def lowest_port(stack: StackPlan) -> int | None:
    """Given the plan, return the port from which everybody must be able to listen, or None if no service needs a low one."""
    if not stack.site.network.shared:
        return None
    ports = [listener.port for service in stack.services for listener in service.listeners if not listener.internal]
    return min((port for port in ports if port < PRIVILEGED), default=None)


def given(stack: StackPlan) -> tuple[str, ...]:
    """Given the plan, return the addresses to give to the parent, with their prefix lengths; none if the host has them already."""
    network = stack.site.network
    if not (network.shared and network.add_addresses):
        return ()
    return tuple(f"{address}/{_length(network, address)}" for address in bound(stack))


def bound(stack: StackPlan) -> tuple[Address, ...]:
    """Given the plan, return the host's addresses that services are bound to."""
    shared = (
        service for service in stack.services if any(leg.network == "host" for c in service.containers for leg in c.attachments)
    )
    return tuple(address for service in shared for address in service.addresses)


def script(stack: StackPlan) -> list[str]:
    """Given the plan, return the lines that make addresses and setting as the plan says, whatever an earlier plan said."""
    network = stack.site.network
    return [state(network), *_addresses(given(stack), network.parent), *_port(lowest_port(stack))]


def removal(network: NetworkPlan) -> list[str]:
    """Given the network, return the lines that take back whatever was changed for this stack."""
    return [state(network), *_addresses((), network.parent), *_port(None), FORGET]


def state(network: NetworkPlan) -> str:
    """Given the network, return the line that says where the script keeps what it changed."""
    return f'state="{RUN}"{STATE.format(name=network.stack).removeprefix("/run")}'


def _length(network: NetworkPlan, address: Address) -> int:
    subnets: Iterable[IPv4Network | IPv6Network | None] = (network.subnet, network.subnet6)
    return next((one.prefixlen for one in subnets if one is not None and address in one), address.max_prefixlen)


def _addresses(wanted: tuple[str, ...], link: str) -> list[str]:
    kept = " | ".join(f'"{one} {link}"' for one in wanted) or "none"
    lines = [
        'if [ -e "$state/addresses" ]; then',
        "    while read -r old on; do",
        f'        case "$old $on" in {kept}) ;; *) ip addr del "$old" dev "$on" 2>/dev/null || true ;; esac',
        '    done <"$state/addresses"',
        "fi",
    ]
    if not wanted:
        return [*lines, 'rm -f "$state/addresses"']
    return [
        *lines,
        'mkdir -p "$state"',
        'touch "$state/addresses"',
        ': >"$state/addresses.new"',
        f"for address in {' '.join(wanted)}; do",
        '    if [ -z "$(ip -o addr show to "${address%/*}")" ]; then',
        "        case $address in *:*) quick=nodad ;; *) quick= ;; esac",
        f'        echo "$address {link}" >>"$state/addresses"',
        f'        ip addr add "$address" dev {link} $quick',
        "    fi",
        f'    ! grep -qxF "$address {link}" "$state/addresses" || echo "$address {link}" >>"$state/addresses.new"',
        "done",
        'mv "$state/addresses.new" "$state/addresses"',
    ]


def _port(port: int | None) -> list[str]:
    setting = f'"{NET}/{SETTING}"'
    if port is None:
        return [
            'if [ -e "$state/port" ]; then',
            '    read -r before <"$state/port"',
            '    rm "$state/port"',
            # The last stack of this machine that needs it gives it back.
            f'    for other in "{RUN}"/rtcstack-*/port; do',
            '        [ ! -e "$other" ] || kept=yes',
            "    done",
            f'    [ -n "${{kept-}}" ] || echo "$before" >{setting}',
            "fi",
        ]
    return [
        # Not `read`, which takes byte by byte: such a file gives all at the first one.
        f"now=$(cat {setting})",
        "before=$now",
        # Another stack may have changed it already; then that one knows what it was.
        f'for other in "{RUN}"/rtcstack-*/port; do',
        '    [ ! -e "$other" ] || read -r before <"$other"',
        "done",
        f'if [ "$before" -gt {port} ]; then',
        '    mkdir -p "$state"',
        '    [ -e "$state/port" ] || echo "$before" >"$state/port"',
        f'    [ "$now" -le {port} ] || echo {port} >{setting}',
        "fi",
    ]
