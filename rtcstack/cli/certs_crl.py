"""`rtcstack certs crl`."""

from typing import Annotated

import typer

from rtcstack.cli.output import say_bytes
from rtcstack.cli.settings import settings


def command(
    context: typer.Context, *, form: Annotated[str, typer.Option("--format", help="pem, der, or text for people.")] = "pem"
) -> None:
    """Print the CA's list of revoked certificates, for whoever else verifies certificates of this CA."""
    from datetime import UTC, datetime

    from rtcstack.workflow.authority.export import export_list
    from rtcstack.workflow.context import open_installation

    say_bytes(export_list(open_installation(settings(context).directory), form, datetime.now(UTC)))
