"""Where a password comes from: one line of standard input, the terminal (twice, unseen), or nowhere: then one is generated."""

import sys
from typing import Annotated

import typer

from rtcstack.errors import RequestError

FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password, one line, from standard input.")]
FromPrompt = Annotated[bool, typer.Option("--prompt", help="Ask for the password on the terminal, twice, without showing it.")]


def given_password(*, password_stdin: bool, prompt: bool) -> str | None:
    """Given what was asked for, return the password as it was typed, or None if one is to be generated. Raise RequestError."""
    from rtcstack.workflow.people import LONGEST_PASSWORD, password_line

    if password_stdin and prompt:
        raise RequestError("--password-stdin and --prompt exclude each other", hint="Give one of them, or none.")
    if password_stdin:
        return password_line(sys.stdin.buffer.readline(LONGEST_PASSWORD + 3))
    return _asked() if prompt else None


def _asked() -> str:
    import getpass
    import warnings

    hint = "Use --password-stdin, or neither for a generated password."
    with warnings.catch_warnings():
        # Without a terminal getpass would read what is visible.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            first = getpass.getpass("Password: ", sys.stderr)
            second = getpass.getpass("Once more: ", sys.stderr)
        except (getpass.GetPassWarning, EOFError, OSError):
            raise RequestError("there is no terminal to ask for the password", hint=hint) from None
        except UnicodeDecodeError:
            raise RequestError("the password is not text in UTF-8", hint="See `locale`.") from None
    if first != second:
        raise RequestError("the two passwords differ; nothing was changed", hint="Type the command again.")
    return first
