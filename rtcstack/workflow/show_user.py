"""`show-user`: what is known about one person, in the list of people and in every service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rtcstack.engine.docker import Engine
from rtcstack.render.people import asking
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person. `services` maps each service to `enabled`, `suspended` or `missing`; `ending`: sessions have still to be ended."""

    name: str
    domain: str
    enabled: bool
    admin: bool
    created: datetime
    changed: datetime
    aliases: tuple[str, ...]
    services: Mapping[str, str]
    ending: bool

    @property
    def whole(self) -> bool:
        """Whether every service has the person."""
        return "missing" not in self.services.values()


def ask(installation: Installation, engine: Engine, name: str) -> Known | None:
    """Given a name, return what is known, or None if there is no such person. Raise WorldError if the database is away."""
    steps = people.anybody(installation, name)
    rows = people.run(installation, engine, asking(steps, name))
    person = next((row[1:] for row in rows if row[0] == "person"), None)
    if person is None:
        return None
    site = installation.stack.site
    enabled, created, changed = person
    return Known(
        name=name,
        domain=site.domain,
        enabled=enabled == "1",
        admin=name in site.admins,
        created=datetime.fromtimestamp(int(created), UTC),
        changed=datetime.fromtimestamp(int(changed), UTC),
        aliases=tuple(row[1] for row in rows if row[0] == "alias"),
        services={row[1]: {"1": "enabled", "0": "suspended"}.get(row[2], "missing") for row in rows if row[0] == "service"},
        ending=any(row[0] == "ending" for row in rows),
    )


def show_user(installation: Installation, name: str) -> Known:
    """Given a name, return what is known. Raise RequestError if there is no such person, WorldError if the database is away."""
    people.checked_name(name)
    with Engine() as engine:
        found = ask(installation, engine, name)
    if found is None:
        raise people.absent(name)
    return found
