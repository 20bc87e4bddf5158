"""`rtcstack plan`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark, say, say_json
from rtcstack.cli.settings import settings


def command(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False
) -> None:
    """Show what `up` would do, and why; change nothing."""
    from rtcstack.change.operation import digest
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.up import plan, told

    installation = open_installation(settings(context).directory)
    operations = plan(installation)
    remarks = told(installation, operations)
    if as_json:
        rows = [{"action": str(o.action), "target": o.target, "cause": o.cause, "destructive": o.destructive} for o in operations]
        say_json({"digest": digest(operations), "operations": rows, "remarks": list(remarks)})
        return
    for operation in operations:
        say(str(operation))
    for line in remarks:
        remark(line)
    if any(operation.destructive for operation in operations):
        say("(!) cuts somebody off, destroys something or changes this machine: `up` asks first.")
    say(
        f"{len(operations)} operations. To do just this: rtcstack up --expect {digest(operations)}"
        if operations
        else "Nothing to do."
    )
