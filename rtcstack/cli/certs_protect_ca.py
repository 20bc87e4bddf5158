"""`rtcstack certs protect-ca`."""

from pathlib import Path
from typing import Annotated

import typer

from rtcstack.cli.ca_key import asked, read_passphrase
from rtcstack.cli.output import remark
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    *,
    move: Annotated[
        Path | None, typer.Option(help="Move the key to this file, which must not exist, on a disk to take away.")
    ] = None,
    no_passphrase: Annotated[bool, typer.Option("--no-passphrase", help="With --move: as it is, without a passphrase.")] = False,
    passphrase_stdin: Annotated[
        bool, typer.Option("--passphrase-stdin", help="Read the new passphrase, one line, from standard input.")
    ] = False,
) -> None:
    """Put the CA's key under a passphrase, or move it away. Certificates are then renewed by hand: `certs renew`."""
    from rtcstack.errors import RequestError
    from rtcstack.workflow.authority.protect import protect_ca
    from rtcstack.workflow.context import open_installation

    installation = open_installation(settings(context).directory)
    passphrase = None if no_passphrase else read_passphrase() if passphrase_stdin else _twice()
    if no_passphrase and (move is None or passphrase_stdin):
        raise RequestError("--no-passphrase goes with --move alone")
    done = protect_ca(installation, passphrase=passphrase, move=move)
    remark(f"The CA's key is {done.place}, {'under a passphrase' if done.passphrase else 'open'}. There is no way in without it.")
    remark("Older copies of it (backups, the blocks of this disk) are as they were.")
    remark("Nothing renews by itself any more: `rtcstack certs` says from when on somebody would notice.")
    if done.old_key_left:
        remark("The old CA's key is still open in secrets/, until `rtcstack certs rotate-ca --finish`.")


def _twice() -> bytes:
    from rtcstack.errors import RequestError

    first = asked("New passphrase of the CA's key: ")
    if asked("Once more: ") != first:
        raise RequestError("the two passphrases differ; nothing was changed", hint="Type the command again.")
    return first
