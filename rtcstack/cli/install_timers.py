"""`rtcstack install-timers`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take the timer away again.")] = False,
) -> None:
    """Let certificates be renewed by themselves: a systemd timer, or cron, looks every hour which are due."""
    from rtcstack.workflow import timers
    from rtcstack.workflow.context import open_installation

    installation = open_installation(settings(context).directory)
    if remove:
        remark("The timer is gone." if timers.remove(installation) else "There is no timer.")
        return
    done = timers.install(installation)
    remark(f"Installed for {done.how}: every hour it renews what has less than a third of its life left. See `rtcstack status`.")
    if done.left:
        remark(f"It begins at the next boot; to begin now, type: {done.left}")
