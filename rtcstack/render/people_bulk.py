"""Scripts that ask about, or add, many people at once: the statements of one person, put together.

Each script is one block: the client has read all of it before the first answer, so that neither waits for the other.
"""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render.people import LOCK, PATIENCE, Outcome
from rtcstack.render.sql import number, text

# Only what is made of nothing but literals is joined with its like; any other statement stays as it is.
_LITERAL = r"(?:_utf8mb4 X'[0-9a-f]*'|''|-?\d+|NULL)"
_TUPLE = rf"\({_LITERAL}(?:, {_LITERAL})*\)"
_INSERT = re.compile(rf"((?:INSERT|REPLACE) INTO [\w`., ()]+ VALUES) ({_TUPLE}(?:, {_TUPLE})*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A person to be added, and how each service keeps them."""

    person: Credentials
    steps: tuple[AccountStep, ...]
    enabled: bool = True


def addition(newcomers: Sequence[Newcomer]) -> bytes:
    """Given people, return the script that adds all of them in one transaction: `done`, `exists` (nobody was added) or `busy`.

    `exists` means that a name or an alias is taken, be it as a name or as an alias.
    """
    words = _list(word for new in newcomers for word in (new.person.name, *new.person.aliases))
    people = ", ".join(
        f"({text(new.person.name)}, {number(new.enabled)}, {number(new.person.created)}, {number(new.person.created)})"
        for new in newcomers
    )
    aliases = ", ".join(f"({text(alias)}, {text(new.person.name)})" for new in newcomers for alias in new.person.aliases)
    named = f"SELECT COUNT(*) FROM rtcstack.people WHERE name IN {words}"
    aliased = f"SELECT COUNT(*) FROM rtcstack.aliases WHERE alias IN {words}"
    return _block(
        f"START TRANSACTION; IF ({named}) + ({aliased}) > 0 THEN ROLLBACK; SELECT {text(Outcome.EXISTS)}",
        f"ELSE INSERT INTO rtcstack.people (name, enabled, created, changed) VALUES {people}",
        *([f"INSERT INTO rtcstack.aliases (alias, name) VALUES {aliases}"] if aliases else ()),
        *merged([_statements(new) for new in newcomers]),
        f"COMMIT; SELECT {text(Outcome.DONE)}",
        "END IF",
    )


def _statements(new: Newcomer) -> list[str]:
    return [statement for step in new.steps for statement in (*step.insert, *step.aliases, *(() if new.enabled else step.suspend))]


def merged(people: Sequence[Sequence[str]]) -> Iterator[str]:
    """Given each person's statements, yield fewer that do the same: rows that go to one table together go in one statement.

    One person's statements keep their order; between people there is none. So all first ones come first, then all second ones.
    """
    for stage in zip_longest(*people):
        yield from _together(statement for statement in stage if statement is not None)


def _together(statements: Iterable[str]) -> Iterator[str]:
    shapes: dict[str, list[str]] = {}
    for statement in statements:
        if found := _INSERT.fullmatch(statement):
            shapes.setdefault(found[1], []).append(found[2])
        else:
            yield statement
    for begin, rows in shapes.items():
        yield f"{begin} {', '.join(rows)}"


def who_is(names: Sequence[str], aliases: Sequence[str]) -> bytes:
    """Given names and aliases that somebody wants, return the script that tells who has them already.

    Rows: `person`, name, 1 (enabled) or 0; `alias`, alias, whose, with all aliases of the names too. Or `busy`.
    """
    words, people = _list((*names, *aliases)), _list(names)
    return _block(
        f"SELECT 'person', name, enabled FROM rtcstack.people WHERE name IN {words}",
        f"SELECT 'alias', alias, name FROM rtcstack.aliases WHERE alias IN {words}",
        f"SELECT 'alias', alias, name FROM rtcstack.aliases WHERE name IN {people}",
    )


def stored(people: Sequence[Sequence[AccountStep]]) -> bytes:
    """Given how each service keeps some people, return the script that yields what it stores of each: service, name, JSON."""
    return _block(
        *(f"SELECT {text(step.service)}, stored.* FROM ({step.hashes}) AS stored" for steps in people for step in steps),
        locked=False,
    )


def _list(words: Iterable[str]) -> str:
    return f"({', '.join(map(text, words))})"


def _block(*body: str, locked: bool = True) -> bytes:
    begin = f"IF COALESCE(GET_LOCK({text(LOCK)}, {number(PATIENCE)}), 0) <> 1 THEN SELECT {text(Outcome.BUSY)}; ELSE"
    lines = (
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;",
        "DELIMITER //",
        "BEGIN NOT ATOMIC",
        *([begin] if locked else ()),
        *(f"{statement};" for statement in body),
        *(["END IF;"] if locked else ()),
        "END//",
    )
    return "".join(f"{line}\n" for line in lines).encode()
