"""What the host's own network looks like, read from the kernel's files: no root, no commands, a few milliseconds."""

import socket
import struct
from array import array
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

from rtcstack.plan.listener import Address

Network = IPv4Network | IPv6Network
_UP, _REJECT = 0x1, 0x200


def links() -> dict[str, bool]:
    """Return every link of this network namespace and whether it is up."""
    found = {}
    for _, name in socket.if_nameindex():
        try:
            flags = int(Path(f"/sys/class/net/{name}/flags").read_text(), 16)
        except OSError:
            flags = 0
        found[name] = bool(flags & _UP)
    return found


def ipv6() -> bool:
    """Return whether links that are made now get IPv6 (the kernel's boot option or sysctl may have switched it off)."""
    return all(_rows(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6") == [["0"]] for which in ("all", "default"))


def unprivileged_port() -> int:
    """Return the first port on which anybody may listen (ip-sysctl: ip_unprivileged_port_start)."""
    rows = _rows("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    return int(rows[0][0]) if rows else 1024


def routes() -> tuple[tuple[Network, str], ...]:
    """Return the routes of the main tables as (destination, link), default, link-local and local ones left out."""
    return (*_routes4(), *_routes6())


def _routes4() -> list[tuple[Network, str]]:
    found: list[tuple[Network, str]] = []
    for row in _rows("/proc/net/route")[1:]:
        destination, mask = (IPv4Address(struct.pack("<L", int(row[column], 16))) for column in (1, 7))
        if int(mask) and int(row[3], 16) & _UP:
            found.append((IPv4Network((int(destination), int(mask).bit_count())), row[0]))
    return found


def _routes6() -> list[tuple[Network, str]]:
    found: list[tuple[Network, str]] = []
    for row in _rows("/proc/net/ipv6_route"):
        network = IPv6Network((int(row[0], 16), int(row[1], 16)))
        flags, link = int(row[8], 16), row[9]
        if network.prefixlen and flags & _UP and not flags & _REJECT and link != "lo" and not network.is_link_local:
            if network.network_address.is_multicast:
                continue
            found.append((network, link))
    return found


def _rows(path: str) -> list[list[str]]:
    try:
        return [line.split() for line in Path(path).read_text().splitlines()]
    except OSError:
        return []


def link_to(address: Address) -> str:
    """Given an address, return the link that the most specific route sends it to, or "" if only a default route would."""
    best, name = -1, ""
    for network, link in routes():
        if network.version == address.version and address in network and network.prefixlen > best:
            best, name = network.prefixlen, link
    return name


def kind(link: str) -> str:
    """Given a link, return the name of its driver, like "macvlan"; "" if the kernel tells none."""
    import fcntl  # noqa: PLC0415 - only Linux has it

    told = array("B", struct.pack("I192x", 3))  # ETHTOOL_GDRVINFO, whose second field is the driver's name
    request = struct.pack("16sP", link.encode(), told.buffer_info()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            fcntl.ioctl(probe.fileno(), 0x8946, request)  # SIOCETHTOOL
        except OSError:
            return ""
    return told.tobytes()[4:36].split(b"\0", maxsplit=1)[0].decode("ascii", errors="replace")


def wireless(link: str) -> bool:
    """Given a link, return whether it is Wi-Fi."""
    return any(Path(f"/sys/class/net/{link}/{name}").exists() for name in ("wireless", "phy80211"))


def vendor() -> str:
    """Return who the firmware says made this machine, "" if it says nothing; rented machines name the provider."""
    return " ".join(_rows("/sys/class/dmi/id/sys_vendor")[:1][0]) if _rows("/sys/class/dmi/id/sys_vendor") else ""


def mac(link: str) -> str:
    """Given a link, return its MAC, or "" if it has none."""
    try:
        found = Path(f"/sys/class/net/{link}/address").read_text(encoding="ascii").strip()
    except OSError:
        return ""
    return found if found.count(":") == 5 else ""


def addresses(link: str) -> frozenset[Address]:
    """Given a link, return its IPv6 addresses and, by the routes' source, its IPv4 ones."""
    found: set[Address] = set()
    for row in _rows("/proc/net/if_inet6"):
        if row[5] == link:
            found.add(IPv6Address(int(row[0], 16)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        import fcntl  # noqa: PLC0415 - only Linux has it, and only this function needs it

        try:
            answer = fcntl.ioctl(probe.fileno(), 0x8915, struct.pack("256s", link.encode()))  # SIOCGIFADDR, netdevice(7)
            found.add(IPv4Address(answer[20:24]))
        except OSError:
            pass
    return frozenset(found)
