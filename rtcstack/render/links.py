"""The script that makes the parent link and the host's shim: run by `up` in a container, and at boot before the engine starts.

One script for both, so that what comes back after a boot is what `up` made. It may be run again at any time.
"""

from ipaddress import IPv4Network, IPv6Network, ip_network

from rtcstack.plan.site import NetworkPlan
from rtcstack.plan.stack import StackPlan
from rtcstack.render import host_addresses, vlan
from rtcstack.render.template import HEADER

FILE = "links.sh"


def _parent(network: NetworkPlan) -> list[str]:
    # A veth pair, not a dummy (missing in some kernels) and not a bridge without ports (it has no carrier).
    return [
        f"[ -e /sys/class/net/{network.parent} ] || ip link add {network.parent} type veth peer name {network.peer}",
        f"ip link set {network.peer} up",
        f"ip link set {network.parent} up",
    ]


def _destinations(stack: StackPlan) -> list[IPv4Network | IPv6Network]:
    network = stack.site.network
    subnets: list[IPv4Network | IPv6Network] = [one for one in (network.subnet, network.subnet6) if one is not None]
    if network.private:
        return subnets
    inside = (address for service in stack.services for address in service.addresses if any(address in one for one in subnets))
    return [ip_network(address) for address in inside]


def _routes(stack: StackPlan) -> list[str]:
    shim = stack.site.network.shim
    return [f"ip {'-6 ' if to.version == 6 else ''}route replace {to} dev {shim}" for to in _destinations(stack)]


def _leftovers(stack: StackPlan) -> list[str]:
    # The shim is ours alone: what it still has of an earlier subnet or service would lead elsewhere, or hide what is new.
    network = stack.site.network
    lines = []
    for version, address in ((4, network.shim_address), (6, network.shim_address6)):
        ends = (f"ip -{version}", f"dev {network.shim}")
        # `ip` prints a single destination without its length.
        kept = [str(to).removesuffix(f"/{to.max_prefixlen}") for to in _destinations(stack) if to.version == version]
        if version == 6:
            kept += ["fe80::*", *([] if address is None else [str(address)])]
        own = "none" if address is None else f"{address}/{address.max_prefixlen}"
        lines += [
            f"{ends[0]} -o addr show {ends[1]} scope global | while read -r _ _ _ have _; do",
            f'    case $have in {own}) ;; *) {ends[0]} addr del "$have" {ends[1]} ;; esac',
            "done",
            f"{ends[0]} route show {ends[1]} | while read -r have _; do",
            f'    case $have in {" | ".join(kept) or "none"}) ;; *) {ends[0]} route del "$have" {ends[1]} ;; esac',
            "done",
        ]
    return lines


def _shim(stack: StackPlan) -> list[str]:
    network = stack.site.network
    mode = {"macvlan": "bridge", "ipvlan": "l2"}[network.driver]
    lines = [
        # One of another driver cannot be turned into it.
        f"if [ -e /sys/class/net/{network.shim} ] && ! ip -o -d link show {network.shim} | grep -qw {network.driver}; then",
        f"    ip link del {network.shim}",
        "fi",
        f"if [ ! -e /sys/class/net/{network.shim} ]; then",
        f"    ip link add {network.shim} link {network.parent} type {network.driver} mode {mode}",
        "fi",
        f"ip addr replace {network.shim_address}/32 dev {network.shim}",
    ]
    if network.shim_address6 is not None:
        lines += [
            # What a router advertises on the LAN is for the LAN's own link of this host.
            f'echo 0 >"{host_addresses.NET}/ipv6/conf/{network.shim}/accept_ra"',
            f"ip addr replace {network.shim_address6}/128 dev {network.shim} nodad",
        ]
    return [*lines, f"ip link set {network.shim} up", *_routes(stack), *_leftovers(stack)]


def links_script(stack: StackPlan) -> bytes:
    """Given the plan, return a POSIX shell script that makes the links, or one without commands if none are needed."""
    network = stack.site.network
    lines = [
        "#!/bin/sh",
        f"# {HEADER}",
        "# Run as root before the engine starts its containers, where there is no systemd.",
        "set -eu",
    ]
    if network.shared:
        # What another driver made.
        lines += [*host_addresses.script(stack), *(_gone(link) for link in (network.shim, network.name))]
    if network.private:
        lines += _parent(network)
    lines += vlan.script(network)
    if network.has_shim:
        lines += _shim(stack)
    return ("\n".join(lines) + "\n").encode()


def removal_script(stack: StackPlan) -> bytes:
    """Given the plan, return the script that takes the links away again; only those that rtcstack itself made."""
    network = stack.site.network
    made = [network.shim, *([network.parent] if network.private else [])]
    lines = ["set -eu", *map(_gone, made), *vlan.removal(network), *host_addresses.removal(network)]
    return ("\n".join(lines) + "\n").encode()


def _gone(link: str) -> str:
    return f"[ ! -e /sys/class/net/{link} ] || ip link del {link}"


def unit_file(stack: StackPlan, directory: str) -> bytes:
    """Given the plan and the absolute installation directory, return the systemd unit that brings the links back at boot."""
    lines = [
        f"# {HEADER}",
        "[Unit]",
        f"Description=Network links of the rtcstack {stack.site.name}",
        "Before=docker.service",
        "After=network-pre.target",
        "",
        "[Service]",
        "Type=oneshot",
        "RemainAfterExit=yes",
        f'ExecStart=/bin/sh "{directory}/compose/{FILE}"',
        "",
        "[Install]",
        "WantedBy=multi-user.target docker.service",
        "",
    ]
    return "\n".join(lines).encode()
