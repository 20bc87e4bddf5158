"""The lines of a file of people, each with a limit, so that memory does not depend on what the file holds."""

from collections.abc import Iterator
from typing import IO

from rtcstack.spec.people_row import BadRow

LONGEST = 65536
"""Octets that one row may have."""
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class LineError(ValueError):
    """A line that is not text; the next one can be read all the same."""


class Lines:
    """The lines of a stream as text that ends in a newline, counted from 1. LineError is raised for one that cannot be read.

    `begin` says that a row begins with the next line: a row that goes over several lines has one limit.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.number = 0
        self._left = LONGEST

    def begin(self) -> None:
        """Say that the next line begins a row."""
        self._left = LONGEST

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._left + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            if line.startswith(_UTF16):
                self._skip(line)
                raise LineError("is text in UTF-16: save the file as UTF-8")
            line = line.removeprefix(_BOM)
        if len(line) > self._left:
            self._skip(line)
            raise LineError(f"is longer than {LONGEST} octets, or a quotation mark is missing")
        self._left -= len(line)
        return _text(line)

    def _skip(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._stream.readline(LONGEST)


def _text(line: bytes) -> str:
    if b"\0" in line:
        raise LineError("holds a NUL: this is no text file")
    try:
        text = line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise LineError("is not text in UTF-8") from None
    if "\r" in text:
        raise LineError("holds a carriage return: lines must end in a newline")
    return f"{text}\n"


def each(lines: Lines) -> Iterator[str | BadRow]:
    """Given lines that are a row each, yield them, and a BadRow for each that cannot be read."""
    while True:
        lines.begin()
        try:
            yield next(lines)
        except StopIteration:
            return
        except LineError as error:
            yield BadRow(lines.number, "", str(error))
