"""`list-users`: everybody in the order of names, a page at a time, so that a hundred thousand are never in memory at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from rtcstack.engine.docker import Engine
from rtcstack.render.people import listing
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation

PAGE = 1000
"""People asked for at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One person in the list."""

    name: str
    enabled: bool
    admin: bool
    aliases: tuple[str, ...]


def list_users(
    installation: Installation,
    *,
    pattern: str = "",
    enabled: bool | None = None,
    admin: bool = False,
    after: str = "",
    limit: int | None = None,
) -> Iterator[Listed]:
    """Given what is wanted, yield people behind the name `after`, at most `limit` of them (None: all). Raise WorldError."""
    admins = installation.stack.site.admins
    among = admins if admin else None
    with Engine() as engine:
        while limit is None or limit > 0:
            size = PAGE if limit is None else min(PAGE, limit)
            rows = people.run(installation, engine, listing(after, size, pattern=pattern, enabled=enabled, among=among))
            for name, state, aliases in rows:
                yield Listed(name=name, enabled=state == "1", admin=name in admins, aliases=tuple(aliases.split()))
            if len(rows) < size:
                return
            after = rows[-1][0]
            limit = None if limit is None else limit - size
