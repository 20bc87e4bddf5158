"""From the plan to its zones: one for the domain, one more for each alias that lies outside of it, one for its numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from itertools import chain

import dns.name
import dns.rdata

from rtcstack.errors import RequestError
from rtcstack.plan.listener import Address
from rtcstack.plan.public import of_stack
from rtcstack.plan.record import Record, name
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan
from rtcstack.zone.checks import Facts, problems
from rtcstack.zone.derived import caa, enum_origin, numbers, proofs, tlsa
from rtcstack.zone.zone import Zone, zone


def zones(stack: StackPlan, trust: str = "", *, inside: bool = False) -> tuple[Zone, ...]:
    """Given the plan, return its zones, the domain's first. With digests of our CAs' public keys, TLSA records are in them.

    Addresses are the public ones where a router translates ours, but for `inside`: what a client beside the services needs.

    Raise RequestError with everything that would be wrong in them.
    """
    site = stack.site
    foreign = [name(alias) for alias in site.aliases] + ([] if site.enum is None else [enum_origin(site.enum)])
    origins = _origins(name(site.domain), foreign)
    described = tuple(chain.from_iterable(service.records for service in stack.services))
    listeners = tuple(chain.from_iterable(service.listeners for service in stack.services))
    # Another CA may sign by another key the next time: nothing can be promised about it.
    others = {listener for service in stack.services if service.source != "own-ca" for listener in service.listeners}
    public = {name(found): site.public_caa for service in stack.issued_by("acme") for found in _names(service)}
    acme = site.certificates.acme
    records = (
        *described,
        *caa(described, origins, site.caa, public),
        *(
            proofs((found.to_text(omit_final_dot=True) for found in public), acme.challenge_domain)
            if acme and acme.challenge_domain
            else ()
        ),
        *(() if site.enum is None else numbers(site.domain, site.enum)),
        *tlsa(described, [found for found in listeners if found not in others], trust.split()),
    )
    merged = zone(dns.name.root, records).records
    found = problems(
        Facts(
            records=merged,
            origins=origins,
            listeners=listeners,
            apex=site.apex,
        )
    )
    if found:
        raise RequestError(
            "the zone would be wrong",
            problems=found,
            hint="Look at the names, addresses and options of these services in rtcstack.toml.",
        )
    told = merged if inside else _published(merged, of_stack(stack))
    return tuple(zone(origin, _within(told, origin)) for origin in origins)


def _published(records: Iterable[Record], public: Mapping[Address, IPv4Address]) -> tuple[Record, ...]:
    told = {str(address): str(outside) for address, outside in public.items()}
    return tuple(
        replace(found, rdata=dns.rdata.from_text("IN", "A", told[found.rdata.to_text()]))
        if found.type == "A" and found.rdata.to_text() in told
        else found
        for found in records
    )


def _names(service: ServicePlan) -> tuple[str, ...]:
    return () if service.certificate is None else service.certificate.dns_names


def _origins(domain: dns.name.Name, others: Iterable[dns.name.Name]) -> tuple[dns.name.Name, ...]:
    found = [domain]
    for other in sorted(others):
        if not any(other.is_subdomain(origin) for origin in found):
            found.append(other)
    return tuple(found)


def _within(records: Iterable[Record], origin: dns.name.Name) -> tuple[Record, ...]:
    return tuple(found for found in records if found.owner.is_subdomain(origin))
