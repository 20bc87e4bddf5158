"""`rtcstack certs clients`."""

from typing import Annotated

import typer

from rtcstack.cli.output import say_json, say_table
from rtcstack.cli.settings import settings


def command(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False
) -> None:
    """List the certificates that were issued for partners."""
    from datetime import UTC, datetime

    from rtcstack.pki.revocation import serial_text
    from rtcstack.workflow.authority.clients import clients
    from rtcstack.workflow.context import open_installation

    found = clients(open_installation(settings(context).directory).vault, datetime.now(UTC))
    if as_json:
        rows = [
            {
                "name": c.name,
                "serial": serial_text(c.serial),
                "not_after": c.not_after.isoformat(timespec="seconds"),
                "state": c.state,
            }
            for c in found
        ]
        say_json({"clients": rows})
        return
    say_table(
        ("partner", "until", "state", "serial number"),
        [(c.name, f"{c.not_after:%Y-%m-%d}", c.state, serial_text(c.serial)) for c in found],
    )
