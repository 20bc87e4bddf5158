"""The DNS records of XMPP: SRV for clients (RFC 6120, XEP-0368), servers, rooms, and the addresses of the host names."""

from collections.abc import Iterator

from rtcstack.plan.listener import Address
from rtcstack.plan.record import WORSE, Record, address_record, not_offered, srv
from rtcstack.services.prosody.layout import Layout

TLS, STARTTLS = 5, 10
"""Priorities: TLS from the first byte is better."""
_NO_UPLOAD = "files are for the domain's own people: no server has business there"


def records(layout: Layout, *, apex: bool) -> tuple[Record, ...]:
    """Given the layout and whether the bare domain's own addresses may be printed, return every record."""
    return (*_hosts(layout, apex=apex), *_clients(layout), *_servers(layout))


def _addresses(owner: str, addresses: tuple[Address, ...], why: str) -> Iterator[Record]:
    for address in addresses:
        yield address_record(owner, address, why)


def _hosts(layout: Layout, *, apex: bool) -> Iterator[Record]:
    yield from _addresses(layout.host, layout.first, "XMPP with TLS from the first byte, and WebSocket, BOSH and HTTPS")
    if layout.multiplexed:
        yield from _addresses(layout.starttls_host, layout.second, "XMPP that begins in clear and turns to TLS (STARTTLS)")
    yield from _addresses(layout.upload, layout.first, "files that people send each other are stored and fetched here by HTTPS")
    if apex:
        yield from _addresses(layout.domain, layout.first, "web clients ask the bare domain for /.well-known/host-meta")


def _clients(layout: Layout) -> Iterator[Record]:
    for number, port in enumerate(layout.client_tls):
        yield srv(
            f"_xmpps-client._tcp.{layout.domain}",
            TLS + number * WORSE,
            port,
            layout.host,
            "clients that begin with TLS (XEP-0368) connect here, and prefer it",
        )
    for number, place in enumerate(layout.starttls):
        yield srv(
            f"_xmpp-client._tcp.{layout.domain}",
            STARTTLS + number * WORSE,
            place.client,
            place.host,
            "clients that begin in clear and turn to TLS connect here",
        )


def _servers(layout: Layout) -> Iterator[Record]:
    for owner, what in ((layout.domain, "people"), (layout.conference, "rooms")):
        if not layout.federation:
            for label in ("_xmpp-server", "_xmpps-server"):
                yield not_offered(
                    f"{label}._tcp.{owner}", f"federation is switched off for {what}", f"other domains cannot reach our {what}"
                )
            continue
        for number, place in enumerate(layout.starttls):
            yield srv(
                f"_xmpp-server._tcp.{owner}",
                STARTTLS + number * WORSE,
                place.server,
                place.host,
                f"other domains' servers reach our {what} here",
            )
        yield from _servers_tls(layout, owner, what)
    for label in ("_xmpp-server", "_xmpps-server"):
        yield not_offered(f"{label}._tcp.{layout.upload}", _NO_UPLOAD, "")


def _servers_tls(layout: Layout, owner: str, what: str) -> Iterator[Record]:
    if not layout.server_tls:
        yield not_offered(
            f"_xmpps-server._tcp.{owner}",
            "servers must begin in clear: the TLS port asks nobody for a certificate, for the sake of browsers",
            f"servers that only begin with TLS cannot reach our {what}; such are hardly found",
        )
    for port in layout.server_tls:
        yield srv(
            f"_xmpps-server._tcp.{owner}",
            # Beside 443 it comes second: clients and servers take the records of both kinds as one list (XEP-0368).
            TLS + (WORSE if layout.multiplexed else 0),
            port,
            layout.host,
            f"servers that begin with TLS (XEP-0368) reach our {what} here",
        )
