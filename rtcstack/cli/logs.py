"""`rtcstack logs`."""

import subprocess
from typing import Annotated

import typer

from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    service: Annotated[str, typer.Argument(help="A service; all of them if none is named.")] = "",
    *,
    lines: Annotated[int, typer.Option(help="How many of the last lines of each.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", help="Go on showing new lines; end with Ctrl-C.")] = False,
) -> None:
    """Show what the services wrote."""
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.logs import logs_argv

    argv = logs_argv(open_installation(settings(context).directory), service, lines=lines, follow=follow)
    raise typer.Exit(min(subprocess.run(argv, check=False).returncode, 1))
