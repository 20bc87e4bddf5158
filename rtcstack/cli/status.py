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
    if not health.problems:
        say("Next: `rtcstack add-user NAME` for a person, `rtcstack zone` for the DNS records, `rtcstack ca` for the certificate.")
