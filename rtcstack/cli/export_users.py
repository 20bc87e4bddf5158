"""`rtcstack export-users`."""

from pathlib import Path
from typing import Annotated

import typer

from rtcstack.cli.output import say_bytes
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    *,
    hashes: Annotated[
        bool, typer.Option("--hashes", help="With what the services store instead of passwords: keep it as secret as passwords.")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="A new file, mode 0600; without it, standard output.")] = None,
) -> None:
    """Write everybody as JSON lines that import-users takes; with --hashes people keep their passwords on another installation."""
    import json
    import sys

    from rtcstack.engine.new_file import new_file
    from rtcstack.errors import RequestError
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.export_users import export_users

    installation = open_installation(settings(context).directory)
    if hashes and output is None and sys.stdout.isatty():
        raise RequestError("hashes are secret, and standard output is a terminal", hint="Add --output FILE.")
    lines = (json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in export_users(installation, hashes=hashes))
    if output is not None:
        new_file(output, lines)
        return
    for line in lines:
        say_bytes(line)
