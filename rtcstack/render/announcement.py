"""Frames that tell a LAN where an address is now: neighbours remember for minutes, routers for hours, where it was before."""

import struct
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

from rtcstack.plan.listener import Address

_ARP, _IPV6, _ICMPV6 = 0x0806, 0x86DD, 58
_ALL_NODES = IPv6Address("ff02::1")
_OVERRIDE = 0x20000000
"""Flag of a neighbour advertisement: forget what you knew (RFC 4861 section 4.4)."""


def frames(places: Iterable[tuple[Address, str]]) -> list[bytes]:
    """Given addresses and the MAC that each is at, return one whole Ethernet frame for each."""
    return [_gratuitous(address, mac) if address.version == 4 else _advertisement(address, mac) for address, mac in places]


def _packed(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def _gratuitous(address: IPv4Address, mac: str) -> bytes:
    # An ARP announcement (RFC 5227 section 3): a request for the address that one has.
    own = _packed(mac)
    body = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, own, address.packed, bytes(6), address.packed)
    return b"\xff" * 6 + own + struct.pack("!H", _ARP) + body


def _advertisement(address: IPv6Address, mac: str) -> bytes:
    # An unsolicited neighbour advertisement (RFC 4861 section 7.2.6).
    own = _packed(mac)
    option = struct.pack("!BB6s", 2, 1, own)
    head = struct.pack("!BBHI16s", 136, 0, 0, _OVERRIDE, address.packed)
    size = len(head) + len(option)
    pseudo = address.packed + _ALL_NODES.packed + struct.pack("!II", size, _ICMPV6)
    checked = head[:2] + struct.pack("!H", _checksum(pseudo + head + option)) + head[4:] + option
    packet = struct.pack("!IHBB16s16s", 6 << 28, size, _ICMPV6, 255, address.packed, _ALL_NODES.packed) + checked
    return b"\x33\x33" + _ALL_NODES.packed[12:] + own + struct.pack("!H", _IPV6) + packet


def _checksum(data: bytes) -> int:
    # RFC 1071; everything here is of even length.
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
