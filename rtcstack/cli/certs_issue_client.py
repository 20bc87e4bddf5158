"""`rtcstack certs issue-client`."""

from pathlib import Path
from typing import Annotated

import typer

from rtcstack.cli.ca_key import FromStdin, KeyFile, with_ca_key
from rtcstack.cli.output import remark, say_json
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The partner's domain, like partner.example.")],
    *,
    output: Annotated[Path, typer.Option(help="The file to write, which must not exist: key, certificate and CA (mode 0600).")],
    csr: Annotated[Path | None, typer.Option(help="The partner's certificate request (PEM); its key alone counts.")] = None,
    ca_key_file: KeyFile = None,
    passphrase_stdin: FromStdin = False,
    as_json: Annotated[bool, typer.Option("--json", help="Show the result as JSON.")] = False,
) -> None:
    """Issue a certificate by which a partner's server proves to ours who it is; it cannot pose as a server."""
    from datetime import UTC, datetime

    from rtcstack.engine.lock import locked
    from rtcstack.pki.revocation import serial_text
    from rtcstack.workflow.authority.clients import issue
    from rtcstack.workflow.context import open_installation

    installation = with_ca_key(open_installation(settings(context).directory), ca_key_file, passphrase_stdin=passphrase_stdin)
    with locked(installation.directory):
        made = issue(installation, name, output, datetime.now(UTC), csr=csr)
    if as_json:
        end = made.not_after.isoformat(timespec="seconds")
        say_json({"name": made.name, "serial": serial_text(made.serial), "not_after": end, "file": str(output)})
        return
    remark(f"{output} is written, until {made.not_after:%Y-%m-%d}. Serial number: {serial_text(made.serial)}")
    if csr is None:
        remark("It holds the key: give it to the partner by a safe way, and keep no copy.")
