"""What every change of a person begins and ends with: sessions that an earlier command left are ended first, these ones last."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rtcstack.engine.docker import Engine
from rtcstack.plan.people import Credentials
from rtcstack.render.people import leftovers
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.endings import end_sessions, finish_left

Tell = Callable[[str], None]
"""Told what the administrator should know and did not ask for."""


@contextlib.contextmanager
def begun(installation: Installation, tell: Tell) -> Iterator[Engine]:
    """Given an installation, yield the engine when everything that an earlier command left is done or told."""
    with Engine() as engine:
        finish(installation, engine, tell)
        yield engine


def finish(installation: Installation, engine: Engine, tell: Tell) -> None:
    """Given an installation, end what an earlier command left, and tell what still cannot be ended. Raise WorldError."""
    if left := finish_left(installation, engine):
        tell(left)


def now() -> int:
    """Return the time in seconds since 1970."""
    return int(time.time())


def proven(
    installation: Installation,
    name: str,
    password: str,
    *,
    created: int,
    updated: int = 0,
    aliases: tuple[str, ...] = (),
    formerly: str = "",
) -> Credentials:
    """Given a name, a password and times, return the person as the services are asked to keep them."""
    site = installation.stack.site
    return Credentials(
        name=name,
        realm=site.domain,
        password=password,
        admin=name in site.admins,
        aliases=aliases,
        created=created,
        updated=updated,
        formerly=formerly,
    )


def end(installation: Installation, engine: Engine, name: str) -> None:
    """Given a name after COMMIT, end all sessions. Raise WorldError naming the services that could not."""
    end_sessions(installation, engine, [name])


def end_for_good(installation: Installation, engine: Engine, name: str) -> None:
    """Given a name that nobody has any more, end all sessions, then remove what they wrote until then. Raise WorldError."""
    end_sessions(installation, engine, [name])
    people.change(installation, engine, leftovers(people.anybody(installation, name), name))
