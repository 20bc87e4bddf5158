"""One row of a file of people: what it says, or why it says nothing. Plain values, with the line where the row begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field

COLUMNS = ("name", "password", "admin", "aliases")
"""The columns of CSV, and the first keys of JSON."""
_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person as the file says. None, "" and empty mean: the file does not say.

    `realm` is what `hashes` belong to; `hashes` maps a service's name to what it stores instead of a password.
    """

    line: int
    name: str
    password: str = field(default="", repr=False)
    admin: bool | None = None
    aliases: tuple[str, ...] = ()
    enabled: bool | None = None
    realm: str = ""
    hashes: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be imported: its line, whose it is ("" if that cannot be read), and why. Fit for a terminal."""

    line: int
    name: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.name}: {self.reason}" if self.name else f"line {self.line}: {self.reason}"


def shown(text: str) -> str:
    """Given any text, return it short and without what a terminal would obey or not show."""
    begin = text[:_SHOWN]
    plain = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in begin)
    return plain if len(text) <= _SHOWN else f"{plain}…"
