"""What an SRV owner promises: the protocol and transport that must answer at its target."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import dns.name

from rtcstack.plan.listener import Listener, Protocol, Transport


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as a client asks for it. `protocol` None: a label that is not known here, so only the transport counts."""

    protocol: Protocol | None
    transports: tuple[Transport, ...]
    starttls: bool = False

    def met_by(self, listener: Listener) -> bool:
        """Given a listener, return whether it is what was promised."""
        if listener.transport not in self.transports:
            return False
        return self.protocol is None or (listener.protocol, listener.starttls) == (self.protocol, self.starttls)


_UDP, _TCP, _TLS, _DTLS = (Transport.UDP,), (Transport.TCP,), (Transport.TLS,), (Transport.DTLS,)
OFFERS: Mapping[str, Offer] = MappingProxyType(
    {
        # RFC 8489 section 8.1, RFC 7350 section 2
        "_stun._udp": Offer(Protocol.STUN, _UDP),
        "_stun._tcp": Offer(Protocol.STUN, _TCP),
        "_stuns._tcp": Offer(Protocol.STUN, _TLS),
        "_stuns._udp": Offer(Protocol.STUN, _DTLS),
        # RFC 5780 section 5.1
        "_stun-behavior._udp": Offer(Protocol.STUN, _UDP),
        "_stun-behavior._tcp": Offer(Protocol.STUN, _TCP),
        "_stun-behaviors._tcp": Offer(Protocol.STUN, _TLS),
        # RFC 5928 section 3, RFC 7350 section 3
        "_turn._udp": Offer(Protocol.TURN, _UDP),
        "_turn._tcp": Offer(Protocol.TURN, _TCP),
        "_turns._tcp": Offer(Protocol.TURN, _TLS),
        "_turns._udp": Offer(Protocol.TURN, _DTLS),
        # RFC 3263 section 4.1
        "_sip._udp": Offer(Protocol.SIP, _UDP),
        "_sip._tcp": Offer(Protocol.SIP, _TCP),
        "_sips._tcp": Offer(Protocol.SIP, _TLS),
        # RFC 6120 section 3.2.1, XEP-0368
        "_xmpp-client._tcp": Offer(Protocol.XMPP_CLIENT, _TCP, starttls=True),
        "_xmpps-client._tcp": Offer(Protocol.XMPP_CLIENT, _TLS),
        "_xmpp-server._tcp": Offer(Protocol.XMPP_SERVER, _TCP, starttls=True),
        "_xmpps-server._tcp": Offer(Protocol.XMPP_SERVER, _TLS),
    }
)


def label(owner: dns.name.Name) -> str:
    """Given an SRV owner, return its first two labels, like `_sips._tcp`."""
    return b".".join(owner.labels[:2]).decode("ascii", errors="replace").lower()


def offer(owner: dns.name.Name) -> Offer:
    """Given an SRV owner, return what it promises."""
    found = label(owner)
    unknown = (Transport.UDP, Transport.DTLS) if found.endswith("._udp") else (Transport.TCP, Transport.TLS)
    return OFFERS.get(found, Offer(None, unknown))
