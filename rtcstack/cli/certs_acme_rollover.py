"""`rtcstack certs acme rollover`."""

from typing import Annotated

import typer

from rtcstack.cli.output import say, say_json
from rtcstack.cli.settings import settings


def command(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False
) -> None:
    """Give the account at the public CA another key; account and certificates stay."""
    from rtcstack.workflow.acme.rollover import rollover
    from rtcstack.workflow.context import open_installation

    account = rollover(open_installation(settings(context).directory))
    if as_json:
        say_json({"account": account})
    else:
        say(f"The account {account} has another key from now on; it is in secrets/.")
