"""Showing things: results on standard output, progress and remarks on standard error, errors as sentences."""

import json
import sys
from collections.abc import Iterable, Mapping

from rtcstack.errors import RequestError, RtcstackError


def say(text: str = "") -> None:
    """Given a line that was asked for, put it on standard output."""
    sys.stdout.write(f"{text}\n")


def say_bytes(content: bytes) -> None:
    """Given bytes that were asked for, put them on standard output as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def remark(text: str) -> None:
    """Given a remark, put it on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def say_json(data: Mapping[str, object]) -> None:
    """Given a result, put it on standard output as one JSON object with its schema number."""
    say(json.dumps({"schema": 1, **data}, indent=2, ensure_ascii=False))


def say_json_list(key: str, items: Iterable[Mapping[str, object]]) -> None:
    """Given a list that is made while it is read, put it on standard output as one JSON object, an item a line.

    Nothing is written before the first item is there; a list that breaks off is no JSON.
    """
    first = f'{{"schema": 1, {json.dumps(key)}: ['
    begin = first
    for item in items:
        sys.stdout.write(f"{begin}\n{json.dumps(item, ensure_ascii=False)}")
        begin = ","
    sys.stdout.write(f"{first}]}}\n" if begin is first else "\n]}\n")


def say_table(columns: Iterable[str], rows: Iterable[Iterable[str]], title: str = "") -> None:
    """Given columns and rows, put a table on standard output, as wide as the terminal or, in a pipe, as its content."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row)
    console = Console(file=sys.stdout, markup=False, highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table)


def show_error(error: RtcstackError) -> None:
    """Given an error, put its sentence, its problems and what to type next on standard error."""
    remark(f"rtcstack: {error.message}")
    for problem in error.problems:
        remark(f"  {problem}")
    if error.hint:
        remark(error.hint)


def confirm(question: str, *, yes: bool) -> None:
    """Given a question, return when it is answered with yes. Raise RequestError when not, or when nobody can be asked."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise RequestError(f"{question} There is no terminal to ask.", hint="Type the command again with --yes if you mean it.")
    sys.stderr.write(f"{question} Type yes to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise RequestError("nothing was changed")
