"""Usage: dns_walk.py SERVER DOMAIN. Finds the services of a domain as clients do, asking that one name server and nobody else.

Prints, by protocol, the places to try in their order, each as [what, address, port]: SIP by NAPTR, SRV, A and AAAA (RFC 3263), TURN
the same way (RFC 5928), XMPP by both SRV owners merged (RFC 6120, XEP-0368).
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import dns.resolver
from dns.name import root

SIP = ("SIPS+D2T", "SIP+D2T", "SIP+D2U")
Place = tuple[str, str, int]


class Walker:
    """One client of one name server."""

    def __init__(self, server: str) -> None:
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.nameservers = [server]
        self.resolver.lifetime = 5

    def ask(self, owner: object, kind: str) -> list[Any]:
        """Given an owner and a type, return the values, none if there are none."""
        try:
            return list(self.resolver.resolve(str(owner), kind))
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
            return []

    def hosts(self, what: str, records: list[Any]) -> Iterator[Place]:
        """Given SRV records, yield the places that they lead to; "." is decidedly not available (RFC 2782)."""
        for srv in sorted(records, key=lambda srv: srv.priority):
            if srv.target != root:
                for kind in ("A", "AAAA"):
                    yield from ((what, str(found.address), srv.port) for found in self.ask(srv.target, kind))

    def by_naptr(self, domain: str, wanted: tuple[str, ...], prefix: str = "") -> Iterator[Place]:
        """Given a domain and the services that a client knows, yield the places in the order of the NAPTR records."""
        for naptr in sorted(self.ask(domain, "NAPTR"), key=lambda naptr: (naptr.order, naptr.preference)):
            service = naptr.service.decode()
            if service in wanted and naptr.flags.lower() == b"s":
                yield from self.hosts(service.removeprefix(prefix), self.ask(naptr.replacement, "SRV"))

    def xmpp(self, domain: str, role: str) -> Iterator[Place]:
        """Given a domain and "client" or "server", yield the places of both kinds, merged by priority (XEP-0368 section 3)."""
        owners = (("direct", f"_xmpps-{role}._tcp.{domain}"), ("starttls", f"_xmpp-{role}._tcp.{domain}"))
        both = [(srv, how) for how, owner in owners for srv in self.ask(owner, "SRV")]
        for srv, how in sorted(both, key=lambda pair: pair[0].priority):
            yield from self.hosts(how, [srv])


def main(server: str, domain: str) -> None:
    """Print the places."""
    walker = Walker(server)
    relays = tuple(f"RELAY:turn.{transport}" for transport in ("udp", "tcp", "tls", "dtls"))
    found = {
        "sip": list(walker.by_naptr(domain, SIP)),
        "turn": list(walker.by_naptr(domain, relays, "RELAY:")),
        "xmpp-client": list(walker.xmpp(domain, "client")),
        "xmpp-server": list(walker.xmpp(domain, "server")),
    }
    sys.stdout.write(json.dumps(found) + "\n")


main(*sys.argv[1:])
