"""The DNS of a TURN server: addresses, SRV for STUN and TURN (RFC 8489, RFC 8656, RFC 7350), NAPTR (RFC 5928).

Only what listens is offered: one record for each transport and port in use.
"""

from collections.abc import Iterator

from rtcstack.plan.listener import Address
from rtcstack.plan.record import WORSE, Record, address_record, naptr, srv


def addresses(hostname: str, address: Address, address6: Address | None, *, aaaa: bool, why: str) -> Iterator[Record]:
    """Given a server's name and addresses, return its A record, and the AAAA record if it is wanted and there is an address."""
    yield address_record(hostname, address, why)
    if aaaa and address6 is not None:
        yield address_record(hostname, address6, why)


def services(domain: str, hostname: str, pairs: tuple[tuple[int, int], ...], *, behaviour: bool) -> Iterator[Record]:
    """Given the domain, the server's name and its pairs of ports, best first, return the records by which clients find it."""
    for number, (port, tls_port) in enumerate(pairs):
        yield from _located(domain, hostname, port, tls_port, number * WORSE)
    transports = ("udp", "_turn._udp"), ("tcp", "_turn._tcp"), ("tls", "_turns._tcp"), ("dtls", "_turns._udp")
    for preference, (transport, owner) in enumerate(transports, start=1):
        why = f"tells native clients (RFC 5928) that TURN over {transport.upper()} is offered, in this order of preference"
        yield naptr(domain, 100, preference * 10, f"RELAY:turn.{transport}", f"{owner}.{domain}", why)
    if behaviour:
        port, tls_port = pairs[-1]
        why = "NAT behaviour discovery (RFC 5780)"
        yield srv(f"_stun-behavior._udp.{domain}", 0, port, hostname, why, required=False)
        yield srv(f"_stun-behavior._tcp.{domain}", 0, port, hostname, why, required=False)
        yield srv(f"_stun-behaviors._tcp.{domain}", 0, tls_port, hostname, why, required=False)


def _located(domain: str, hostname: str, port: int, tls_port: int, priority: int) -> Iterator[Record]:
    yield srv(f"_stun._udp.{domain}", priority, port, hostname, "STUN: a client learns its own public address, over UDP")
    yield srv(f"_stun._tcp.{domain}", priority, port, hostname, "STUN over TCP, where UDP is blocked")
    yield srv(f"_stuns._tcp.{domain}", priority, tls_port, hostname, "STUN over TLS")
    yield srv(f"_stuns._udp.{domain}", priority, tls_port, hostname, "STUN over DTLS (RFC 7350)", required=False)
    yield srv(f"_turn._udp.{domain}", priority, port, hostname, "TURN: media relayed over UDP, the best way where it is open")
    yield srv(f"_turn._tcp.{domain}", priority, port, hostname, "TURN over TCP, where UDP is blocked")
    yield srv(f"_turns._tcp.{domain}", priority, tls_port, hostname, "TURN over TLS: passes where only TLS is let out")
    yield srv(f"_turns._udp.{domain}", priority, tls_port, hostname, "TURN over DTLS (RFC 7350)", required=False)
