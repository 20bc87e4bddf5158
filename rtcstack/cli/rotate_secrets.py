"""`rtcstack rotate-secrets`."""

from typing import Annotated

import typer

from rtcstack.cli.output import confirm, remark, say_json
from rtcstack.cli.progress import steps
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    *,
    database: Annotated[
        bool, typer.Option("--database", help="Replace the database passwords instead: some services are restarted for it.")
    ] = False,
    finish: Annotated[bool, typer.Option("--finish", help="Refuse from now on what was made with the old secret.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, even where somebody would be cut off.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Show the result as JSON.")] = False,
) -> None:
    """Replace the secret of short-lived TURN credentials; nobody is cut off. Typed again after a failure, it goes on."""
    from datetime import UTC, datetime

    from rtcstack.change.operation import Operation
    from rtcstack.errors import RequestError
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.rotate_secrets import rotate_secrets

    if database and finish:
        raise RequestError("--database and --finish do not go together", hint="Database passwords have no time of overlap.")
    installation = open_installation(settings(context).directory)

    def ask(operations: tuple[Operation, ...]) -> None:
        for operation in operations:
            remark(f"  {operation}")
        confirm("This cuts somebody off (!).", yes=yes)

    with steps("rotate-secrets") as progress:
        rotated = rotate_secrets(installation, database=database, finish=finish, confirm=ask, progress=progress)
    until = {r.secret: datetime.fromtimestamp(r.until, UTC).isoformat(timespec="seconds") if r.until else None for r in rotated}
    if as_json:
        say_json({"rotated": [{"secret": secret, "old_accepted_until": time} for secret, time in until.items()]})
        return
    if not until:
        remark("Nothing to finish: no old secret is accepted.")
    for secret, time in until.items():
        remark(f"{secret}: the new one is in use{f', the old one is accepted until {time}' if time else ''}.")
