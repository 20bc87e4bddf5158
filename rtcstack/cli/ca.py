"""`rtcstack ca`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark, say_bytes
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    *,
    old: Annotated[bool, typer.Option("--old", help="The one before, while it is trusted (see `certs rotate-ca`).")] = False,
    following: Annotated[bool, typer.Option("--next", help="The one that is announced and not in use yet.")] = False,
) -> None:
    """Print the CA certificate (PEM), which clients import to trust this stack."""
    from rtcstack.errors import RequestError
    from rtcstack.workflow.authority.export import other_ca
    from rtcstack.workflow.ca import ca
    from rtcstack.workflow.context import open_installation

    if old and following:
        raise RequestError("--old and --next exclude each other")
    installation = open_installation(settings(context).directory)
    if public := [service.name for service in installation.stack.issued_by("acme")]:
        remark(f"Nobody needs it for {', '.join(public)}: a public CA certifies them.")
    say_bytes(other_ca(installation, old=old) if old or following else ca(installation))
