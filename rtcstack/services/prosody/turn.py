"""What prosody tells its clients about TURN (XEP-0215): the listeners of the service with short-lived credentials.

mod_turn_external knows one port for all and gives `turns` no way of its own; plain `external_services` entries can say all.
DTLS is left out: clients make `turns:…?transport=udp` of it, which browsers do not know.
"""

from dataclasses import dataclass

from rtcstack.plan.listener import Protocol, Transport
from rtcstack.plan.service import ServicePlan

GRACE = 60
"""Seconds beyond the lifetime of credentials: clocks differ, and a client may need a moment."""

_OFFERS = {
    (Protocol.STUN, Transport.UDP): ("stun", "udp"),
    (Protocol.TURN, Transport.UDP): ("turn", "udp"),
    (Protocol.TURN, Transport.TCP): ("turn", "tcp"),
    (Protocol.TURN, Transport.TLS): ("turns", "tcp"),
}


@dataclass(frozen=True, slots=True, order=True)
class ExternalService:
    """One entry of XEP-0215; all but `stun` get a user name and a password."""

    type: str
    transport: str
    host: str
    port: int

    @property
    def restricted(self) -> bool:
        """Whether it needs credentials."""
        return self.type != "stun"


def external_services(turn: ServicePlan) -> tuple[ExternalService, ...]:
    """Given the service with the role `turn-ephemeral`, return what clients are told, each once."""
    host = turn.hostname or str(turn.address)
    found = {
        ExternalService(*_OFFERS[listener.protocol, listener.transport], host, listener.port)
        for listener in turn.listeners
        if (listener.protocol, listener.transport) in _OFFERS and not listener.internal
    }
    return tuple(sorted(found))
