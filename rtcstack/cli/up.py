"""`rtcstack up`."""

from typing import Annotated

import typer

from rtcstack.cli.ca_key import FromStdin, KeyFile, with_ca_key
from rtcstack.cli.output import confirm, remark, say_json
from rtcstack.cli.progress import steps
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, even where somebody would be cut off.")] = False,
    ca_key_file: KeyFile = None,
    passphrase_stdin: FromStdin = False,
    expect: Annotated[str, typer.Option(help="Apply only the plan with this digest (see `rtcstack plan`).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Show the status as JSON at the end.")] = False,
) -> None:
    """Make the stack as rtcstack.toml says, and wait until every service answers. Run again, it changes nothing."""
    from rtcstack.change.operation import Operation
    from rtcstack.cli.status import show
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.status import status
    from rtcstack.workflow.up import up

    installation = with_ca_key(open_installation(settings(context).directory), ca_key_file, passphrase_stdin=passphrase_stdin)

    def ask(operations: tuple[Operation, ...]) -> None:
        for operation in operations:
            remark(f"  {operation}")
        confirm("This cuts somebody off, destroys something or changes this machine.", yes=yes)

    with steps("up") as progress:
        result = up(installation, confirm=ask, expect=expect, progress=progress)
    if not result.operations:
        remark("Nothing to do: everything is as rtcstack.toml says, and every service answers.")
    if as_json:
        say_json(status(installation).data)
    else:
        show(result.health, installation)
