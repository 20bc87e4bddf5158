"""`rtcstack list-users`."""

from typing import Annotated

import typer

from rtcstack.cli.output import say, say_json_list
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    pattern: Annotated[str, typer.Argument(help="Only names like this: * is anything, ? one character.")] = "",
    *,
    enabled: Annotated[bool | None, typer.Option("--enabled/--disabled", help="Only who may log in, or only who may not.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Only administrators.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    after: Annotated[str, typer.Option(help="Only those behind this name: the last one of the page before.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """List people in the order of their names, one a line."""
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.list_users import list_users

    installation = open_installation(settings(context).directory)
    found = list_users(installation, pattern=pattern, enabled=enabled, admin=admin, after=after, limit=limit)
    if as_json:
        say_json_list(
            "people",
            ({"name": p.name, "enabled": p.enabled, "admin": p.admin, "aliases": list(p.aliases)} for p in found),
        )
        return
    for person in found:
        say(person.name)
