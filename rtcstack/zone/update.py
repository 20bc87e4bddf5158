"""The difference as one UPDATE message (RFC 2136): all or nothing, and only if every set is still exactly as it was seen."""

from collections.abc import Iterable

import dns.name
import dns.rdatatype
import dns.update

from rtcstack.zone.difference import ALIAS, Action, Step


def message(origin: dns.name.Name, steps: Iterable[Step]) -> dns.update.UpdateMessage:
    """Given the zone that holds them and the steps, return the message, unsigned.

    Each step has its prerequisite: the set exists with exactly these values (section 2.4.2), or does not exist (2.4.3). Where
    something is added, no alias may stand: a server passes over what is added beside one, and answers as if all were well.
    """
    found = dns.update.UpdateMessage(origin)
    steps = tuple(steps)
    freed = {step.key[0] for step in steps if step.key[1] == ALIAS and step.action is Action.REMOVE}
    guarded: set[dns.name.Name] = set()
    for step in steps:
        owner, kind = step.key
        if step.before is None:
            found.absent(owner, kind)
        else:
            found.present(owner, *sorted(step.before.values))
        if step.add and kind != ALIAS and owner not in freed and owner not in guarded:
            guarded.add(owner)
            found.absent(owner, ALIAS)
    for step in steps:
        _write(found, step)
    return found


def _write(found: dns.update.UpdateMessage, step: Step) -> None:
    (owner, kind), after = step.key, step.after
    if step.before is not None and after is not None and step.before.ttl != step.ttl:
        # Not every server takes a new time to live for a value that is there: all of the set is put in anew.
        found.delete(owner, kind)
        come = after.values
    else:
        come = step.add
        for value in sorted(step.delete):
            found.delete(owner, value)
    for value in sorted(come):
        found.add(owner, step.ttl, value)
