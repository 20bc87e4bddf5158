"""A listener: one address, port and transport on which a service answers in one protocol."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address


class Transport(StrEnum):
    """How bytes arrive."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"
    DTLS = "dtls"


class Protocol(StrEnum):
    """What is spoken there."""

    STUN = "stun"
    TURN = "turn"
    SIP = "sip"
    SIP_WS = "sip-ws"
    HTTPS = "https"
    XMPP_CLIENT = "xmpp-client"
    XMPP_SERVER = "xmpp-server"
    MYSQL = "mysql"
    DNS = "dns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where a service answers. `identity` is the name that its certificate must carry for this protocol ("" without TLS)."""

    address: Address
    port: int
    transport: Transport
    protocol: Protocol
    starttls: bool = False
    internal: bool = False
    identity: str = ""

    @property
    def encrypted(self) -> bool:
        """Whether TLS or DTLS is spoken there, at once or after STARTTLS."""
        return self.starttls or self.transport in (Transport.TLS, Transport.DTLS)
