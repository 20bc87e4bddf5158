"""`rtcstack remove-user`."""

from typing import Annotated

import typer

from rtcstack.cli.output import confirm, remark
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The person's name.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a person from every service, with contacts, aliases and messages, and from admins in rtcstack.toml.

    Files sent to others stay until they expire.
    """
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.people import checked_name
    from rtcstack.workflow.remove_user import remove_user

    installation = open_installation(settings(context).directory)
    checked_name(name)
    confirm(f"This removes {name} and all messages of {name}.", yes=yes)
    remove_user(installation, name, tell=remark)
    remark(f"{name} is gone.")
