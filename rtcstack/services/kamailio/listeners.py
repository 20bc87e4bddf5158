"""Where kamailio answers. SIP over TLS and over WebSocket share one socket; SIP over plain TCP cannot, and is not offered."""

from collections.abc import Iterator

from rtcstack.plan.listener import Address, Listener, Protocol, Transport

TLS_PORT, UDP_PORT = 5061, 5060
"""The standard ports (RFC 3261 section 18.1.1)."""


def listeners(
    addresses: tuple[Address, ...], tls_ports: tuple[int, ...], udp_ports: tuple[int, ...], *, domain: str, hostname: str
) -> Iterator[Listener]:
    """Given addresses and ports, yield every listener. SIP clients verify the domain (RFC 5922), browsers the host name."""
    for address in addresses:
        for port in tls_ports:
            yield Listener(address=address, port=port, transport=Transport.TLS, protocol=Protocol.SIP, identity=domain)
            yield Listener(address=address, port=port, transport=Transport.TLS, protocol=Protocol.SIP_WS, identity=hostname)
        for port in udp_ports:
            yield Listener(address=address, port=port, transport=Transport.UDP, protocol=Protocol.SIP)
