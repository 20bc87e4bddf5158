"""What answers where, for status and probes."""

from collections.abc import Iterator

from rtcstack.plan.listener import Address, Listener, Protocol, Transport
from rtcstack.services.prosody.layout import Layout


def listeners(layout: Layout) -> tuple[Listener, ...]:
    """Given the layout, return every listener; XMPP is verified by the domain, the web by the host name."""
    return tuple(_listeners(layout))


def _listeners(layout: Layout) -> Iterator[Listener]:
    for address in layout.first:
        for port in layout.client_tls:
            yield _listener(address, port, Protocol.XMPP_CLIENT, layout.domain)
        for port in layout.server_tls if layout.federation else ():
            yield _listener(address, port, Protocol.XMPP_SERVER, layout.domain)
        for port in layout.https:
            yield _listener(address, port, Protocol.HTTPS, layout.host)
    for place in layout.starttls:
        for address in place.addresses:
            yield _starttls(address, place.client, Protocol.XMPP_CLIENT, layout.domain)
            if layout.federation:
                yield _starttls(address, place.server, Protocol.XMPP_SERVER, layout.domain)


def _listener(address: Address, port: int, protocol: Protocol, identity: str) -> Listener:
    return Listener(address=address, port=port, transport=Transport.TLS, protocol=protocol, identity=identity)


def _starttls(address: Address, port: int, protocol: Protocol, identity: str) -> Listener:
    return Listener(address=address, port=port, transport=Transport.TCP, protocol=protocol, starttls=True, identity=identity)
