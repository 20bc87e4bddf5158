"""A push as people and scripts are shown it: lines with their sign, sentences, and JSON. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from rtcstack.workflow.dns.push import PushPlan
from rtcstack.workflow.dns.servers import Judged
from rtcstack.zone.difference import Step


def lines(plan: PushPlan) -> Iterator[str]:
    """Given a plan, yield a line for each record that goes ("-") or comes ("+")."""
    return record_lines(plan.steps)


def record_lines(steps: Iterable[Step]) -> Iterator[str]:
    """Given sets of records that change, yield a line for each record that goes ("-") or comes ("+")."""
    for step in steps:
        before = step.before.ttl if step.before else 0
        yield from (f"- {step.key[0]} {before} IN {step.key[1]} {value}" for value in step.gone)
        yield from (f"+ {step.key[0]} {step.ttl} IN {step.key[1]} {value}" for value in step.come)


def remarks(plan: PushPlan) -> Iterator[str]:
    """Given a plan, yield what is left alone, and which zones are not pushed with it."""
    for each in plan.difference.beside:
        there = ", ".join(str(value) for value in sorted(each.values))
        yield f"Left alone, not ours: {each.key[0]} {each.key[1]} {there}"
    for other in plan.others:
        yield f"Not pushed: the zone {other}. It is pushed by `rtcstack dns push --zone {other}` to its own name server."


def count(plan: PushPlan) -> str:
    """Given a plan, return how much it writes, in words."""
    return f"{len(plan.steps)} set{'s' * (len(plan.steps) != 1)} of records"


def outcome(plan: PushPlan, judged: Sequence[Judged], *, dry_run: bool) -> Iterator[str]:
    """Given a plan and what its servers serve by now, yield how it ended."""
    if not plan.steps:
        yield f"Nothing to do: {plan.server} has every record as `rtcstack zone` prints it."
    elif dry_run:
        yield f"{count(plan)} would be written; nothing was changed."
    for found in judged:
        if not found.wrong:
            yield f"{found.server} serves every record as it should be."
        yield from (f"{found.server}: {line}" for line in found.wrong)


def data(plan: PushPlan, judged: Sequence[Judged], *, sent: bool) -> dict[str, object]:
    """Given a plan, what its servers serve by now, and whether it was sent, return what `--json` shows."""
    return {
        "zone": plan.zone.to_text(),
        "server": str(plan.server),
        "changes": [_step(plan, step) for step in plan.steps],
        "sent": sent,
        "served": [{"server": found.server, "wrong": list(found.wrong)} for found in judged],
    }


def _step(plan: PushPlan, step: Step) -> dict[str, object]:
    owner, kind = step.key
    return {
        "action": str(step.action),
        "owner": owner.to_text(),
        "type": kind,
        "ttl": step.ttl,
        "remove": [str(value) for value in step.gone],
        "add": [str(value) for value in step.come],
        "why": plan.reasons.get(step.key, "pushed before, and no longer needed"),
    }
