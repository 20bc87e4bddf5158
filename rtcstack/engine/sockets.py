"""On which addresses and ports programs of this host wait, read from the kernel's files."""

import struct
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

_FILES = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
"""Files below /proc/net with the state of a socket that waits (include/net/tcp_states.h: LISTEN, and CLOSE for UDP)."""


def waiting() -> frozenset[tuple[str, str, int]]:
    """Return ("tcp" or "udp", address or "*" for every one, port) of every socket that waits for somebody."""
    found = set()
    for name, state in _FILES.items():
        try:
            lines = Path(f"/proc/net/{name}").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for row in (line.split() for line in lines):
            if row[3] == state:
                text, _, port = row[1].partition(":")
                found.add((name[:3], _address(text), int(port, 16)))
    return frozenset(found)


def _address(text: str) -> str:
    # In words of 32 bits, each in the machine's own order.
    packed = b"".join(struct.pack("=I", int(text[at : at + 8], 16)) for at in range(0, len(text), 8))
    address = IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)
    return "*" if address.is_unspecified else str(address)
