"""What every command is told: the options that stand before or after any command's name."""

from dataclasses import dataclass
from pathlib import Path

import typer


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The global options."""

    directory: Path
    verbose: bool
    debug: bool


def settings(context: typer.Context) -> Settings:
    """Given a command's context, return the global options."""
    found = context.find_object(Settings)
    if found is None:
        raise RuntimeError("a command was run without the application's callback")
    return found


GLOBAL_FLAGS = ("--verbose", "--debug")
GLOBAL_VALUES = ("--directory",)


def hoist(arguments: list[str]) -> list[str]:
    """Given a command line, return it with the global options first, so that they may stand anywhere before `--`."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*front, *rest, word, *words]
        if word in GLOBAL_FLAGS or word.startswith(tuple(f"{name}=" for name in GLOBAL_VALUES)):
            front.append(word)
        elif word in GLOBAL_VALUES:
            front += [word, *([value] if (value := next(words, None)) is not None else [])]
        else:
            rest.append(word)
    return [*front, *rest]
