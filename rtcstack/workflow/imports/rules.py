"""What an import can tell of a row without the database: the rules of names and passwords, and the other rows of the file."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from rtcstack.errors import RequestError
from rtcstack.plan.people import Credentials
from rtcstack.spec.people_row import BadRow, Row, shown
from rtcstack.spec.types import alias_name, canonical_name, person_name
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation


class RefusedError(ValueError):
    """Why a row cannot be imported."""


class Rules:
    """Judges rows of one file. `promised` maps names to passwords that an earlier run of the same import generated.

    `services` are the names of those that keep people.
    """

    def __init__(self, installation: Installation, promised: Mapping[str, str]) -> None:
        self._installation = installation
        self._promised = promised
        self._lines: dict[str, int] = {}
        self.services = frozenset(step.service for step in people.anybody(installation, "-"))

    def judge(self, row: Row) -> Row | BadRow:
        """Given a row, return it with its password in the one form that is stored, or why it is refused."""
        try:
            _check(person_name, row.name, "cannot be a person's name: it")
            for alias in row.aliases:
                _check(alias_name, alias, f"{shown(alias)!r} cannot be an alias: it")
            self._alone(row)
            return replace(row, password=self._password(row))
        except RefusedError as error:
            return BadRow(row.line, shown(row.name), str(error))

    def _alone(self, row: Row) -> None:
        # All names and aliases of a file are one namespace: a word belongs to the line that it is on first.
        words = (row.name, *row.aliases)
        if len(set(words)) < len(words):
            raise RefusedError("a name or an alias is there twice")
        for word in words:
            line = self._lines.setdefault(word, row.line)
            if line != row.line:
                raise RefusedError(f"{word} is on line {line} already")

    def _password(self, row: Row) -> str:
        if not row.hashes:
            password = row.password or self._promised.get(row.name, "")
            return self._checked(row, password) if password else ""
        if row.password:
            raise RefusedError("has a password and hashes: give one of them")
        domain = self._installation.stack.site.domain
        if row.realm != domain:
            raise RefusedError(f"its hashes belong to the realm {shown(row.realm)!r} and are worth nothing in {domain}")
        if set(row.hashes) != self.services:
            raise RefusedError(f"its hashes must be those of {', '.join(sorted(self.services))}")
        self._acceptable(row)
        return ""

    def _checked(self, row: Row, password: str) -> str:
        try:
            normal = people.checked_password(password)
        except RequestError as error:
            raise RefusedError(error.message) from None
        if not normal.isascii():
            # A service may refuse more than the common rules do; that shows when it makes its rows.
            self._acceptable(replace(row, password=normal))
        return normal

    def _acceptable(self, row: Row) -> None:
        try:
            people.steps(self._installation, credentials(self._installation, row, created=0))
        except RequestError as error:
            raise RefusedError(error.message) from None


def credentials(installation: Installation, row: Row, *, created: int) -> Credentials:
    """Given a row and a time in seconds since 1970, return the person as the services are asked to keep them."""
    site = installation.stack.site
    return Credentials(
        name=row.name,
        realm=site.domain,
        password=row.password,
        hashes=row.hashes,
        admin=bool(row.admin) or row.name in site.admins,
        aliases=row.aliases,
        created=created,
    )


def _check(rule: Callable[[str], str], word: str, refusal: str) -> None:
    try:
        rule(word)
    except ValueError as error:
        raise RefusedError(f"{refusal} {error}{_meant(rule, word)}") from None


def _meant(rule: Callable[[str], str], word: str) -> str:
    try:
        return f" (did you mean {rule(canonical_name(word))}?)"
    except ValueError:
        return ""
