"""CSV of people (RFC 4180: commas, quotation marks doubled inside quoted fields), its first line the header."""

import csv
from collections.abc import Iterator, Sequence

from rtcstack.spec.people_lines import LineError, Lines
from rtcstack.spec.people_row import COLUMNS, BadRow, Row, shown

_TRUTH = {"": None, "true": True, "false": False}


def read_csv(lines: Lines, header: str) -> Iterator[Row | BadRow]:
    """Given lines whose first one is read already and is the header, yield a row for each further record."""
    columns = _columns(header)
    if wrong := _wrong(columns):
        yield BadRow(lines.number, "", wrong)
        return
    reader = csv.reader(lines, strict=True)
    while True:
        # The reader pulls further lines where a quoted field goes on.
        lines.begin()
        line = lines.number + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except LineError as error:
            yield BadRow(line, "", str(error))
        except csv.Error as error:
            yield BadRow(line, "", f"is not CSV, see its quotation marks ({error})")
        else:
            if fields:
                yield _row(line, columns, fields)


def _columns(header: str) -> list[str]:
    try:
        return next(csv.reader([header], strict=True))
    except csv.Error:
        return [header.rstrip("\n")]


def _wrong(columns: Sequence[str]) -> str:
    wanted = f"the header must be made of {', '.join(COLUMNS)}, with commas between"
    if unknown := [column for column in columns if column not in COLUMNS]:
        return f"unknown column {shown(unknown[0])!r}: {wanted}"
    if len(set(columns)) < len(columns):
        return f"a column is there twice: {wanted}"
    return "" if "name" in columns else f"the column name is missing: {wanted}"


def _row(line: int, columns: Sequence[str], fields: Sequence[str]) -> Row | BadRow:
    values = dict(zip(columns, fields, strict=False))
    name = values.get("name", "")
    if len(fields) != len(columns):
        return BadRow(line, shown(name), f"has {len(fields)} columns instead of {len(columns)}")
    admin = values.get("admin", "")
    if admin not in _TRUTH:
        return BadRow(line, shown(name), "admin must be true or false")
    return Row(
        line=line,
        name=name,
        password=values.get("password", ""),
        admin=_TRUTH[admin],
        aliases=tuple(values.get("aliases", "").split()),
    )
