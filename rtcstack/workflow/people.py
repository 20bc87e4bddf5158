"""People across all services: every change is one transaction in the one database that holds all accounts."""

import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from secrets import choice

from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import ExecResult
from rtcstack.errors import RequestError, WorldError
from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render.compose import container_name
from rtcstack.render.people import Outcome
from rtcstack.spec.people_row import shown
from rtcstack.spec.types import alias_name, canonical_name, person_name
from rtcstack.workflow.context import Installation

LONGEST_PASSWORD = 255
"""Octets in UTF-8: what TURN clients have room for."""
_READABLE = "".join(char for char in string.ascii_lowercase + string.digits if char not in "l1o0i")
_GROUPS, _GROUP = 5, 4
"""Twenty of 31 characters: 99 bits."""

_ERROR = re.compile(rb"ERROR (\d+) \([0-9A-Z]{5}\)")
_AGAIN = frozenset({1020, 1205, 1213})
"""MariaDB error codes after which the whole transaction may be tried again: row changed, lock wait timeout, deadlock."""
_TRIES = 5


def checked_name(name: str) -> str:
    """Given a name, return it. Raise RequestError with the reason if it cannot be a person's in every service."""
    return _checked(name, "a person's name", person_name)


def checked_aliases(name: str, aliases: Iterable[str]) -> tuple[str, ...]:
    """Given a person's name and further names, return these in their order, each once. Raise RequestError with the reason."""
    found = tuple(sorted({_checked(alias, "an alias", alias_name) for alias in aliases}))
    if name in found:
        raise RequestError(f"{name} cannot be an alias of {name}", hint="Choose another alias.")
    return found


def _checked(word: str, what: str, rule: Callable[[str], str]) -> str:
    try:
        return rule(word)
    except ValueError as error:
        reason = str(error)
    meant = canonical_name(word)
    try:
        hint = f"Did you mean {rule(meant)}?" if meant != word else "Choose another name."
    except ValueError:
        hint = "Choose another name."
    raise RequestError(f"{shown(word)!r} cannot be {what}: it {reason}", hint=hint)


def checked_password(password: str) -> str:
    """Given a password, return it in the one form that all clients send (RFC 8265 section 4.2: NFC).

    Raise RequestError if a phone or a client could not send it, or if XMPP's form (RFC 4013: NFKC) would be another one.
    """
    normal = unicodedata.normalize("NFC", password)
    hint = "Give one line on standard input: letters, digits, spaces and punctuation."
    if not normal:
        raise RequestError("the password is empty", hint=hint)
    if len(normal.encode()) > LONGEST_PASSWORD:
        raise RequestError(f"the password is longer than {LONGEST_PASSWORD} octets", hint=hint)
    if not normal.isprintable():
        raise RequestError("the password has characters in it that cannot be seen", hint=hint)
    if unicodedata.normalize("NFKC", normal) != normal:
        raise RequestError("the password has characters in it that XMPP and SIP clients would send differently", hint=hint)
    return normal


def password_line(line: bytes) -> str:
    """Given the first line of standard input, return it without its newline. Raise RequestError if it is not text in UTF-8."""
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise RequestError("the password is not text in UTF-8", hint="See `locale`.") from None


def generated_password() -> str:
    """Return a password of 99 bits that can be read aloud: five groups of four, without letters that look like digits."""
    return "-".join("".join(choice(_READABLE) for _ in range(_GROUP)) for _ in range(_GROUPS))


def steps(installation: Installation, person: Credentials) -> tuple[AccountStep, ...]:
    """Given a person, return how each service keeps them."""
    found = (service.account(installation.stack, person) for service in installation.services)
    return tuple(step for step in found if step is not None)


def anybody(installation: Installation, name: str) -> tuple[AccountStep, ...]:
    """Given a name, return how each service keeps this person, for questions, suspensions and removals: no password is needed."""
    site = installation.stack.site
    return steps(installation, Credentials(name=name, realm=site.domain, admin=name in site.admins))


def run(installation: Installation, engine: Engine, script: bytes) -> list[list[str]]:
    """Given a script, run it in the database and return its rows; tried again where that is safe. Raise WorldError if it fails."""
    database = installation.stack.role("database")
    container = container_name(installation.stack.site.name, database.name)
    for _ in range(_TRIES):
        result = engine.exec(container, database.client, stdin=script)
        if result.exit_code == 0:
            return [line.split("\t") for line in result.stdout.decode().splitlines()]
        if _code(result) not in _AGAIN:
            break
    raise _failed(f"error {_code(result)}" if _code(result) else f"exit code {result.exit_code}")


def _failed(why: str) -> WorldError:
    return WorldError(
        f"the database did not do it ({why})",
        hint="See `rtcstack status` and `rtcstack logs mariadb`, then type the command again: nothing is ever left half done.",
    )


def _code(result: ExecResult) -> int:
    found = _ERROR.search(result.stderr)
    return int(found[1]) if found else 0


def change(installation: Installation, engine: Engine, script: bytes) -> Outcome:
    """Given the script of a change, run it and return what came of it. Raise WorldError if somebody else is at it for long."""
    return answer(installation, engine, script)[0]


def answer(installation: Installation, engine: Engine, script: bytes) -> tuple[Outcome, str]:
    """Given the script of a change, run it and return what came of it with its detail. Raise WorldError as `change` does."""
    rows = run(installation, engine, script)
    if not rows:
        raise _failed("no answer")
    outcome, *detail = rows[-1]
    if outcome == Outcome.BUSY:
        raise WorldError("somebody else is changing people", hint="Wait a little, then type the command again.")
    return Outcome(outcome), "".join(detail)


def absent(name: str) -> RequestError:
    """Given a name that nobody has, return the error that says so."""
    return RequestError(f"there is no {name}", hint="Type `rtcstack list-users`.")


def taken(word: str) -> RequestError:
    """Given a name or an alias that is somebody else's, return the error that says so."""
    return RequestError(f"{word} is the name or an alias of somebody else already", hint="See `rtcstack list-users --json`.")
