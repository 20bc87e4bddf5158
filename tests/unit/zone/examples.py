"""What the tests here share: a stack of one service that offers a little of everything."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.plan.record import Record, address_record, naptr, not_offered, srv
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.spec.model import ServiceOptions
from tests.unit.sites import demo_site

FOUR, SIX = IPv4Address("198.51.100.14"), IPv6Address("2001:db8:1000:2000::14")
INTERNAL = IPv4Address("10.201.17.2")


def listeners() -> tuple[Listener, ...]:
    """Return SIP over TLS, XMPP with STARTTLS and TURN over DTLS on 443 of both addresses, and an internal database."""
    found = []
    for address in (FOUR, SIX):
        found += [
            Listener(address=address, port=443, transport=Transport.TLS, protocol=Protocol.SIP, identity="falcot.com"),
            Listener(address=address, port=443, transport=Transport.TCP, protocol=Protocol.XMPP_CLIENT, starttls=True),
            Listener(address=address, port=443, transport=Transport.DTLS, protocol=Protocol.TURN, identity="gw.falcot.com"),
        ]
    database = Listener(address=INTERNAL, port=3306, transport=Transport.TCP, protocol=Protocol.MYSQL, internal=True)
    return (*found, database)


def records() -> tuple[Record, ...]:
    """Return records that are right for these listeners."""
    return (
        address_record("gw.falcot.com", FOUR, "the gateway"),
        address_record("gw.falcot.com", SIX, "the gateway"),
        naptr("falcot.com", 10, 10, "SIPS+D2T", "_sips._tcp.falcot.com", "phones get TLS"),
        srv("_sips._tcp.falcot.com", 0, 443, "gw.falcot.com", "SIP over TLS"),
        srv("_xmpp-client._tcp.falcot.com", 0, 443, "gw.falcot.com", "XMPP"),
        srv("_turns._udp.falcot.com", 0, 443, "gw.falcot.com", "TURN over DTLS", required=False),
        not_offered("_sip._udp.falcot.com", "SIP over UDP is not offered", "phones without TLS cannot connect"),
    )


def stack(*found: Record, site: Site | None = None, remarks: tuple[str, ...] = ()) -> StackPlan:
    """Given records (by default the right ones), return a stack whose one service has them."""
    service = ServicePlan(
        name="gateway",
        role="sip",
        image="gateway",
        hostname="gw.falcot.com",
        address=FOUR,
        address6=SIX,
        options=ServiceOptions(),
        containers=(),
        listeners=listeners(),
        records=found or records(),
        remarks=remarks,
    )
    return StackPlan(site=site or demo_site(), services=(service,))


def with_aliases(*aliases: str) -> Site:
    """Given aliases, return the demo's site with these."""
    return replace(demo_site(), aliases=aliases)
