"""`import-users`: everybody in a file, or nobody; whoever is interrupted types it again."""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rtcstack.engine.credentials_file import CredentialsFile
from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.spec.people_file import read
from rtcstack.spec.people_row import BadRow
from rtcstack.workflow import administrators
from rtcstack.workflow.context import Installation, open_installation
from rtcstack.workflow.imports.check import Check, Unchanged
from rtcstack.workflow.imports.rules import Rules
from rtcstack.workflow.imports.spool import Spool
from rtcstack.workflow.imports.write import write
from rtcstack.workflow.life import Tell, begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import. With anything in `refused`, and in a dry run, nobody was imported.

    `imported` counts those who were added or, in a dry run, would be; `generated` those of them who got a password from us.
    """

    imported: int
    unchanged: int
    generated: int
    refused: tuple[BadRow, ...]


Progress = Callable[[int, int], None]
"""Told how many people of how many are there."""


def import_users(
    installation: Installation, stream: IO[bytes], *, credentials: Path | None, dry_run: bool, progress: Progress, tell: Tell
) -> Imported:
    """Given a stream of people, add all of them to all services; `credentials` is the file for generated passwords.

    Raise RequestError if that file cannot be used, WorldError if the database or the disk fails: typed again, it goes on.
    """
    with ExitStack() as held:
        engine = held.enter_context(Engine() if dry_run else begun(installation, tell))
        promised = held.enter_context(CredentialsFile(credentials)) if credentials else None
        spool = held.enter_context(Spool(installation.vault.directory))
        rules = Rules(installation, promised.passwords if promised else {})
        check = Check(installation, engine, rules, generate=promised is not None)
        unchanged = generated = 0
        refused, admins = [], []
        for verdict in check.judge(read(stream)):
            if isinstance(verdict, BadRow):
                refused.append(verdict)
                continue
            if verdict.row.admin:
                admins.append(verdict.row.name)
            if isinstance(verdict, Unchanged):
                unchanged += 1
            else:
                generated += verdict.generated
                spool.add(verdict)
        if refused:
            return Imported(imported=0, unchanged=unchanged, generated=0, refused=tuple(refused))
        if not dry_run:
            if promised and generated:
                promised.add((item.row.name, item.row.password) for item in spool if item.generated)
            _appoint(installation, admins)
            _add(installation, engine, spool, progress)
            _announce(installation, engine, admins)
        return Imported(imported=spool.count, unchanged=unchanged, generated=generated, refused=())


def _appoint(installation: Installation, admins: Collection[str]) -> None:
    # Before anybody is added: what a kill leaves in between is names in the file, which typing it again finds there.
    with administrators.editing(installation, wanted=bool(admins)):
        if admins:
            administrators.change_admins(installation, add=admins)


def _announce(installation: Installation, engine: Engine, admins: Collection[str]) -> None:
    # Also for those who were there before: the run that added them may have been killed before it came here.
    with administrators.editing(installation, wanted=bool(admins)):
        if admins:
            administrators.let_know(open_installation(installation.directory), engine)


def _add(installation: Installation, engine: Engine, spool: Spool, progress: Progress) -> None:
    total, there = spool.count, 0
    if not total:
        return

    def done(number: int) -> None:
        nonlocal there
        there = number
        progress(number, total)

    progress(0, total)
    try:
        write(installation, engine, spool, done)
    except WorldError as error:
        raise WorldError(
            f"{error.message}; {there} of {total} people are imported, the others not",
            hint=f"{error.hint} Typed again, the import goes on where it stopped.".strip(),
        ) from error
