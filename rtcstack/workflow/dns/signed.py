"""What `dns check` says about a zone's DNSSEC: bogus, about to become so, not signed, or signed for nobody. Pure."""

from collections.abc import Iterator

import dns.name

from rtcstack.probes.dns_ask import Reply
from rtcstack.workflow.dns.findings import DNS, REMARK, SHOWN, DnsFinding
from rtcstack.workflow.dns.survey import Served
from rtcstack.workflow.finding import Severity
from rtcstack.zone.signatures import Signed, signatures, trusted

SOON = 86400
"""Seconds before its end at which a signature should long be renewed."""
BROKEN = "resolvers that check signatures answer SERVFAIL: for their users the domain does not exist"


def signed(one: Served, ds: Reply | None, zone: dns.name.Name, now: float) -> Iterator[DnsFinding]:
    """Given what a server told, the answer about the zone above (None: nobody was asked), our zone and the time, yield findings."""
    if not one.keys.good:
        return
    origin = one.apex.origin or zone
    keys = _pair(one.keys, origin, "DNSKEY")
    answers = [pair for (owner, kind), reply in one.replies.items() if (pair := _answer(reply, owner, kind)) is not None]
    found = signatures(origin, keys, answers, now)
    name = origin.to_text(omit_final_dot=True)
    tried = f"the DNSSEC signatures of {name} at {one.server}"
    above = None if ds is None or origin != zone else ds.rrset(zone, "DS")
    if above is not None and (keys is None or not trusted(origin, keys[0], above)):
        yield DnsFinding(
            id=f"dns.bogus-ds:{name}",
            service=DNS,
            severity=Severity.ERROR,
            tried=tried,
            happened="the zone above holds a DS record, but "
            + ("the zone is not signed" if keys is None else "it names none of the zone's keys"),
            remedy="Put the right DS into the zone above, or take the old one out. `rtcstack zone --ds` prints our own server's.",
            breaks=BROKEN,
        )
    if found.problems:
        more = f" and {len(found.problems) - SHOWN} more" if len(found.problems) > SHOWN else ""
        yield DnsFinding(
            id=f"dns.bogus:{name}@{one.server}",
            service=DNS,
            # Without a DS nobody counts on the signatures yet.
            severity=Severity.ERROR if above is not None or ds is None else Severity.WARNING,
            tried=tried,
            happened="; ".join(found.problems[:SHOWN]) + more,
            remedy="Let the name server sign the zone again (BIND: `rndc sign`, Knot: `knotc zone-sign`), and see its clock.",
            breaks=BROKEN,
        )
    elif found.until is not None and found.until - now < SOON:
        yield DnsFinding(
            id=f"dns.expiring:{name}@{one.server}",
            service=DNS,
            severity=Severity.WARNING,
            tried=tried,
            happened=f"the first signature runs out in {(found.until - now) / 3600:.0f} hours",
            remedy="See why the name server does not sign anew in time.",
            breaks=f"then {BROKEN}",
        )
    yield from _unused(name, tried, is_signed=found.signed, asked=ds is not None, above=above is not None)


def _unused(name: str, tried: str, *, is_signed: bool, asked: bool, above: bool) -> Iterator[DnsFinding]:
    if above or (is_signed and not asked):
        return
    kind, happened = ("no-ds", "the zone is signed, but the zone above has no DS record: nobody checks the signatures")
    if not is_signed:
        kind, happened = "unsigned", "the zone is not signed"
    yield DnsFinding(
        id=f"dns.{kind}:{name}",
        service=DNS,
        severity=REMARK,
        tried=tried,
        happened=happened,
        remedy="Optional: TLSA records mean something only in a zone that is signed, with a DS in the zone above.",
    )


def _pair(reply: Reply, owner: dns.name.Name, kind: str) -> Signed | None:
    rrset = reply.rrset(owner, kind)
    return None if rrset is None else (rrset, reply.rrset(owner, "RRSIG", kind))


def _answer(reply: Reply, owner: dns.name.Name, kind: str) -> Signed | None:
    if not (reply.good and reply.authoritative):
        return None
    return _pair(reply, owner, kind) or _pair(reply, owner, "CNAME")
