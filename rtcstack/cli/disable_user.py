"""`rtcstack disable-user`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark
from rtcstack.cli.settings import settings


def command(context: typer.Context, name: Annotated[str, typer.Argument(help="The person's name.")]) -> None:
    """Lock a person out of every service at once, running calls and streams too; contacts and messages stay."""
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.disable_user import disable_user

    disable_user(open_installation(settings(context).directory), name, tell=remark)
    remark(f"{name} is disabled.")
