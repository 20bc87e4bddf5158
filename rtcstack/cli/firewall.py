"""`rtcstack firewall`."""

from typing import Annotated

import typer

from rtcstack.cli.output import say, say_json
from rtcstack.cli.settings import settings


def command(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False
) -> None:
    """Print nftables rules for the router or host in front: exactly what the services need."""
    from rtcstack.plan.opening import openings
    from rtcstack.render.firewall import ruleset
    from rtcstack.workflow.context import open_installation

    stack = open_installation(settings(context).directory).stack
    if not as_json:
        say(ruleset(stack).rstrip("\n"))
        return
    rows = [
        {
            "service": one.service,
            "address": str(one.address),
            "public_address": None if one.public is None else str(one.public),
            "transport": one.transport,
            "ports": [{"first": first, "last": last} for first, last in one.ports],
            "protocols": list(one.protocols),
        }
        for one in openings(stack)
    ]
    say_json({"name": stack.site.name, "openings": rows})
