"""People across all services: every change is one transaction in the one database that holds all accounts."""

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from secrets import choice

from rtcstack.engine.docker import Engine
from rtcstack.errors import RequestError, WorldError
from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render.compose import container_name
from rtcstack.spec.types import person_name
from rtcstack.workflow.context import Installation

LONGEST_PASSWORD = 256
_READABLE = "".join(char for char in string.ascii_lowercase + string.digits if char not in "l1o0i")
_GROUPS, _GROUP = 5, 4
"""Twenty of 31 characters: 99 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who exists: wholly in every service, or only in some (left behind by a kill; `add-user` completes them)."""

    whole: tuple[str, ...]
    partial: tuple[str, ...] = field(default=())


def checked_name(name: str) -> str:
    """Given a name, return it. Raise RequestError with the reason if it cannot be a person's in every service."""
    try:
        return person_name(name)
    except ValueError as error:
        raise RequestError(f"{name!r} cannot be a person's name: it {error}") from None


def checked_password(password: str) -> str:
    """Given a password, return it. Raise RequestError if a phone or a client could not send it."""
    if not password:
        raise RequestError("the password is empty", hint="Give one line on standard input.")
    if len(password) > LONGEST_PASSWORD:
        raise RequestError(f"the password has more than {LONGEST_PASSWORD} characters")
    if not password.isprintable():
        raise RequestError("the password has control characters in it")
    return password


def generated_password() -> str:
    """Return a password of 99 bits that can be read aloud: five groups of four, without letters that look like digits."""
    return "-".join("".join(choice(_READABLE) for _ in range(_GROUP)) for _ in range(_GROUPS))


def steps(installation: Installation, person: Credentials) -> tuple[AccountStep, ...]:
    """Given a person, return how each service keeps them."""
    found = (service.account(installation.stack, person) for service in installation.services)
    return tuple(step for step in found if step is not None)


def execute(installation: Installation, engine: Engine, statements: Iterable[str]) -> list[list[str]]:
    """Given SQL statements, run them in the database as one script and return the rows. Raise WorldError if one fails.

    The script travels on standard input; the first error ends the client, and an open transaction with it.
    """
    database = installation.stack.role("database")
    script = "".join(f"{statement};\n" for statement in statements)
    result = engine.exec(container_name(installation.stack.site.name, database.name), database.client, stdin=script.encode())
    if result.exit_code != 0:
        raise WorldError(
            "the database refused the change; nobody was changed" if result.exit_code > 0 else "the database did not finish",
            hint="See `rtcstack status` and `rtcstack logs`, then type the command again.",
        )
    return [line.split("\t") for line in result.stdout.decode().splitlines()]


def transaction(statements: Sequence[str]) -> tuple[str, ...]:
    """Given statements, return them as one transaction: all or nothing."""
    return ("START TRANSACTION", *statements, "COMMIT")


def who(installation: Installation, engine: Engine) -> People:
    """Given an installation, return who exists."""
    asked = steps(installation, Credentials(name="x", realm=installation.stack.site.domain, password="x"))  # noqa: S106
    rows = execute(installation, engine, (f"SELECT '{step.service}', names.* FROM ({step.names}) AS names" for step in asked))  # noqa: S608 - our own text
    found: dict[str, set[str]] = {step.service: set() for step in asked}
    for service, name in rows:
        found[service].add(name)
    whole = set.intersection(*found.values())
    return People(whole=tuple(sorted(whole)), partial=tuple(sorted(set.union(*found.values()) - whole)))
