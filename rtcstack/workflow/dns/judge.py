"""From what everybody told about one zone to findings: each cause once, at the server or in the zone where it lies. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import dns.name
import dns.rdatatype

from rtcstack.probes.dns_ask import Replies, Reply
from rtcstack.probes.dns_look import told
from rtcstack.probes.dns_server import Server
from rtcstack.workflow.dns.findings import (
    DNS,
    REMARK,
    SHOWN,
    DnsFinding,
    Meaning,
    disagreement,
    of_gap,
    of_server,
    old_answer,
    resolver_fails,
)
from rtcstack.workflow.dns.signed import signed
from rtcstack.workflow.dns.survey import Served, Survey
from rtcstack.workflow.finding import Severity
from rtcstack.zone.difference import Key, RecordSet, sets
from rtcstack.zone.difference_served import Gap, Kind, gaps
from rtcstack.zone.zone import Zone


def judge(zone: Zone, seen: Survey, means: Meaning, now: float) -> tuple[tuple[DnsFinding, ...], int]:
    """Given a zone as it should be, what was told, what its records mean and the time, return findings, and how much is right."""
    wanted = sets(zone.records)
    good = tuple(one for one in seen.served if one.apex.origin is not None)
    found = [of_server(one.server, zone.origin, one.apex) for one in seen.served if one.apex.origin is None]
    wrong = {one.server: gaps(_answered(wanted, one.replies), one.sets) for one in good}
    common = [gap for gap in next(iter(wrong.values()), ()) if all(gap in others for others in wrong.values())]
    servers = tuple(wrong)
    aliases = frozenset(alias for one in good for alias in one.aliases)
    found += [of_gap(gap, means, servers, aliases) for gap in common]
    for one in good:
        found += _odd(one, good, [gap for gap in wrong[one.server] if gap not in common])
        found += _unanswered(one)
        found += signed(one, seen.ds, zone.origin, now)
    for resolver, replies in seen.resolvers.items():
        found += _remembered(resolver, replies, wanted, common if good else None, zone.origin)
    found += _reverse(seen, zone, means)
    passed = len(wanted) - len(common) if good else 0
    return tuple(_once(found)), max(0, passed)


def _answered(wanted: Mapping[Key, RecordSet], replies: Replies) -> dict[Key, RecordSet]:
    # What was not answered, or lies in a zone below, is not known to be missing.
    return {key: want for key, want in wanted.items() if key in replies and replies[key].good and not _below(replies[key])}


def _below(reply: Reply) -> dns.name.Name | None:
    return None if reply.authoritative else reply.authority("NS")


def _odd(one: Served, good: Sequence[Served], alone: Sequence[Gap]) -> Iterator[DnsFinding]:
    counted = [gap for gap in alone if gap.kind is not Kind.TTL]
    if counted and len(good) > 1:
        others = {other.server: other.apex.serial for other in good if other is not one}
        yield disagreement(one.server, one.apex.serial, others, counted)


def _unanswered(one: Served) -> Iterator[DnsFinding]:
    failed = {question: reply for question, reply in one.replies.items() if not reply.good}
    if failed:
        names = ", ".join(f"{owner.to_text(omit_final_dot=True)} {kind}" for owner, kind in list(failed)[:SHOWN])
        said = ", ".join(sorted({reply.said for reply in failed.values()}))
        yield DnsFinding(
            id=f"dns.unanswered:{one.server}", service=DNS, severity=Severity.ERROR, tried=f"{names} at {one.server}",
            happened=f"{len(failed)} of {len(one.replies)} questions were not answered ({said})",
            remedy="See the name server's own log, and whether it limits how much is asked (response rate limiting).",
            breaks="clients find some records only by chance",
        )  # fmt: skip
    below = {cut for reply in one.replies.values() if reply.good and (cut := _below(reply)) is not None}
    for cut in sorted(below - {one.apex.origin}):
        name = cut.to_text(omit_final_dot=True)
        yield DnsFinding(
            id=f"dns.delegated:{name}", service=DNS, severity=Severity.WARNING, tried=f"names in {name} at {one.server}",
            happened=f"{name} is handed to other name servers by NS records",
            remedy="Put the records below that name into the zone there, or take its NS records out.",
            breaks=f"what stands below {name} in this zone is not found",
        )  # fmt: skip


def _remembered(
    resolver: Server, replies: Replies, wanted: Mapping[Key, RecordSet], common: Sequence[Gap] | None, zone: dns.name.Name
) -> Iterator[DnsFinding]:
    failed = [reply for reply in replies.values() if not reply.good]
    if failed:
        yield resolver_fails(resolver, zone, failed[0].said, len(failed))
    if len(failed) == len(replies) or common is None:
        return
    there = told(replies)
    # The zone's own faults are told once, and a resolver's times to live run down.
    known = {gap.key[0] for gap in common}
    old = [gap for gap in gaps(_answered_by(wanted, replies), there) if gap.kind is not Kind.TTL and gap.key[0] not in known]
    if old:
        yield old_answer(resolver, old, {key: found.ttl for key, found in there.items()})


def _answered_by(wanted: Mapping[Key, RecordSet], replies: Replies) -> dict[Key, RecordSet]:
    return {key: want for key, want in wanted.items() if key in replies and replies[key].good}


def _reverse(seen: Survey, zone: Zone, means: Meaning) -> Iterator[DnsFinding]:
    hosts = {str(value): key[0] for key, found in sets(zone.records).items() if key[1] in ("A", "AAAA") for value in found.values}
    for address, reply in seen.reverse.items():
        host = hosts.get(str(address))
        if host is None or not reply.good or _named(reply):
            continue
        value = f"{address.reverse_pointer}. 3600 IN PTR {host}"
        yield DnsFinding(
            id=f"dns.ptr:{address}", service=means.service(host), severity=REMARK, tried=f"the name of {address} (PTR)",
            happened="it has none", add=(value,),
            remedy=f"Optional. Whoever runs the reverse zone (your provider) may put in: {value}",
            breaks="nothing of ours; logs elsewhere show the bare address, and some firewalls distrust it",
        )  # fmt: skip


def _named(reply: Reply) -> bool:
    return reply.message is not None and any(rrset.rdtype == dns.rdatatype.PTR for rrset in reply.message.answer)


def _once(found: Sequence[DnsFinding]) -> Iterator[DnsFinding]:
    order = (Severity.ERROR, Severity.WARNING, REMARK)
    yield from sorted({one.id: one for one in found}.values(), key=lambda one: order.index(one.severity))
