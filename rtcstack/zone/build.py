"""From the plan to its zones: one for the domain, one more for each alias that lies outside of it."""

from collections.abc import Iterable
from itertools import chain

import dns.name

from rtcstack.errors import RequestError
from rtcstack.plan.record import Record, name
from rtcstack.plan.stack import StackPlan
from rtcstack.zone.checks import Facts, problems
from rtcstack.zone.derived import caa, tlsa
from rtcstack.zone.zone import Zone, zone


def zones(stack: StackPlan, ca_spki_sha256: str = "") -> tuple[Zone, ...]:
    """Given the plan, return its zones, the domain's first. With the digest of the CA's public key, TLSA records are in them.

    Raise RequestError with everything that would be wrong in them.
    """
    site = stack.site
    origins = _origins(name(site.domain), [name(alias) for alias in site.aliases])
    described = tuple(chain.from_iterable(service.records for service in stack.services))
    records = (
        *described,
        *caa(described, origins),
        *(tlsa(described, ca_spki_sha256) if ca_spki_sha256 else ()),
    )
    merged = zone(dns.name.root, records).records
    found = problems(
        Facts(
            records=merged,
            origins=origins,
            listeners=tuple(chain.from_iterable(service.listeners for service in stack.services)),
            apex=site.apex,
        )
    )
    if found:
        raise RequestError(
            "the zone would be wrong",
            problems=found,
            hint="Look at the names, addresses and options of these services in rtcstack.toml.",
        )
    return tuple(zone(origin, _within(merged, origin)) for origin in origins)


def _origins(domain: dns.name.Name, aliases: Iterable[dns.name.Name]) -> tuple[dns.name.Name, ...]:
    found = [domain]
    for alias in sorted(aliases):
        if not any(alias.is_subdomain(origin) for origin in found):
            found.append(alias)
    return tuple(found)


def _within(records: Iterable[Record], origin: dns.name.Name) -> tuple[Record, ...]:
    return tuple(found for found in records if found.owner.is_subdomain(origin))
