"""What answers where, for status and probes."""

from collections.abc import Iterator

from rtcstack.plan.listener import Address, Listener, Protocol, Transport
from rtcstack.services.prosody.layout import Layout


def listeners(layout: Layout) -> tuple[Listener, ...]:
    """Given the layout, return every listener; XMPP is verified by the domain, the web by the host name."""
    return tuple(_listeners(layout))


def _listeners(layout: Layout) -> Iterator[Listener]:
    for address in layout.first:
        yield _listener(address, layout.client_tls, Protocol.XMPP_CLIENT, layout.domain)
        if layout.server_tls is not None and layout.federation:
            yield _listener(address, layout.server_tls, Protocol.XMPP_SERVER, layout.domain)
        yield _listener(address, layout.https, Protocol.HTTPS, layout.host)
    for address in layout.starttls:
        yield _starttls(address, layout.client_starttls, Protocol.XMPP_CLIENT, layout.domain)
        if layout.federation:
            yield _starttls(address, layout.server_starttls, Protocol.XMPP_SERVER, layout.domain)


def _listener(address: Address, port: int, protocol: Protocol, identity: str) -> Listener:
    return Listener(address=address, port=port, transport=Transport.TLS, protocol=protocol, identity=identity)


def _starttls(address: Address, port: int, protocol: Protocol, identity: str) -> Listener:
    return Listener(address=address, port=port, transport=Transport.TCP, protocol=protocol, starttls=True, identity=identity)
