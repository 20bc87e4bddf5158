"""How a phone finds the server from an address like sip:roland@falcot.com: NAPTR, SRV, then A and AAAA (RFC 3263)."""

from collections.abc import Iterator

from rtcstack.plan.listener import Address
from rtcstack.plan.record import WORSE, Record, address_record, naptr, not_offered, srv

_NO_TCP = "phones that speak only unencrypted SIP over TCP cannot connect"
_NO_UDP = "phones that speak only unencrypted SIP over UDP cannot connect (`udp = true` in [services.kamailio] lets them in)"


def records(
    domains: tuple[str, ...],
    hostname: str,
    addresses: tuple[Address, ...],
    tls_ports: tuple[int, ...],
    udp_ports: tuple[int, ...],
) -> Iterator[Record]:
    """Given the domains of people's addresses, the host and its ports, best first, yield every record of the SIP server."""
    for address in addresses:
        yield address_record(hostname, address, "the SIP server")
    for domain in domains:
        yield from _found_by(domain, hostname, tls_ports, udp_ports)
    for alias in domains[1:]:
        # Outside of the domain, an alias is somebody's bare domain: its addresses are its web site's.
        if alias != hostname and alias.endswith(f".{domains[0]}"):
            for address in addresses:
                yield address_record(alias, address, "the SIP server, for phones that look up addresses only")


def _found_by(domain: str, hostname: str, tls_ports: tuple[int, ...], udp_ports: tuple[int, ...]) -> Iterator[Record]:
    yield naptr(domain, 10, 10, "SIPS+D2T", f"_sips._tcp.{domain}", "phones that ask for the best transport get TLS")
    for number, port in enumerate(tls_ports):
        yield srv(f"_sips._tcp.{domain}", number * WORSE, port, hostname, "SIP over TLS")
    yield not_offered(
        f"_sip._tcp.{domain}", "SIP over TCP is not offered: unencrypted, and it cannot share a port with TLS", _NO_TCP
    )
    if not udp_ports:
        yield not_offered(f"_sip._udp.{domain}", "SIP over UDP is not offered", _NO_UDP)
    else:
        yield naptr(domain, 20, 10, "SIP+D2U", f"_sip._udp.{domain}", "phones without TLS get UDP")
        for number, port in enumerate(udp_ports):
            yield srv(f"_sip._udp.{domain}", number * WORSE, port, hostname, "SIP over UDP, unencrypted")
