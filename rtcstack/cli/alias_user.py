"""`rtcstack alias-user`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark, say, say_json
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The person's name.")],
    *,
    add: Annotated[list[str] | None, typer.Option(help="A number or further name; may be repeated.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="One to take away; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Change the numbers and further names that a person can be called by; prints those that there are then, one a line."""
    from rtcstack.workflow.alias_user import alias_user
    from rtcstack.workflow.context import open_installation

    installation = open_installation(settings(context).directory)
    aliases = alias_user(installation, name, add=add or (), remove=remove or (), tell=remark)
    if as_json:
        say_json({"name": name, "aliases": list(aliases)})
        return
    for alias in aliases:
        say(alias)
