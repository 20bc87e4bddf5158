"""Out means out: what a change of people must end is written down in its transaction, and ended here after COMMIT.

`rtcstack.endings` is the list of names whose sessions have still to end. A kill between COMMIT and the end leaves names there,
which the next command finds. Ending twice harms nobody: who may log in logs in again.
"""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import ExecResult
from rtcstack.errors import WorldError
from rtcstack.plan.service import ServicePlan
from rtcstack.render.compose import container_name
from rtcstack.render.sql import text
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.expired import forget_expired

PATIENCE = 10
"""Seconds that one service has for ending all sessions; it needs a fraction of one."""
AT_ONCE = 64
"""Names that a service is given at a time: each such piece must be done within the patience."""

_RUNS, _PAUSED = "running", "paused"
_FEW = 3

Row = tuple[str, str]
"""A name and since when it waits, as the database says it."""


def finish_left(installation: Installation, engine: Engine) -> str:
    """Given an installation, end what an earlier command left, and return "" or a remark about what is still not ended.

    A replaced secret whose time is over is left by an earlier command, too.

    Never an error: a service that cannot be reached must not keep an administrator from other people's affairs.
    Raise WorldError only if the database does not answer.
    """
    forget_expired(installation, engine)
    try:
        _end(installation, engine, _rows(installation, engine, ()))
    except _UnendedError as error:
        return error.message
    return ""


def end_sessions(installation: Installation, engine: Engine, names: Sequence[str]) -> None:
    """Given names, end every session of theirs in every service, all services at once, and strike them from the list.

    To be called after COMMIT, also when the command found nothing to change: so, typed again, it completes what failed.
    Raise WorldError naming the services that did not do it; the names are then still on the list.
    """
    if names:
        _end(installation, engine, _rows(installation, engine, names))


class _UnendedError(WorldError):
    """Some service could not be brought to end what it should."""


def _rows(installation: Installation, engine: Engine, names: Sequence[str]) -> list[Row]:
    only = f" WHERE name IN ({', '.join(map(text, names))})" if names else ""
    found = people.run(installation, engine, f"SELECT name, since FROM rtcstack.endings{only} ORDER BY since, name;\n".encode())
    return [(name, since) for name, since in found]


def _end(installation: Installation, engine: Engine, rows: Sequence[Row]) -> None:
    services = [service for service in installation.stack.services if service.end_sessions]
    for first in range(0, len(rows), AT_ONCE):
        piece = rows[first : first + AT_ONCE]
        feed = "".join(f"{name}\n" for name, _ in piece).encode()

        def ask(service: ServicePlan, feed: bytes = feed) -> str:
            return _ended(engine, container_name(installation.stack.site.name, service.name), service, feed)

        with ThreadPoolExecutor(len(services) or 1) as pool:
            problems = [problem for problem in pool.map(ask, services) if problem]
        if problems:
            raise _unended([name for name, _ in rows[first:]], problems)
        # Only what was read: who was put on the list meanwhile stays there.
        done = ", ".join(f"({text(name)}, {text(since)})" for name, since in piece)
        people.run(installation, engine, f"DELETE FROM rtcstack.endings WHERE (name, since) IN ({done});\n".encode())


def _ended(engine: Engine, container: str, service: ServicePlan, feed: bytes) -> str:
    # Empty, or why not. What does not run has no sessions, and begins without any.
    try:
        facts = engine.container(container)
        if facts is None or facts.state not in (_RUNS, _PAUSED):
            return ""
        if facts.state == _PAUSED:
            return f"{service.name} (its container {container} is paused)"
        result = engine.exec(container, service.end_sessions, stdin=feed, seconds=PATIENCE)
    except WorldError as error:
        return f"{service.name} ({error.message})"
    return "" if result.exit_code == 0 else f"{service.name} ({_said(result)})"


def _said(result: ExecResult) -> str:
    lines = result.stderr.decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), f"exit code {result.exit_code}")


def _unended(names: Sequence[str], problems: Iterable[str]) -> WorldError:
    who = ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
    return _UnendedError(
        f"the change is made, but sessions of {who} may still run in {'; '.join(problems)}",
        hint="Type `rtcstack up`, which brings the services back and ends what is left; or type the command again.",
    )
