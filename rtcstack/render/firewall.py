"""The rules of a firewall in front, for nftables: what is needed comes in, whatever else is meant for a service does not.

Only packets to the services are judged, so that the rules stand beside those of anybody else. Replaced as a whole by loading.
"""

from collections.abc import Iterable

from rtcstack.plan.listener import Address
from rtcstack.plan.opening import Opening, openings, text
from rtcstack.plan.stack import StackPlan
from rtcstack.render.template import render

ICMP = ("destination-unreachable", "echo-request", "parameter-problem", "time-exceeded")
ICMPV6 = (*ICMP[:2], "packet-too-big", *ICMP[2:], "nd-neighbor-solicit", "nd-neighbor-advert")
"""What must pass for connections to work (RFC 4890 section 4.3): the size of packets is found out by it."""


def ruleset(stack: StackPlan) -> str:
    """Given the plan, return the file for `nft -f`."""
    network = stack.site.network
    found = openings(stack)
    # On a rented server the provider translates; elsewhere it is the same machine that filters.
    translated = [] if network.shared else [one for one in found if one.public is not None]
    content = render(
        __package__,
        "firewall.nft.j2",
        table="rtcstack_" + stack.site.name.replace("-", "_"),
        shared=network.shared,
        rules=[{"match": _match(one), "comment": f"{one.service}: {', '.join(one.protocols)}"} for one in found],
        addresses={family: _addresses(found, version) for family, version in (("ip", 4), ("ip6", 6))},
        icmp=", ".join(ICMP),
        icmpv6=", ".join(ICMPV6),
        translated=[{"opening": one, "ports": text(one.ports)} for one in translated],
        pairs=dict.fromkeys((one.address, one.public) for one in translated),
        subnet=network.subnet,
    )
    return content.decode()


def forwarding(stack: StackPlan) -> tuple[str, ...]:
    """Given the plan, return what a router must forward for the public addresses, a sentence for each."""
    lines: dict[tuple[Address, Address], list[str]] = {}
    for one in openings(stack):
        if one.public is not None:
            lines.setdefault((one.public, one.address), []).append(f"{one.transport} {text(one.ports)}")
    return tuple(
        f"The router must forward {public} to {address}: {' and '.join(what)}; and send what {address} sends as {public}."
        for (public, address), what in lines.items()
    )


def _match(one: Opening) -> str:
    family = "ip" if one.address.version == 4 else "ip6"
    return f"{family} daddr {one.address} {one.transport} dport {{ {text(one.ports)} }}"


def _addresses(found: Iterable[Opening], version: int) -> str:
    return ", ".join(dict.fromkeys(str(one.address) for one in found if one.address.version == version))
