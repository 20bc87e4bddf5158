"""Whether the services agree about who exists: what `check-users` finds, each kind once."""

from collections.abc import Iterator

from rtcstack.errors import WorldError
from rtcstack.workflow.check_users import Checked, check_users
from rtcstack.workflow.checks.verdict import Level, Observation
from rtcstack.workflow.context import Installation
from rtcstack.workflow.finding import Finding


def observe(installation: Installation) -> Iterator[Observation]:
    """Given an installation whose database runs, yield what its people lack; nothing if it cannot be asked just now."""
    try:
        checked = check_users(installation)
    except WorldError:
        # The database is judged by itself; while somebody changes people, nothing can be said about them.
        return
    yield from observations(checked, installation.stack.role("database").name)


def observations(checked: Checked, database: str) -> Iterator[Observation]:
    """Given what was compared and the database's service, yield one observation for each kind of difference. Pure."""
    if not checked.findings:
        yield Observation(
            id="people.agree", service=database, level=Level.DATABASE, tried="what the services keep against who exists",
            happened=f"they agree about {checked.people} people", ok=True,
        )  # fmt: skip
    kinds: dict[str, list[Finding]] = {}
    for finding in checked.findings:
        kinds.setdefault(finding.id, []).append(finding)
    for name, found in kinds.items():
        first, others = found[0], len(found) - 1
        yield Observation(
            id=name, service=first.service, level=Level.DATABASE, tried=first.tried,
            happened=f"{first.happened}, and {others} more like this" if others else first.happened, ok=False,
            remedy="`rtcstack check-users` shows all of them, and what to type." if others else first.remedy,
            severity=first.severity, on=frozenset({database}), explains=False,
        )  # fmt: skip
