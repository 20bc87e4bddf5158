"""`rtcstack status`, and the table that `up` ends with."""

from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.cli.output import remark, say, say_json, say_table
from rtcstack.cli.settings import settings

if TYPE_CHECKING:
    from rtcstack.workflow.context import Installation
    from rtcstack.workflow.health import Health


def command(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False
) -> None:
    """Show every service: where it answers, and how healthy it is as measured in its own protocols."""
    from rtcstack.engine.docker import Engine
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.health import examine
    from rtcstack.workflow.status import status

    installation = open_installation(settings(context).directory)
    if as_json:
        result = status(installation)
        say_json(result.data)
        raise typer.Exit(0 if result.healthy else 1)
    with Engine() as engine:
        health = examine(installation, engine)
    show(health, installation)
    raise typer.Exit(1 if health.problems else 0)


def show(health: "Health", installation: "Installation") -> None:
    """Given the health of an installation, show the table of what is reachable where, and what is wrong."""
    stack = installation.stack
    rows = []
    for plan in stack.services:
        found = health.services[plan.name]
        seen: dict[str, list[str]] = {}
        for listener in plan.listeners:
            word = f"{listener.protocol}/{'starttls' if listener.starttls else listener.transport}"
            seen.setdefault(str(listener.address), [])
            if word not in seen[str(listener.address)]:
                seen[str(listener.address)].append(f"{word}:{listener.port}")
        for place, (address, words) in enumerate(seen.items()):
            head = (plan.name, plan.hostname or "(internal)", found.health) if place == 0 else ("", "", "")
            rows.append((*head, address, " ".join(dict.fromkeys(words))))
    say_table(("service", "host name", "health", "address", "answers"), rows, title=f"{stack.site.domain} ({stack.site.name})")
    for name, problems in health.problems.items():
        for problem in problems:
            remark(f"{name}: {problem}")
    _renewals(installation)
    if not health.problems:
        say("Next: `rtcstack add-user NAME` for a person, `rtcstack zone` for the DNS records, `rtcstack ca` for the certificate.")


def _renewals(installation: "Installation") -> None:
    from datetime import UTC, datetime

    from rtcstack.engine import timers
    from rtcstack.workflow.certificates import ledger

    found, by = ledger.read(installation.compose), timers.installed(installation.stack)
    if found.last_run is not None:
        last = (
            f", the last certificates on {found.last_renewal:%Y-%m-%d} ({', '.join(found.renewed)})" if found.last_renewal else ""
        )
        say(f"Renewals: ran at {found.last_run:%Y-%m-%d %H:%M} UTC{last}; {f'called by {by}' if by else 'no timer is installed'}.")
    for name, failure in found.failed.items():
        remark(f"RENEWAL FAILED: {name}, {failure.count} times since {failure.since:%Y-%m-%d %H:%M} UTC: {failure.reason}")
        if by:
            remark(f"  The timer tries again at {failure.next_try:%Y-%m-%d %H:%M} UTC.")
    if found.is_silent(by, datetime.now(UTC)):
        remark(
            f"RENEWALS STAND STILL: {by} has not called them since {found.timer_run:%Y-%m-%d %H:%M} UTC: `rtcstack install-timers`."
        )
