"""Where the CA's key and its passphrase come from: options that every command which may sign something has."""

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.errors import RequestError

if TYPE_CHECKING:
    from rtcstack.workflow.context import Installation

KeyFile = Annotated[Path | None, typer.Option("--ca-key-file", help="The CA's key, if it is not kept in secrets/.")]
FromStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="Read the passphrase of the CA's key, one line, from standard input.")
]


def with_ca_key(installation: "Installation", key_file: Path | None, *, passphrase_stdin: bool) -> "Installation":
    """Given an installation and what was given, return it with that: the passphrase is asked for when it is needed, once."""
    from rtcstack.workflow.authority.access import KeyAccess

    @cache
    def passphrase() -> bytes:
        return read_passphrase() if passphrase_stdin else asked("Passphrase of the CA's key: ")

    offered = key_file is not None or passphrase_stdin
    return replace(installation, ca_access=KeyAccess(file=key_file, passphrase=passphrase, offered=offered))


def read_passphrase() -> bytes:
    """Return the line on standard input. Raise RequestError if it is empty."""
    from rtcstack.pki.protection import LONGEST

    found = sys.stdin.buffer.readline(LONGEST + 3).rstrip(b"\r\n")
    if not found:
        raise RequestError("there is no passphrase on standard input", hint="Give one line.")
    return found


def asked(question: str) -> bytes:
    """Given a question, return what is typed on the terminal, unseen. Raise RequestError if there is none."""
    import getpass
    import warnings

    hint = "Type the command on a terminal, or give the passphrase, one line, by --passphrase-stdin."
    with warnings.catch_warnings():
        # Without a terminal getpass would read what is visible.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(question, sys.stderr).encode()
        except (getpass.GetPassWarning, EOFError, OSError):
            raise RequestError("the CA's key is under a passphrase, and there is no terminal to ask for it", hint=hint) from None
        except UnicodeDecodeError:
            raise RequestError("the passphrase is not text in UTF-8", hint="See `locale`.") from None
