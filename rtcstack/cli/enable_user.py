"""`rtcstack enable-user`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark
from rtcstack.cli.settings import settings


def command(context: typer.Context, name: Annotated[str, typer.Argument(help="The person's name.")]) -> None:
    """Let a person who was disabled log in again, with the same password."""
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.disable_user import enable_user

    enable_user(open_installation(settings(context).directory), name, tell=remark)
    remark(f"{name} is enabled.")
