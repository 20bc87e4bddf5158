"""coturn's rule for peers, evaluated over a configuration's text, and the many ways to write one address.

The rule is read from the server's source (4.18: good_peer_addr, ioa_addr_in_range) with its traps; tests/stack compares it
with the running server, address by address.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

ALWAYS_REFUSED = tuple(
    IPv4Network(text) for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")
) + tuple(IPv6Network(text) for text in ("::/128", "::1/128", "fe80::/10", "fec0::/10", "fc00::/7", "ff00::/8"))


def embedded(address: Address) -> IPv4Address | None:
    """Given an address, return the IPv4 address that coturn sees in it: mapped, compatible, 6to4 or NAT64."""
    if isinstance(address, IPv4Address):
        return None
    packed = address.packed
    if packed[:12] in (b"\0" * 10 + b"\xff\xff", bytes.fromhex("0064ff9b") + b"\0" * 8):
        return IPv4Address(packed[12:])
    if packed[:2] == b"\x20\x02":
        return IPv4Address(packed[2:6])
    if packed[:12] == b"\0" * 12 and int(address) > 1:
        return IPv4Address(packed[12:])
    return None


def _below(one: Address, other: Address) -> bool:
    return int(one) <= int(other) if one.version == other.version else one.version < other.version


def _covers(text: str, peer: Address) -> bool:
    first, _, last = text.partition("-")
    low, high = ip_address(first), ip_address(last or first)
    inner = embedded(peer)
    if low.version == 4 and inner is not None:
        peer = inner
    # An unspecified end is no end at all, whatever the family: the trap that the generated ranges avoid.
    return (int(low) == 0 or _below(low, peer)) and (int(high) == 0 or _below(peer, high))


def permitted(configuration: str, peer: str) -> bool:
    """Given a configuration's text and a peer, return whether coturn relays to it."""
    address = ip_address(peer)
    seen = embedded(address) or address
    if any(seen in network for network in ALWAYS_REFUSED):
        return False
    rules = [
        line.split("=", 1) for line in configuration.splitlines() if line.split("=")[0] in ("allowed-peer-ip", "denied-peer-ip")
    ]
    if any(_covers(text, address) for key, text in rules if key == "allowed-peer-ip"):
        return True
    return not any(_covers(text, address) for key, text in rules if key == "denied-peer-ip")


def encodings(text: str) -> dict[str, str]:
    """Given an IPv4 address, return it in every IPv4-inside-IPv6 form, by the form's name."""
    four = int(IPv4Address(text))
    return {
        "mapped": str(IPv6Address(0xFFFF << 32 | four)),
        "compatible": str(IPv6Address(four)),
        "translated": str(IPv6Address(0xFFFF << 48 | four)),
        "nat64": str(IPv6Address(0x64FF9B << 96 | four)),
        "local nat64": str(IPv6Address(0x64FF9B0001 << 80 | four)),
        "6to4": str(IPv6Address(0x2002 << 112 | four << 80)),
        "6to4 host": str(IPv6Address(0x2002 << 112 | four << 80 | 1)),
        "teredo server": str(IPv6Address(0x20010000 << 96 | four << 64)),
        "teredo client": str(IPv6Address(0x20010000 << 96 | (four ^ 0xFFFFFFFF))),
    }


# First and last address of every range that is nobody's public address; those that the stack lives in are taken out by the test.
CLOSED4 = (
    *("0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255"),  # noqa: S104 - a peer, not a place to listen
    *("169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255"),
    *("192.0.2.0", "192.0.2.255", "192.88.99.0", "192.88.99.255", "192.168.0.0", "192.168.255.255", "198.18.0.0"),
    *("198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.1", "239.255.255.255"),
    *("240.0.0.1", "255.255.255.255"),
)
CLOSED6 = (
    *("::", "::1", "::2", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd12:3456::1", "fdff::ffff", "ff02::1", "ff0e::1"),
    *("64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9b:1::1", "64:ff9b:1:ffff::1", "100::1", "2001::1", "2001:0:ffff::1"),
    *("2001:1ff::1", "2001:db8::1", "2001:db8:ffff::1", "2002::1", "2002:ffff::1", "3fff::1", "3fff:fff::1", "5f00::1"),
)
OPEN4 = (
    *("1.0.0.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255"),
    *("169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255"),
    *("198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255"),
)
OPEN6 = ("2000::1", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1", "2003::1", "2600::1", "3ffe::1", "4000::1")
