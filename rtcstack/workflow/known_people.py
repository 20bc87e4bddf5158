"""What the database knows about many people at once: who has a name or an alias, and what services store."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.plan.people import Hashes
from rtcstack.render.people import Outcome
from rtcstack.render.people_bulk import stored, who_is
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation

_ESCAPED = {"n": "\n", "t": "\t", "0": "\0", "\\": "\\"}
"""What the client writes in place of these characters (`mariadb --batch`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who has the names and aliases that were asked for: `enabled` by name, `owner` by alias."""

    enabled: Mapping[str, bool] = field(default_factory=dict)
    owner: Mapping[str, str] = field(default_factory=dict)

    def aliases(self, name: str) -> frozenset[str]:
        """Given the name of somebody who was asked for, return their aliases."""
        return frozenset(alias for alias, whose in self.owner.items() if whose == name)


def known(installation: Installation, engine: Engine, names: Sequence[str], aliases: Sequence[str]) -> Known:
    """Given names and aliases, return who has them, after any change that is under way. Raise WorldError."""
    if not names:
        return Known()
    enabled: dict[str, bool] = {}
    owner: dict[str, str] = {}
    for kind, *values in people.run(installation, engine, who_is(names, aliases)):
        if kind == Outcome.BUSY:
            raise WorldError("somebody else is changing people", hint="Wait a little, then type the command again.")
        if kind == "person":
            enabled[values[0]] = values[1] == "1"
        else:
            owner[values[0]] = values[1]
    return Known(enabled=enabled, owner=owner)


def stored_hashes(installation: Installation, engine: Engine, names: Iterable[str]) -> dict[str, dict[str, Hashes]]:
    """Given names, return for each of them what each service stores instead of a password. Raise WorldError."""
    found: dict[str, dict[str, Hashes]] = {name: {} for name in names}
    if found:
        script = stored([people.anybody(installation, name) for name in found])
        for service, name, data in people.run(installation, engine, script):
            if name in found:
                found[name][service] = json.loads(re.sub(r"\\(.)", lambda match: _ESCAPED.get(match[1], match[1]), data))
    return found
