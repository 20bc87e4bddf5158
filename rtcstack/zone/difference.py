"""The difference between the records that should be served and those that are: which sets to write, and which are not ours.

Values in, values out. A set is all records of one owner and type. Ours to take away is only what was pushed before, by value;
everything else that stands at an owner and type of ours belongs to somebody, and is neither overwritten nor deleted.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import dns.name
import dns.rdata

from rtcstack.plan.record import TTL, Record

Key: TypeAlias = tuple[dns.name.Name, str]
"""An owner and a type, like (`_sips._tcp.falcot.com.`, "SRV")."""
Values: TypeAlias = frozenset[dns.rdata.Rdata]
ALIAS = "CNAME"


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All values of one owner and type, with their time to live in seconds."""

    values: Values
    ttl: int = TTL


Sets: TypeAlias = Mapping[Key, RecordSet]


class Action(StrEnum):
    """What happens to a set."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One set to write: exactly what must stand there now (None: nothing), which values go and come, and the time to live then."""

    key: Key
    action: Action
    before: RecordSet | None
    delete: Values
    add: Values
    ttl: int

    @property
    def after(self) -> RecordSet | None:
        """What stands there when it is done, or None."""
        there = self.before.values if self.before is not None else frozenset()
        left = (there - self.delete) | self.add
        return RecordSet(left, self.ttl) if left else None

    @property
    def gone(self) -> tuple[dns.rdata.Rdata, ...]:
        """The values that stand there now and will not (all of them, if only the time to live changes)."""
        there = self.before.values if self.before is not None else frozenset()
        return tuple(sorted(self.delete or (there & self.add)))

    @property
    def come(self) -> tuple[dns.rdata.Rdata, ...]:
        """The values that will stand there, and do not as they are now."""
        return tuple(sorted(self.add))


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """Somebody else's values where ours should be (an alias stands in the way of every type)."""

    key: Key
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What to write, in order, and what stands in its way. `beside` are others' values that may stay where they are."""

    steps: tuple[Step, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    beside: tuple[Foreign, ...] = ()


def sets(records: Iterable[Record]) -> dict[Key, RecordSet]:
    """Given records, return them as sets by owner and type; a set's time to live is its shortest."""
    found: dict[Key, RecordSet] = {}
    for record in records:
        key = record.owner, record.type
        known = found.get(key, RecordSet(frozenset(), record.ttl))
        found[key] = RecordSet(known.values | {record.rdata}, min(known.ttl, record.ttl))
    return found


def difference(
    wanted: Sets,
    found: Sets,
    pushed: Mapping[Key, Values],
    *,
    replace: Collection[Key] = (),
    beside: Collection[Key] = (),
) -> Difference:
    """Given what should be there, what is, and what we pushed before, return what to write.

    `replace` are sets whose foreign values may be deleted, `beside` sets where they stay and ours are added. `found` needs to
    hold all sets at the keys of `wanted` and `pushed`, and the aliases at the owners of `wanted`.
    """
    steps: list[Step] = []
    foreign: list[Foreign] = []
    neighbours: list[Foreign] = []
    for key in _aliases(wanted, found):
        there = found[key]
        if key in replace:
            steps.append(Step(key=key, action=Action.REMOVE, before=there, delete=there.values, add=frozenset(), ttl=there.ttl))
        else:
            foreign.append(Foreign(key=key, values=there.values))
    for key in sorted({*wanted, *pushed}):
        ours, others = pushed.get(key, frozenset()), _others(wanted.get(key), found.get(key), pushed.get(key, frozenset()))
        step = _step(key, wanted.get(key), found.get(key), ours, drop=others if key in replace else frozenset())
        # Nobody is in the way of what is there already, or of taking away what is ours alone.
        if others and step and key in wanted and key not in replace and key not in beside:
            foreign.append(Foreign(key=key, values=others))
            continue
        steps += [step] if step else []
        if others and key not in replace:
            neighbours.append(Foreign(key=key, values=others))
    return Difference(steps=tuple(steps), foreign=tuple(foreign), beside=tuple(neighbours))


def ours_after(wanted: Sets, step: Step, pushed: Values) -> Values:
    """Given a step that was done and what was ours before it, return which values of the set are ours now."""
    after = step.after.values if step.after is not None else frozenset()
    kept = pushed & after
    target = wanted[step.key].values if step.key in wanted else frozenset()
    # Who lets us delete the others' values gives us the set.
    whole = target if step.delete - pushed else frozenset()
    return (kept | step.add | whole) & after


def _step(key: Key, target: RecordSet | None, there: RecordSet | None, ours: Values, drop: Values) -> Step | None:
    present = there.values if there is not None else frozenset()
    want = target.values if target is not None else frozenset()
    add = want - present
    delete = ((present & ours) - want) | drop
    ttl = target.ttl if target is not None else there.ttl if there is not None else TTL
    if there is not None and not add and not delete:
        # Only a set that is wholly ours gets another time to live.
        late = target is not None and there.ttl != target.ttl and present <= ours
        if not late:
            return None
        add, delete = want, frozenset()
    if not add and not delete:
        return None
    action = Action.ADD if not present else Action.CHANGE if (present - delete) | add else Action.REMOVE
    return Step(key=key, action=action, before=there, delete=delete, add=add, ttl=ttl)


def _others(target: RecordSet | None, there: RecordSet | None, ours: Values) -> Values:
    if there is None:
        return frozenset()
    return there.values - ours - (target.values if target is not None else frozenset())


def _aliases(wanted: Sets, found: Sets) -> Iterator[Key]:
    owners = sorted({owner for owner, kind in wanted if kind != ALIAS})
    yield from ((owner, ALIAS) for owner in owners if (owner, ALIAS) in found)
