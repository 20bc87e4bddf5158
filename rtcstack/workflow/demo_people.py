"""The demo's two people: their passwords are made once and kept, so that the demo can be proved again at any time."""

import json
from dataclasses import dataclass, field

from rtcstack.engine.vault import Vault
from rtcstack.errors import WorldError
from rtcstack.workflow.people import generated_password

NAMES = ("roland", "laura")
KEPT = "demo-people"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A name and the password in clear: only the demo ever keeps one."""

    name: str
    password: str = field(repr=False)


def people(vault: Vault) -> tuple[DemoPerson, ...]:
    """Given the demo's vault, return its people, made now if they are not there yet. Raise WorldError if they are damaged."""
    if vault.read(KEPT) is None:
        made = {name: generated_password() for name in NAMES}
        vault.create(KEPT, json.dumps(made).encode() + b"\n")
    try:
        kept = json.loads(vault.read(KEPT) or b"")
        return tuple(DemoPerson(name, str(kept[name])) for name in NAMES)
    except (ValueError, KeyError, TypeError):
        raise WorldError(
            f"{vault.directory / KEPT} does not hold the demo's people",
            hint=f"Remove that file, then {' and '.join(NAMES)} (`rtcstack remove-user NAME`), then type `script/demo` again.",
        ) from None
