"""`rtcstack check-users`."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.cli.output import confirm, remark, say, say_json
from rtcstack.cli.settings import settings

if TYPE_CHECKING:
    from rtcstack.workflow.finding import Finding

_SHOWN = 20
"""Findings of one kind that people see; `--json` has all."""


def command(
    context: typer.Context,
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what needs no new password: states, aliases, administrators, keys.")
    ] = False,
    remove_unknown: Annotated[
        bool, typer.Option("--remove-unknown", help="With --repair: remove from the services whoever is not among the people.")
    ] = False,
    adopt_unknown: Annotated[
        bool,
        typer.Option(
            "--adopt-unknown", help="With --repair: make those of them people who are whole, and the same, in every service."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Compare what every service keeps with who exists: 0 if they agree, 1 if not. Repairs are shown and asked for first."""
    from rtcstack.errors import RequestError
    from rtcstack.workflow.check_users import Strangers, check_users, repair_users
    from rtcstack.workflow.context import open_installation

    if ((remove_unknown or adopt_unknown) and not repair) or (remove_unknown and adopt_unknown):
        raise RequestError("--remove-unknown or --adopt-unknown goes with --repair", hint="See `rtcstack check-users --help`.")
    wish = Strangers.REMOVE if remove_unknown else Strangers.ADOPT if adopt_unknown else Strangers.LEAVE
    installation = open_installation(settings(context).directory)
    checked = check_users(installation)
    todo = checked.repairable(wish) if repair else ()
    if todo:
        if not yes:
            _show(todo, remark)
            confirm(f"This puts {len(todo)} of {len(checked.findings)} findings right.", yes=False)
        repair_users(installation, checked, wish)
        checked = check_users(installation)
    repaired = [finding for finding in todo if finding not in checked.findings]
    for line in checked.remarks:
        remark(line)
    if as_json:
        data = {"findings": [asdict(each) for each in checked.findings], "passed": checked.passed, "people": checked.people}
        say_json(data | ({"repaired": [asdict(each) for each in repaired]} if repair else {}))
    else:
        _show(checked.findings, say)
        if repaired:
            remark(f"Put right: {len(repaired)} of {len(todo)}.")
        if not checked.findings:
            remark(f"{checked.people} people, and every service agrees ({checked.passed} comparisons).")
    if checked.findings:
        raise typer.Exit(1)


def _show(findings: "Sequence[Finding]", out: Callable[[str], None]) -> None:
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.id] += 1
        if seen[finding.id] <= _SHOWN:
            out(f"{finding.severity}: {finding.happened}\n    {finding.remedy}")
    for name, count in seen.items():
        if count > _SHOWN:
            out(f"and {count - _SHOWN} more of {name}: `rtcstack check-users --json` has all.")
