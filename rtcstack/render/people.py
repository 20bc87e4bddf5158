"""Scripts for the database client that change one person: each change is one block and one transaction.

A block is sent whole or refused whole: a script that was cut off in the middle is a syntax error and changes nothing. It holds
a named lock, so that two of us wait for each other wherever they run, and answers with one word that tells what came of it.

`rtcstack.people` says who exists; the services' rows are what follows from it. `rtcstack.endings` is the list of those whose
sessions have still to be ended after COMMIT. `moment` is always the time in seconds since 1970.
"""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

from collections.abc import Iterable, Sequence
from enum import StrEnum

from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render.sql import number, text

LOCK = "rtcstack.people"
PATIENCE = 20
"""Seconds to wait for another who changes people."""


class Outcome(StrEnum):
    """What a script answers; nothing was changed unless it is `done`.

    `exists`: the person is whole already. `absent`: there is no such person. `taken`: a name or an alias is somebody else's; it
    stands in the second column. `changed`: the person is not any more as the caller saw. `busy`: somebody else changes people.
    """

    DONE = "done"
    EXISTS = "exists"
    ABSENT = "absent"
    TAKEN = "taken"
    CHANGED = "changed"
    BUSY = "busy"


_TAKEN = "DECLARE taken VARCHAR(64) DEFAULT NULL;"
_NAMES, _ALIASES, _ENDINGS = "rtcstack.people", "rtcstack.aliases", "rtcstack.endings"


