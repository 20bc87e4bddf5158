"""Changing the administrator's own file: only what must change, everything else as it was typed. Pure."""

import tomllib
from collections.abc import Iterable
from typing import Any

from rtcstack.errors import RequestError
from rtcstack.spec.load import FILE
from rtcstack.spec.model import PortMode

_KEY, _PORTS = "admins", "ports"


def with_admins(text: str, admins: Iterable[str]) -> str:
    """Given the text of `rtcstack.toml` and who administers, return the text that says so; comments and order stay.

    Raise RequestError if that cannot be done to this text.
    """
    import tomlkit  # noqa: PLC0415 - only who changes the file pays for it
    from tomlkit.items import Array  # noqa: PLC0415

    wanted = list(dict.fromkeys(admins))
    before = tomllib.loads(text)
    if before.get(_KEY, []) == wanted:
        return text
    document = tomlkit.parse(text)
    found = document.get(_KEY)
    if isinstance(found, Array):
        for index in reversed(range(len(found))):
            if str(found[index]) not in wanted:
                del found[index]
        for name in wanted:
            if name not in found:
                found.append(name)
    else:
        document[_KEY] = wanted
    changed = tomlkit.dumps(document)
    if sorted(_only(_KEY, before, changed)) != sorted(wanted):
        raise _unchangeable(_KEY, f"{_KEY} = {wanted}")
    return changed


def with_ports(text: str, ports: PortMode) -> str:
    """Given the text of `rtcstack.toml` and the ports to use, return the text that says so; comments and order stay.

    Raise RequestError if that cannot be done to this text.
    """
    import tomlkit  # noqa: PLC0415 - only who changes the file pays for it

    before = tomllib.loads(text)
    if before.get(_PORTS) == ports:
        return text
    document = tomlkit.parse(text)
    document[_PORTS] = ports
    changed = tomlkit.dumps(document)
    if _only(_PORTS, before, changed) != ports:
        raise _unchangeable(_PORTS, f'{_PORTS} = "{ports}"')
    return changed


def _only(key: str, before: dict[str, Any], changed: str) -> Any:  # noqa: ANN401 - whatever stands there
    # What the changed text says at this key; an error if it says anything else that was not said before.
    after = tomllib.loads(changed)
    found = after.pop(key)
    if after != {other: value for other, value in before.items() if other != key}:
        raise _unchangeable(key, f"{key} = {found!r}")
    return found


def _unchangeable(key: str, line: str) -> RequestError:
    return RequestError(f"`{key}` in {FILE} could not be changed", hint=f"Edit it by hand: {line}")
