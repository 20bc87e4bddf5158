"""`rtcstack ca`."""

import typer

from rtcstack.cli.output import say_bytes
from rtcstack.cli.settings import settings


def command(context: typer.Context) -> None:
    """Print the CA certificate (PEM), which clients import to trust this stack."""
    from rtcstack.workflow.ca import ca
    from rtcstack.workflow.context import open_installation

    say_bytes(ca(open_installation(settings(context).directory)))