def _block(*body: str, declare: str = "") -> bytes:
    # READ COMMITTED: no gaps are locked between other people's rows, which the servers write at the same time.
    lines = (
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;",
        "DELIMITER //",
        f"BEGIN NOT ATOMIC {declare}",
        f"IF COALESCE(GET_LOCK({text(LOCK)}, {number(PATIENCE)}), 0) <> 1 THEN {_answer(Outcome.BUSY)};",
        "ELSE START TRANSACTION;",
        *(f"{statement};" for statement in body),
        "END IF;",
        "END//",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _answer(outcome: Outcome, detail: str = "") -> str:
    return f"SELECT {text(outcome)}{', ' * bool(detail)}{detail}"


def _refuse(outcome: Outcome, detail: str = "") -> str:
    return f"ROLLBACK; {_answer(outcome, detail)}"


def _all(statements: Iterable[str]) -> str:
    return ";\n".join(statements)


def _done(*statements: str, detail: str = "") -> str:
    return f"{_all(statements)};\nCOMMIT; {_answer(Outcome.DONE, detail)}"


def _exists(name: str) -> str:
    return f"EXISTS (SELECT * FROM {_NAMES} WHERE name = {text(name)})"


def _is_there(step: AccountStep, name: str) -> str:
    counted = f"SELECT COUNT(*) FROM everybody WHERE name = {text(name)}"
    return f"(WITH everybody (name, enabled) AS ({step.states}) {counted}) > 0"


def _find_taken(name: str, aliases: Sequence[str]) -> str:
    # Names and aliases are one namespace: a name is nobody's alias, an alias nobody's name and of one person only.
    words, own = _list((name, *aliases)), text(name)
    others = [f"SELECT alias AS word FROM {_ALIASES} WHERE alias IN {words} AND (name <> {own} OR alias = {own})"]
    if aliases:
        others.append(f"SELECT name FROM {_NAMES} WHERE name IN {_list(aliases)}")
    return f"SET taken = (SELECT MIN(word) FROM ({' UNION ALL '.join(others)}) others)"


def _list(words: Iterable[str]) -> str:
    return f"({', '.join(map(text, words))})"


def _own_aliases(name: str, aliases: Sequence[str]) -> tuple[str, ...]:
    rows = ", ".join(f"({text(alias)}, {text(name)})" for alias in aliases)
    return (
        f"DELETE FROM {_ALIASES} WHERE name = {text(name)}",
        *((f"INSERT INTO {_ALIASES} (alias, name) VALUES {rows}",) if rows else ()),
    )


def _aliases_differ(name: str, seen: Sequence[str]) -> str:
    ours = f"SELECT COALESCE(GROUP_CONCAT(alias ORDER BY alias SEPARATOR ' '), '') FROM {_ALIASES} WHERE name = {text(name)}"
    return f"({ours}) <> {text(' '.join(sorted(seen)))}"


def _to_be_ended(name: str) -> str:
    since = "CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)"
    return f"INSERT INTO {_ENDINGS} (name, since) VALUES ({text(name)}, {since}) ON DUPLICATE KEY UPDATE since = VALUES(since)"


def _touch(name: str, moment: int, what: str = "") -> str:
    return f"UPDATE {_NAMES} SET {what}changed = {number(moment)} WHERE name = {text(name)}"


def addition(steps: Sequence[AccountStep], person: Credentials) -> bytes:
    """Given how each service keeps a person, return the script that adds them: `done`, `exists`, `taken` or `busy`.

    Somebody whom some service lacks is made anew, with these credentials and aliases; the second column of `done` is 1 then,
    and their sessions have to be ended.
    """
    name, moment = text(person.name), number(person.created)
    there = (_exists(person.name), *(_is_there(step, person.name) for step in steps))
    return _block(
        _find_taken(person.name, person.aliases),
        f"IF taken IS NOT NULL THEN {_refuse(Outcome.TAKEN, 'taken')}",
        f"ELSE SET places = {' + '.join(f'({place})' for place in there)}",
        f"IF places = {number(len(there))} THEN {_refuse(Outcome.EXISTS)}",
        f"ELSE IF places > 0 THEN {_to_be_ended(person.name)}; END IF",
        _done(
            f"INSERT INTO {_NAMES} (name, enabled, created, changed) VALUES ({name}, 1, {moment}, {moment})"
            " ON DUPLICATE KEY UPDATE enabled = 1, changed = VALUES(changed)",
            *_own_aliases(person.name, person.aliases),
            *(statement for step in steps for statement in (*step.insert, *step.aliases)),
            detail="places > 0",
        ),
        "END IF",
        "END IF",
        declare=f"{_TAKEN} DECLARE places INT DEFAULT 0;",
    )


def renewal(steps: Sequence[AccountStep], person: Credentials) -> bytes:
    """Given a person with a new password, return the script that changes it: `done`, `absent` or `busy`."""
    return _block(
        f"SET lets_in = (SELECT enabled FROM {_NAMES} WHERE name = {text(person.name)})",
        f"IF lets_in IS NULL THEN {_refuse(Outcome.ABSENT)}",
        "ELSE " + _all(statement for step in steps for statement in step.insert),
        f"IF lets_in = 0 THEN {_all(statement for step in steps for statement in step.suspend)}; END IF",
        _done(_touch(person.name, person.updated), _to_be_ended(person.name)),
        "END IF",
        declare="DECLARE lets_in TINYINT DEFAULT NULL;",
    )


def suspension(steps: Sequence[AccountStep], name: str, moment: int) -> bytes:
    """Given a person, return the script after which they cannot log in: `done`, `absent` or `busy`."""
    return _block(
        f"IF NOT {_exists(name)} THEN {_refuse(Outcome.ABSENT)}",
        "ELSE "
        + _done(
            *(statement for step in steps for statement in step.suspend),
            _touch(name, moment, "enabled = 0, "),
            _to_be_ended(name),
        ),
        "END IF",
    )


def resumption(steps: Sequence[AccountStep], name: str, moment: int) -> bytes:
    """Given a person, return the script after which they can log in again: `done`, `absent` or `busy`."""
    return _block(
        f"IF NOT {_exists(name)} THEN {_refuse(Outcome.ABSENT)}",
        "ELSE " + _done(*(statement for step in steps for statement in step.resume), _touch(name, moment, "enabled = 1, ")),
        "END IF",
    )


def removal(steps: Sequence[AccountStep], name: str) -> bytes:
    """Given how each service keeps a person, return the script that removes all of it: `done`, `absent` or `busy`.

    Only who has not a single row anywhere, and no sessions that have still to be ended, is absent.
    """
    own = (f"DELETE FROM {_NAMES} WHERE name = {text(name)}", f"DELETE FROM {_ALIASES} WHERE name = {text(name)}")
    deletes = (*own, *(statement for step in steps for statement in step.delete))
    return _block(
        *(line for statement in deletes for line in (statement, "SET rows_gone = rows_gone + ROW_COUNT()")),
        f"SET rows_gone = rows_gone + (SELECT COUNT(*) FROM {_ENDINGS} WHERE name = {text(name)})",
        f"IF rows_gone = 0 THEN {_refuse(Outcome.ABSENT)}",
        "ELSE " + _done(_to_be_ended(name)),
        "END IF",
        declare="DECLARE rows_gone INT DEFAULT 0;",
    )


def leftovers(steps: Sequence[AccountStep], name: str) -> bytes:
    """Given somebody who is gone, return the script that removes what their last sessions wrote meanwhile: `done` or `busy`.

    Somebody who has come back under the name meanwhile keeps everything: `exists`.
    """
    return _block(
        f"IF {_exists(name)} THEN {_refuse(Outcome.EXISTS)}",
        "ELSE " + _done(*(statement for step in steps for statement in step.delete)),
        "END IF",
    )


def renaming(old: Sequence[AccountStep], new: Sequence[AccountStep], person: Credentials) -> bytes:
    """Given how services keep the old name and the new one, return the script that renames.

    `person` is the new one, with `formerly` the old name and the aliases that the old one had when the caller looked.
    `done`, `absent` (no old one), `exists` (the new one, be it only in a service), `taken`, `changed` or `busy`.
    """
    name, former = person.name, person.formerly
    there = " OR ".join((_exists(name), *(_is_there(step, name) for step in new)))
    return _block(
        f"SET lets_in = (SELECT enabled FROM {_NAMES} WHERE name = {text(former)})",
        f"SET taken = (SELECT alias FROM {_ALIASES} WHERE alias = {text(name)})",
        f"IF lets_in IS NULL THEN {_refuse(Outcome.ABSENT)}",
        f"ELSEIF taken IS NOT NULL THEN {_refuse(Outcome.TAKEN, 'taken')}",
        f"ELSEIF {there} THEN {_refuse(Outcome.EXISTS)}",
        f"ELSEIF {_aliases_differ(former, person.aliases)} THEN {_refuse(Outcome.CHANGED)}",
        # What a nobody of the new name left somewhere must not mix with what moves there.
        "ELSE " + _all(statement for step in new for statement in (*step.delete, *step.inherit, *step.insert)),
        _all(statement for step in old for statement in step.delete),
        _all(statement for step in new for statement in step.aliases),
        f"IF lets_in = 0 THEN {_all(statement for step in new for statement in step.suspend)}; END IF",
        _done(
            _touch(former, person.updated, f"name = {text(name)}, "),
            f"UPDATE {_ALIASES} SET name = {text(name)} WHERE name = {text(former)}",
            _to_be_ended(former),
        ),
        "END IF",
        declare=f"{_TAKEN} DECLARE lets_in TINYINT DEFAULT NULL;",
    )


def realiasing(steps: Sequence[AccountStep], person: Credentials, seen: Sequence[str]) -> bytes:
    """Given a person with new aliases and those that the caller saw, return the script that replaces them.

    `done`, `absent`, `taken`, `changed` or `busy`.
    """
    return _block(
        _find_taken(person.name, person.aliases),
        f"IF NOT {_exists(person.name)} THEN {_refuse(Outcome.ABSENT)}",
        f"ELSEIF taken IS NOT NULL THEN {_refuse(Outcome.TAKEN, 'taken')}",
        f"ELSEIF {_aliases_differ(person.name, seen)} THEN {_refuse(Outcome.CHANGED)}",
        "ELSE "
        + _done(
            *_own_aliases(person.name, person.aliases),
            *(statement for step in steps for statement in step.aliases),
            _touch(person.name, person.updated),
        ),
        "END IF",
        declare=_TAKEN,
    )


def asking(steps: Sequence[AccountStep], name: str) -> bytes:
    """Given how each service keeps somebody, return the script that tells about them, in rows of four columns.

    `person`, 1 (enabled) or 0, created, changed; `alias`, alias; `service`, service, 1 or 0; `ending`, since.
    """
    one = text(name)
    states = (
        f"(SELECT 'service', {text(step.service)}, (WITH everybody (name, enabled) AS ({step.states})"
        f" SELECT MIN(enabled) FROM everybody WHERE name = {one}), 0)"
        for step in steps
    )
    questions = (
        f"(SELECT 'person', enabled, created, changed FROM {_NAMES} WHERE name = {one})",
        f"(SELECT 'alias', alias, 0, 0 FROM {_ALIASES} WHERE name = {one} ORDER BY alias)",
        f"(SELECT 'ending', since, 0, 0 FROM {_ENDINGS} WHERE name = {one})",
        *states,
    )
    return "".join(f"{question};\n" for question in questions).encode()


def listing(after: str, limit: int, *, pattern: str = "", enabled: bool | None = None, among: Sequence[str] | None = None) -> bytes:
    """Given a name ("": none) and a number, return the script that yields the next people behind it, in the order of names.

    `pattern` has `*` for anything and `?` for one character; `enabled` and `among` choose further. Rows: name, 1 (enabled) or 0,
    aliases in their order with spaces between.
    """
    chosen = [f"p.name > {text(after)}"]
    if pattern:
        like = "".join({"*": "%", "?": "_"}.get(char, f"!{char}" if char in "!%_" else char) for char in pattern)
        chosen.append(f"p.name LIKE {text(like)} ESCAPE '!'")
    if enabled is not None:
        chosen.append(f"p.enabled = {number(enabled)}")
    if among is not None:
        chosen.append(f"p.name IN {_list(among)}" if among else "FALSE")
    aliases = f"SELECT GROUP_CONCAT(a.alias ORDER BY a.alias SEPARATOR ' ') FROM {_ALIASES} a WHERE a.name = p.name"
    return (
        f"SELECT p.name, p.enabled, COALESCE(({aliases}), '') FROM {_NAMES} p"
        f" WHERE {' AND '.join(chosen)} ORDER BY p.name LIMIT {number(limit)};\n"
    ).encode()
