"""The first pass of an import: every row against the rules, the other rows, and who exists. Nothing is changed by it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from rtcstack.engine.docker import Engine
from rtcstack.plan.people import Hashes
from rtcstack.spec.people_row import BadRow, Row, shown
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.imports.rules import RefusedError, Rules
from rtcstack.workflow.imports.spool import Accepted
from rtcstack.workflow.known_people import Known, known, stored_hashes

BATCH = 500
"""Rows that the database is asked about at once."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A row of somebody who exists already, just as it says."""

    row: Row


Verdict = Accepted | Unchanged | BadRow


class Check:
    """Judges rows; `generate` says whether there is a place for passwords that are generated."""

    def __init__(self, installation: Installation, engine: Engine, rules: Rules, *, generate: bool) -> None:
        self._installation = installation
        self._engine = engine
        self._rules = rules
        self._generate = generate

    def judge(self, rows: Iterable[Row | BadRow]) -> Iterator[Verdict]:
        """Given rows as they were read, yield a verdict for each, in their order. Raise WorldError if the database is away."""
        following = iter(rows)
        while batch := list(islice(following, BATCH)):
            yield from self._judge([row if isinstance(row, BadRow) else self._rules.judge(row) for row in batch])

    def _judge(self, rows: list[Row | BadRow]) -> Iterator[Verdict]:
        sound = [row for row in rows if isinstance(row, Row)]
        aliases = [alias for row in sound for alias in row.aliases]
        there = known(self._installation, self._engine, [row.name for row in sound], aliases)
        proven = [row.name for row in sound if row.name in there.enabled and (row.password or row.hashes)]
        stored = stored_hashes(self._installation, self._engine, proven)
        for row in rows:
            if isinstance(row, BadRow):
                yield row
                continue
            try:
                yield self._verdict(row, there, stored)
            except RefusedError as error:
                yield BadRow(row.line, shown(row.name), str(error))

    def _verdict(self, row: Row, there: Known, stored: Mapping[str, Mapping[str, Hashes]]) -> Verdict:
        if row.name in there.owner:
            raise RefusedError(f"is an alias of {there.owner[row.name]}")
        for alias in row.aliases:
            if alias in there.enabled:
                raise RefusedError(f"the alias {alias} is a person's name")
            if there.owner.get(alias, row.name) != row.name:
                raise RefusedError(f"the alias {alias} belongs to {there.owner[alias]}")
        if row.name in there.enabled:
            self._same(row, there, stored.get(row.name, {}))
            return Unchanged(row)
        if row.password or row.hashes:
            return Accepted(row, generated=False)
        if not self._generate:
            raise RefusedError("has no password, and without --credentials FILE there is no place for a generated one")
        return Accepted(replace(row, password=people.generated_password()), generated=True)

    def _same(self, row: Row, there: Known, stored: Mapping[str, Hashes]) -> None:
        enabled = there.enabled[row.name]
        if row.enabled is True and not enabled:
            raise RefusedError("exists already and is disabled: use `rtcstack enable-user`")
        if row.enabled is False and enabled:
            raise RefusedError("exists already and is enabled: use `rtcstack disable-user`")
        if row.aliases and there.aliases(row.name) != set(row.aliases):
            raise RefusedError("exists already with other aliases")
        if row.admin and row.name not in self._installation.stack.site.admins:
            raise RefusedError("exists already and is no administrator: add the name to `admins` in rtcstack.toml")
        if (row.hashes or row.password) and set(stored) != self._rules.services:
            raise RefusedError("exists already, but some service has lost them: see `rtcstack check-users`")
        if (row.hashes and row.hashes != stored) or (row.password and not self._proves(row, stored)):
            raise RefusedError("exists already with another password: use `rtcstack passwd`")

    def _proves(self, row: Row, stored: Mapping[str, Hashes]) -> bool:
        # HA1 (RFC 7616 section 3.4.2) is what SIP and TURN keep; whichever service it is that keeps it.
        text = f"{row.name}:{self._installation.stack.site.domain}:{row.password}"
        ha1 = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        return any(ha1 in kept.values() for kept in stored.values())
