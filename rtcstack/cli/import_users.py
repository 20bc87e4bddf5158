"""`rtcstack import-users`."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from rtcstack.cli.output import remark, say, say_json, show_error
from rtcstack.cli.settings import settings
from rtcstack.errors import Problem, RequestError


def command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file of people; - reads standard input.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check every row; change nothing.")] = False,
    credentials: Annotated[
        Path | None, typer.Option(help="Where generated passwords go, as CSV, mode 0600; an interrupted import goes on with it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Add all people of a file, or nobody if any row is wrong; typed again, an interrupted import goes on.

    CSV begins with a header made of: name (required), password (empty: one is generated), admin (true: the name goes to admins
    in rtcstack.toml), aliases (with spaces between). JSON lines, one object a line, have the same keys, and enabled, realm and
    hashes as export-users writes them. Somebody who exists already with the same password, or whose row has none, stays as is.
    """
    import sys

    from rtcstack.cli.progress import bar
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.imports.users import import_users

    installation = open_installation(settings(context).directory)
    try:
        source = nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb")
    except OSError as error:
        raise RequestError(f"{file} cannot be read: {error.strerror}", hint="Name a file that you may read.") from None
    with source as stream, bar("people") as progress:
        done = import_users(installation, stream, credentials=credentials, dry_run=dry_run, progress=progress, tell=remark)
    if as_json:
        refused = [{"line": row.line, "name": row.name, "reason": row.reason} for row in done.refused]
        say_json({"imported": done.imported, "unchanged": done.unchanged, "refused": refused, "dry_run": dry_run})
    elif not done.refused:
        say(f"{done.imported} {'would be imported' if dry_run else 'imported'}, {done.unchanged} unchanged")
    if done.refused:
        rows = "one row" if len(done.refused) == 1 else f"{len(done.refused)} rows"
        problems = () if as_json else tuple(Problem(f"line {row.line}", _what(row.name, row.reason)) for row in done.refused)
        show_error(
            RequestError(f"{rows} refused; nobody was imported", problems=problems, hint="Correct the file, then type it again.")
        )
        raise typer.Exit(RequestError.exit_code)
    if done.generated and not dry_run:
        remark(f"Generated passwords are in {credentials}: hand them out, then delete the file.")


def _what(name: str, reason: str) -> str:
    return f"{name}: {reason}" if name else reason
