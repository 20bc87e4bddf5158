"""Which peers coturn never relays to, computed: every special range, and our own hosts singly.

coturn's rule (tried with 4.18): loopback, multicast, "this network", link-local and unique local addresses are refused
whatever is said; then the first allowed range wins; then any denied range refuses; the rest is relayed to. An IPv4 range also
covers its mapped, compatible, 6to4 and NAT64 forms, but not the local NAT64 prefix nor Teredo, so those prefixes are denied whole.

Two traps of coturn's range comparison, both avoided by starting at ::1: an IPv6 range from :: covers every IPv4 address,
and a single unspecified address covers everything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network

from rtcstack.plan.listener import Address
from rtcstack.plan.site import NetworkPlan

Network = IPv4Network | IPv6Network
Range = tuple[Address, Address]


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(IPv4Network(text) if "." in text else IPv6Network(text) for text in texts)


NEVER = _networks(
    "0.0.0.0/8",  # this network (RFC 791)
    "127.0.0.0/8",  # loopback (RFC 1122)
    "169.254.0.0/16",  # link-local, cloud metadata (RFC 3927)
    "224.0.0.0/4",  # multicast (RFC 5771)
    "240.0.0.0/4",  # reserved, limited broadcast (RFC 1112)
    "::/128",  # unspecified (RFC 4291)
    "::1/128",  # loopback (RFC 4291)
    "fe80::/10",  # link-local (RFC 4291)
    "fec0::/10",  # site-local (RFC 3879)
    "fc00::/7",  # unique local; coturn refuses it whatever is allowed (RFC 4193)
    "ff00::/8",  # multicast (RFC 4291)
)
"""Never relayed to, and never opened by `relay.allow`."""

EMBEDDING = _networks(
    "::/96",  # IPv4-compatible (RFC 4291)
    "::ffff:0:0/96",  # IPv4-mapped (RFC 4291)
    "::ffff:0:0:0/96",  # IPv4-translated (RFC 7915)
    "64:ff9b::/96",  # NAT64 (RFC 6052)
    "64:ff9b:1::/48",  # local NAT64 (RFC 8215)
    "2001::/32",  # Teredo (RFC 4380)
    "2002::/16",  # 6to4 (RFC 3056)
)
"""Every IPv4-inside-IPv6 form: another way to write an address that may be denied. Never opened either."""

SPECIAL = _networks(
    "192.0.0.0/24",  # protocol assignments (RFC 6890)
    "192.88.99.0/24",  # 6to4 relays (RFC 7526)
    "100::/64",  # discard-only (RFC 6666)
    "2001::/23",  # protocol assignments (RFC 2928)
    "5f00::/16",  # segment routing (RFC 9602)
)
"""Denied; opened only by `relay.allow`."""

HABITABLE = _networks(
    "10.0.0.0/8",  # private (RFC 1918)
    "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
    "172.16.0.0/12",  # private (RFC 1918)
    "192.0.2.0/24",  # documentation (RFC 5737)
    "192.168.0.0/16",  # private (RFC 1918)
    "198.18.0.0/15",  # benchmarks (RFC 2544)
    "198.51.100.0/24",  # documentation (RFC 5737)
    "203.0.113.0/24",  # documentation (RFC 5737)
    "2001:db8::/32",  # documentation (RFC 3849)
    "3fff::/20",  # documentation (RFC 9637)
)
"""Denied too, but for the subnet that the stack itself lives in: a phone on that LAN is a peer like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRules:
    """What coturn is told: ranges from first to last address. Allowed ones win."""

    allowed: tuple[Range, ...]
    denied: tuple[Range, ...]


def peer_rules(
    network: NetworkPlan, *, relays: Iterable[Address], hosts: Iterable[Address], opened: Iterable[Network]
) -> PeerRules:
    """Given the networks, the relays' own addresses, our other hosts and what the file opens, return the rules.

    Relays stay reachable: two people on our TURN servers must reach each other. An opened range does not open a host of ours
    that lies in it; naming that one address does. Nothing opens the backend.
    """
    relays = set(relays)
    backend = _span(network.backend)
    singles = [(host, host) for host in {*hosts, *_edges(network)} - relays]
    allowed = [(relay, relay) for relay in relays]
    for wanted in opened:
        ours = [] if wanted.num_addresses == 1 else singles
        allowed += _without([_span(wanted)], [backend, *ours])
    lived_in = [_span(subnet) for subnet in (network.subnet, network.subnet6) if subnet is not None]
    habitable = _without([_span(special) for special in HABITABLE], lived_in)
    closed = [_span(special) for special in (*NEVER, *EMBEDDING, *SPECIAL)]
    return PeerRules(allowed=_joined(allowed), denied=_joined([*closed, *habitable, backend, *singles]))


def _edges(network: NetworkPlan) -> Iterator[Address]:
    # The gateway and the host are not peers; broadcast reaches everybody, and the first IPv6 address every router (RFC 4291).
    yield from (network.gateway, network.shim_address, network.subnet[0], network.subnet[-1])
    yield from (address for address in (network.gateway6, network.shim_address6) if address is not None)
    if network.subnet6 is not None:
        yield network.subnet6[0]


def _span(network: Network) -> Range:
    return network[0], network[-1]


def _without(ranges: Iterable[Range], holes: Iterable[Range]) -> list[Range]:
    """Given ranges and holes, return what is left of the ranges."""
    left = list(ranges)
    for first, last in holes:
        pieces: list[Range] = []
        for low, high in left:
            if low.version != first.version or int(high) < int(first) or int(low) > int(last):
                pieces.append((low, high))
                continue
            if int(low) < int(first):
                pieces.append((low, first - 1))
            if int(high) > int(last):
                pieces.append((last + 1, high))
        left = pieces
    return left


def _joined(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Given ranges, return them in order, disjoint, neighbours joined, and none that begins at ::."""
    found: list[Range] = []
    for low, high in sorted(ranges, key=lambda item: (item[0].version, int(item[0]))):
        if found and found[-1][1].version == low.version and int(low) <= int(found[-1][1]) + 1:
            found[-1] = found[-1][0], max(found[-1][1], high, key=int)
        else:
            found.append((low, high))
    unspecified = IPv6Address(0)
    started = [(IPv6Address(1) if low == unspecified else low, high) for low, high in found]
    return tuple((low, high) for low, high in started if high != unspecified)
