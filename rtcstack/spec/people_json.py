"""JSON lines of people: one object a line, the same keys as the columns of CSV, and what `export-users` adds."""

import json
from collections.abc import Iterator

from rtcstack.spec.people_lines import Lines, each
from rtcstack.spec.people_row import COLUMNS, BadRow, Row, shown

KEYS = (*COLUMNS, "enabled", "realm", "hashes")


class _WrongError(ValueError):
    """What is wrong with a line."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _WrongError("has a key twice")
    return found


def read_json(lines: Lines, first: str) -> Iterator[Row | BadRow]:
    """Given lines whose first one is read already, yield a row for each object."""
    yield _row(lines.number, first)
    for line in each(lines):
        if isinstance(line, BadRow):
            yield line
        elif line.strip():
            yield _row(lines.number, line)


def _row(line: int, text: str) -> Row | BadRow:
    name = ""
    try:
        data = _object(text)
        name = _name(data)
        return _checked(line, name, data)
    except _WrongError as error:
        return BadRow(line, shown(name), str(error))


def _object(text: str) -> dict[str, object]:
    try:
        data = json.loads(text, object_pairs_hook=_once)
        # An escape like \ud800 is half a character: no text that could be sent or stored.
        json.dumps(data, ensure_ascii=False).encode()
    except _WrongError:
        raise
    except UnicodeEncodeError:
        raise _WrongError("holds half a character (a lone surrogate)") from None
    except (ValueError, RecursionError):
        raise _WrongError("is not JSON") from None
    if not isinstance(data, dict):
        raise _WrongError("is no JSON object: write one object a line")
    return data


def _name(data: dict[str, object]) -> str:
    name = data.get("name")
    if name is None:
        raise _WrongError("the key name is missing")
    if not isinstance(name, str):
        raise _WrongError("name must be text")
    return name


def _checked(line: int, name: str, data: dict[str, object]) -> Row:
    if unknown := [key for key in data if key not in KEYS]:
        raise _WrongError(f"unknown key {shown(unknown[0])!r}: allowed are {', '.join(KEYS)}")
    return Row(
        line=line,
        name=name,
        password=_text(data, "password"),
        admin=_truth(data, "admin"),
        aliases=_words(data.get("aliases")),
        enabled=_truth(data, "enabled"),
        realm=_text(data, "realm"),
        hashes=_hashes(data.get("hashes")),
    )


def _text(data: dict[str, object], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _WrongError(f"{key} must be text")
    return value


def _truth(data: dict[str, object], key: str) -> bool | None:
    value = data.get(key)
    if value is not None and not isinstance(value, bool):
        raise _WrongError(f"{key} must be true or false, without quotation marks")
    return value


def _words(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(str(word) for word in value)
    raise _WrongError("aliases must be a list of texts, or one text with spaces between")


def _hashes(value: object) -> dict[str, dict[str, str]]:
    if value is None:
        return {}
    if isinstance(value, dict) and all(isinstance(kept, dict) for kept in value.values()):
        services = {service: dict(kept) for service, kept in value.items()}
        if all(isinstance(text, str) for kept in services.values() for text in kept.values()):
            return services
    raise _WrongError("hashes must be an object of services, each with an object of texts, as `export-users --hashes` writes it")
