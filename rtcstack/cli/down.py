"""`rtcstack down`."""

from typing import Annotated

import typer

from rtcstack.cli.output import confirm, remark
from rtcstack.cli.progress import steps
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    *,
    volumes: Annotated[bool, typer.Option("--volumes", help="Remove the data too: people, messages, registrations.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take the stack away: containers, networks, links. Data stays, unless --volumes is given."""
    from rtcstack.workflow import down
    from rtcstack.workflow.context import open_installation

    installation = open_installation(settings(context).directory)
    if volumes:
        names = ", ".join(down.volumes(installation)) or "no volume"
        confirm(f"This destroys all people, messages and registrations of {installation.stack.site.domain} ({names}).", yes=yes)
    with steps("down") as progress:
        down.down(installation, data=volumes, progress=progress)
    remark("Gone. rtcstack.toml, compose/ and secrets/ are still here; `rtcstack up` makes the stack again.")
