"""Two people for the length of a check: nobody can have their names, and they end by themselves, whatever is killed.

A name is `_check-EXPIRY-RANDOM`: people's names begin with a letter or digit, so that `add-user`, `import-users` and `admins`
refuse it. Before the accounts an event is made in the database that removes them after their time, again every minute for a
month, so that it happens even if the database is away just then. The check itself removes accounts and event when it ends, and
begins by removing those whose time is over.
"""

import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rtcstack.engine.docker import Engine
from rtcstack.plan.people import THROW_AWAY, Credentials
from rtcstack.render.sql import text
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation

LIFETIME = 180
"""Seconds after which they are removed: longer than any check takes."""
_NAME = re.compile(re.escape(THROW_AWAY) + r"(\d+)-[0-9a-f]+")
_SCHEMA = "rtcstack"
_EVENT = "remove "


@dataclass(frozen=True, slots=True)
class ThrowAway:
    """One person of a check."""

    name: str
    password: str = field(repr=False)


@contextmanager
def two(installation: Installation, engine: Engine) -> Iterator[tuple[ThrowAway, ThrowAway]]:
    """Given an installation, yield two people who can log in everywhere until the end of the block. Raise WorldError."""
    sweep(installation, engine)
    expiry = int(time.time()) + LIFETIME
    first, second = (ThrowAway(f"{THROW_AWAY}{expiry}-{secrets.token_hex(4)}", people.generated_password()) for _ in range(2))
    # The event first: there must be no moment in which the accounts exist and nothing would end them.
    scripts = [_event(installation, (first.name, second.name))]
    for person in (first, second):
        told = Credentials(name=person.name, realm=installation.stack.site.domain, password=person.password)
        # Not among the people: for rtcstack they do not exist, only the services know them.
        scripts.append(_transaction(statement for step in people.steps(installation, told) for statement in step.insert))
    try:
        people.run(installation, engine, b"".join(scripts))
        yield first, second
    finally:
        _remove(installation, engine, (first.name, second.name))


def sweep(installation: Installation, engine: Engine) -> tuple[str, ...]:
    """Given an installation, remove the throw-away people whose time is over and return their names. Raise WorldError."""
    # Each is looked for where it may be: in a service, half-made too, or as the event alone.
    kept = {f"kept{number}": step.states for number, step in enumerate(people.anybody(installation, "-"))}
    given = ", ".join(f"{table} (name, state) AS ({states})" for table, states in kept.items())
    like = f"LIKE {text(f'!{THROW_AWAY}%')} ESCAPE '!'"
    asked = [f"SELECT name FROM {table} WHERE name {like}" for table in kept]  # noqa: S608 - literals
    asked.append(
        f"SELECT SUBSTRING(EVENT_NAME, {len(_EVENT) + 1}) FROM information_schema.EVENTS"  # noqa: S608 - a literal
        f" WHERE EVENT_SCHEMA = {text(_SCHEMA)} AND EVENT_NAME LIKE {text(f'{_EVENT}%')}"
    )
    rows = people.run(installation, engine, f"WITH {given} {' UNION '.join(asked)};\n".encode())
    found = (_NAME.fullmatch(name) for (name,) in rows)
    over = tuple(match[0] for match in found if match and int(match[1]) < time.time())
    if over:
        _remove(installation, engine, over)
    return over


def _remove(installation: Installation, engine: Engine, names: Sequence[str]) -> None:
    deletes = (statement for name in names for step in people.anybody(installation, name) for statement in step.delete)
    drops = "".join(f"DROP EVENT IF EXISTS {_SCHEMA}.`{_EVENT}{name}`;\n" for name in names)
    people.run(installation, engine, _transaction(deletes) + drops.encode())


def _transaction(statements: Iterable[str]) -> bytes:
    return f"START TRANSACTION;\n{''.join(f'{statement};' for statement in statements)}\nCOMMIT;\n".encode()


def _event(installation: Installation, names: tuple[str, ...]) -> bytes:
    lines = [f"SET GLOBAL event_scheduler = ON;\nCREATE DATABASE IF NOT EXISTS {_SCHEMA};\nDELIMITER //\n"]
    for name in names:
        deletes = "".join(f"{statement}; " for step in people.anybody(installation, name) for statement in step.delete)
        lines.append(
            f"CREATE EVENT {_SCHEMA}.`{_EVENT}{name}` ON SCHEDULE EVERY 1 MINUTE "
            f"STARTS CURRENT_TIMESTAMP + INTERVAL {LIFETIME} SECOND ENDS CURRENT_TIMESTAMP + INTERVAL 30 DAY "
            f"DO BEGIN {deletes}END//\n"
        )
    lines.append("DELIMITER ;\n")
    return "".join(lines).encode()
