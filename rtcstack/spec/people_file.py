"""A file of people, as `import-users` reads it and `export-users` writes it: CSV with a header, or JSON lines.

Reading yields one value for each row: a `Row` that is well formed, or a `BadRow` that says why it is not. Nothing is raised for
what a file may hold.
"""

from collections.abc import Iterator
from typing import IO

from rtcstack.spec.people_csv import read_csv
from rtcstack.spec.people_json import read_json
from rtcstack.spec.people_lines import Lines, each
from rtcstack.spec.people_row import COLUMNS, BadRow, Row


def read(stream: IO[bytes]) -> Iterator[Row | BadRow]:
    """Given a stream, yield its rows in their order. JSON lines begin with `{`; anything else is CSV with a header."""
    lines = Lines(stream)
    for first in each(lines):
        if isinstance(first, BadRow):
            # A first line that cannot be read is neither a header nor JSON: it says nothing about the rest.
            yield first
            return
        begin = first.lstrip()[:1]
        if begin == "{":
            yield from read_json(lines, first)
        elif begin == "[":
            yield BadRow(lines.number, "", "begins a JSON list: write one object a line, without [ and ]")
        elif begin:
            yield from read_csv(lines, first)
        if begin:
            return
    yield BadRow(1, "", f"the file is empty: its first line must be a header like {','.join(COLUMNS)}")
