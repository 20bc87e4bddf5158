"""Who administers: `admins` in the administrator's own file, and the services that take it up while they run."""

import contextlib
from collections.abc import Collection, Iterator

from rtcstack.engine.docker import Engine
from rtcstack.engine.lock import locked
from rtcstack.errors import WorldError
from rtcstack.spec.edit import with_admins
from rtcstack.workflow import own_file, people
from rtcstack.workflow.context import Installation, open_installation
from rtcstack.workflow.live import pending, take_up


@contextlib.contextmanager
def editing(installation: Installation, *, wanted: bool) -> Iterator[None]:
    """Given whether the file will be edited, hold the installation's lock from before the first look until all is taken up."""
    with locked(installation.directory) if wanted else contextlib.nullcontext():
        yield


def untold(installation: Installation) -> bool:
    """Given an installation, return whether a service does not know yet who administers: a command was killed before it told."""
    return pending(installation, _keepers(installation))


def change_admins(installation: Installation, *, add: Collection[str] = (), remove: Collection[str] = ()) -> Installation:
    """Given names, put them into `admins` in the file or take them out, and return the installation as it is then.

    To be called inside `editing`, before the transaction: what a kill leaves in between is completed by typing it again.
    Raise RequestError if the file cannot be read any more or cannot be changed, WorldError if it cannot be written.
    """
    found = open_installation(installation.directory)
    before = found.stack.site.admins
    after = (*(name for name in before if name not in remove), *(name for name in add if name not in before))
    if after == before:
        return found
    text = own_file.read(installation.directory)
    own_file.write(installation.directory, with_admins(text, after))
    return open_installation(installation.directory)


def let_know(installation: Installation, engine: Engine) -> None:
    """Given an installation whose lock is held, let the services take up who administers. Raise WorldError if one does not."""
    try:
        take_up(installation, engine, _keepers(installation))
    except WorldError as error:
        raise WorldError(f"the change is made, but {error.message}", hint=error.hint) from error


def _keepers(installation: Installation) -> tuple[str, ...]:
    database = installation.stack.role("database").name
    return (database, *(step.service for step in people.anybody(installation, "-")))
