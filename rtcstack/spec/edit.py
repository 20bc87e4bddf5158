"""Changing the administrator's own file: only what must change, everything else as it was typed. Pure."""

import tomllib
from collections.abc import Iterable

from rtcstack.errors import RequestError
from rtcstack.spec.load import FILE

_KEY = "admins"


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
    after = tomllib.loads(changed)
    if sorted(after.pop(_KEY)) != sorted(wanted) or after != {key: value for key, value in before.items() if key != _KEY}:
        raise RequestError(f"`{_KEY}` in {FILE} could not be changed", hint=f"Edit it by hand: {_KEY} = {wanted}")
    return changed
