"""`rtcstack init`."""

from dataclasses import replace
from typing import Annotated

import typer

from rtcstack.cli.output import remark, say
from rtcstack.cli.settings import settings
from rtcstack.spec.model import Driver


def command(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The domain of the people's addresses, like falcot.com.")],
    *,
    parent: Annotated[str, typer.Option(help='The host\'s link to the LAN, like eth0; "auto" makes a private network.')] = "",
    subnet: Annotated[str, typer.Option(help="The LAN's IPv4 subnet, like 192.0.2.0/24.")] = "",
    subnet6: Annotated[str, typer.Option(help="The LAN's IPv6 subnet; leave it out for IPv4 only.")] = "",
    driver: Annotated[Driver | None, typer.Option(help="How services get their addresses; default: what suits the link.")] = None,
    admin: Annotated[list[str] | None, typer.Option(help="A person who administers; may be given again.")] = None,
) -> None:
    """Write a commented rtcstack.toml; asks what it cannot know."""
    import sys

    from rtcstack.errors import RequestError
    from rtcstack.workflow.init import Answers, init, propose

    if not parent and sys.stdin.isatty():
        parent = typer.prompt("Link to the LAN (auto: a private network on this host)", default="auto", err=True)
    parent = parent or "auto"
    if parent != "auto" and not subnet:
        if not sys.stdin.isatty():
            raise RequestError("with --parent, the LAN's subnet is needed", hint="Add --subnet, like --subnet 192.0.2.0/24.")
        subnet = typer.prompt("IPv4 subnet of that LAN", err=True)
        subnet6 = subnet6 or typer.prompt("IPv6 subnet of that LAN (empty: none)", default="", err=True)
    if driver is None and parent != "auto":
        proposed = propose(parent)
        driver = proposed.driver
        remark(f"Driver {driver}: {proposed.reason}. Another one: --driver.")
        if proposed.warning:
            remark(proposed.warning)
    answers = Answers(domain=domain, parent=parent, admins=tuple(admin or ()), driver=driver or "macvlan")
    if subnet:
        answers = replace(answers, subnet=subnet, subnet6=subnet6)
    path = init(settings(context).directory, answers)
    say(f"Wrote {path}. Read it, then type `rtcstack up`.")
