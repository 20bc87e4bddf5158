"""`rtcstack list-users`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark, say, say_json
from rtcstack.cli.settings import settings


def command(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False
) -> None:
    """List the people who exist in every service."""
    from rtcstack.engine.docker import Engine
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.people import who

    installation = open_installation(settings(context).directory)
    with Engine() as engine:
        people = who(installation, engine)
    if as_json:
        admins = installation.stack.site.admins
        say_json({"people": [{"name": name, "enabled": True, "admin": name in admins} for name in people.whole]})
    else:
        for name in people.whole:
            say(name)
    for name in people.partial:
        remark(f"{name} is half-made: `rtcstack add-user {name}` completes, `rtcstack remove-user {name}` removes.")
