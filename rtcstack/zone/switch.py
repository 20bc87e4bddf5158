"""What a change of the file means for the zone: which sets of records change, and what has to come first. Values in, values out."""

from collections.abc import Iterable
from enum import StrEnum

import dns.name
import dns.rdata

from rtcstack.plan.record import Record
from rtcstack.zone.difference import RecordSet, Step, difference, sets
from rtcstack.zone.values import SRV


class When(StrEnum):
    """When records are published, seen from the change of the services that they lead to."""

    BEFORE = "before"
    TOGETHER = "together"
    AFTER = "after"


def changed(before: Iterable[Record], after: Iterable[Record]) -> tuple[Step, ...]:
    """Given the records as they were and as they will be, return each set that changes."""
    old = sets(before)
    return difference(sets(after), old, {key: found.values for key, found in old.items()}).steps


def when(steps: Iterable[Step]) -> When:
    """Given the sets that change, return when to publish them so that no record leads to a closed port for longer than it must.

    What only comes leads to nothing before the services answer there; what only goes is believed until its time to live is over.
    """
    gone, come = False, False
    for step in steps:
        old, new = _places(step.before), _places(step.after)
        gone, come = gone or bool(old - new), come or bool(new - old)
    if gone and come:
        return When.TOGETHER
    return When.BEFORE if gone else When.AFTER


def patience(steps: Iterable[Step]) -> int:
    """Given the sets that change, return the seconds for which somebody may still believe what stood there."""
    return max((step.before.ttl for step in steps if step.before is not None), default=0)


def _places(found: RecordSet | None) -> frozenset[object]:
    # Where a set leads: a better or worse priority is no other place, and "not offered" (RFC 2782) is none.
    if found is None:
        return frozenset()
    places = (_place(value) for value in found.values)
    return frozenset(place for place in places if place is not None)


def _place(value: dns.rdata.Rdata) -> object:
    if isinstance(value, SRV):
        return None if value.target == dns.name.root else (value.target, value.port)
    return value
