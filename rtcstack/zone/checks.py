"""What only shows when all records are seen together: each rule is a function of a dozen lines that yields problems."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dns.name

from rtcstack.errors import Problem
from rtcstack.plan.listener import Listener
from rtcstack.plan.record import Record
from rtcstack.zone.label import offer
from rtcstack.zone.values import ADDRESS_TYPES, NAPTR, SRV, addresses, of_kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All records of all zones of a stack, their origins, what listens, and whether the bare domains are ours to answer for."""

    records: tuple[Record, ...]
    origins: tuple[dns.name.Name, ...]
    listeners: tuple[Listener, ...]
    apex: bool

    def at(self, owner: dns.name.Name, *types: str) -> tuple[Record, ...]:
        """Given an owner and types, return its records of these types."""
        return tuple(found for found in self.records if found.owner == owner and found.type in types)

    def listening(self, address: str) -> tuple[Listener, ...]:
        """Given an address, return what answers there for everybody."""
        return tuple(found for found in self.listeners if str(found.address) == address and not found.internal)


def problems(facts: Facts) -> tuple[Problem, ...]:
    """Given all that is known, return every problem, each at its owner."""
    return tuple(problem for rule in RULES for problem in rule(facts))


def _at(found: Record, message: str) -> Problem:
    return Problem(found.owner.to_text(), message)


def owners_are_ours(facts: Facts) -> Iterator[Problem]:
    """Require that every owner lies at or below one of the domains."""
    for found in facts.records:
        if not any(found.owner.is_subdomain(origin) for origin in facts.origins):
            yield _at(found, f"the {found.type} record is outside of our domains")


def addresses_are_ours(facts: Facts) -> Iterator[Problem]:
    """Require that every address is one at which something of ours listens."""
    for found, address in addresses(facts.records):
        if not facts.listening(address):
            yield _at(found, f"{address} is no address of a service")


def bare_domains_are_left_alone(facts: Facts) -> Iterator[Problem]:
    """Forbid what takes the bare domain's web site over (an address), or binds its other certificates (CAA)."""
    for found in facts.records:
        if found.owner in facts.origins and found.type in (*ADDRESS_TYPES, "CNAME") and not facts.apex:
            yield _at(found, f"the {found.type} record would take the bare domain over, which only apex = true asks for")
        if found.owner in facts.origins and found.type == "CAA":
            yield _at(found, "a CAA record at the bare domain would stop the company's other certificates")


def cnames_stand_alone(facts: Facts) -> Iterator[Problem]:
    """Require that a CNAME has no other record beside it (RFC 1034 section 3.6.2)."""
    for found in facts.records:
        if found.type != "CNAME":
            continue
        beside = sorted({other.type for other in facts.records if other.owner == found.owner and other is not found})
        if beside:
            yield _at(found, f"a CNAME stands beside {', '.join(beside)}")


def srv_targets_resolve(facts: Facts) -> Iterator[Problem]:
    """Require that an SRV target has an address and is no alias (RFC 2782), and that "." is the only record of its set."""
    for found, srv in of_kind(facts.records, SRV):
        if srv.target == dns.name.root:
            if len(facts.at(found.owner, "SRV")) > 1:
                yield _at(found, 'the SRV target "." (not offered) stands beside other SRV records')
        elif facts.at(srv.target, "CNAME"):
            yield _at(found, f"the SRV target {srv.target} is a CNAME")
        elif not facts.at(srv.target, *ADDRESS_TYPES):
            yield _at(found, f"the SRV target {srv.target} has no address")


def srv_ports_listen(facts: Facts) -> Iterator[Problem]:
    """Require that at every address of an SRV target the promised protocol is spoken on that port."""
    for found, srv in of_kind(facts.records, SRV):
        promised = offer(found.owner)
        for _, address in addresses(facts.at(srv.target, *ADDRESS_TYPES)):
            if not any(here.port == srv.port and promised.met_by(here) for here in facts.listening(address)):
                yield _at(found, f"nothing like it listens at {address} port {srv.port} ({srv.target})")


def naptr_leads_somewhere(facts: Facts) -> Iterator[Problem]:
    """Require that a NAPTR leads to an SRV record that offers something (RFC 3403 section 4.1, RFC 3263 section 4.1).

    Those of ENUM lead to a URI instead (RFC 6116 section 3.4.3).
    """
    for found, naptr in of_kind(facts.records, NAPTR):
        if naptr.service.startswith(b"E2U+"):
            continue
        offered = [srv for _, srv in of_kind(facts.at(naptr.replacement, "SRV"), SRV) if srv.target != dns.name.root]
        if naptr.flags.lower() != b"s":
            yield _at(found, 'only NAPTR records with flag "s" keep the port')
        elif not offered:
            yield _at(found, f"the NAPTR replacement {naptr.replacement} offers nothing by SRV")


def nothing_is_told_twice(facts: Facts) -> Iterator[Problem]:
    """Require one priority for one service at one place, and one time to live in a set of records (RFC 2181 section 5.2)."""
    for owner, place in _repeated((found, f"{srv.target} port {srv.port}") for found, srv in of_kind(facts.records, SRV)):
        yield Problem(owner, f"SRV to {place} is given twice with different priorities")
    meanings = ((found, f"{naptr.service.decode()} to {naptr.replacement}") for found, naptr in of_kind(facts.records, NAPTR))
    for owner, meaning in _repeated(meanings):
        yield Problem(owner, f"NAPTR {meaning} is given twice with different preferences")
    lifetimes = {(found.owner, found.type, found.ttl): found for found in facts.records}
    for owner, rdtype in _repeated((found, found.type) for found in lifetimes.values()):
        yield Problem(owner, f"the {rdtype} records have different times to live")


RULES = (
    owners_are_ours,
    addresses_are_ours,
    bare_domains_are_left_alone,
    cnames_stand_alone,
    srv_targets_resolve,
    srv_ports_listen,
    naptr_leads_somewhere,
    nothing_is_told_twice,
)


def _repeated(pairs: Iterable[tuple[Record, str]]) -> list[tuple[str, str]]:
    counted = Counter((found.owner.to_text(), text) for found, text in pairs)
    return sorted(pair for pair, count in counted.items() if count > 1)
