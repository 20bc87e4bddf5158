"""`rtcstack init`."""

from typing import Annotated

import typer

from rtcstack.cli.output import say
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The domain of the people's addresses, like falcot.com.")],
    *,
    parent: Annotated[str, typer.Option(help='The host\'s link to the LAN, like eth0; "auto" makes a private network.')] = "",
    subnet: Annotated[str, typer.Option(help="The LAN's IPv4 subnet, like 192.0.2.0/24.")] = "",
    subnet6: Annotated[str, typer.Option(help="The LAN's IPv6 subnet; leave it out for IPv4 only.")] = "",
    admin: Annotated[list[str] | None, typer.Option(help="A person who administers; may be given again.")] = None,
) -> None:
    """Write a commented rtcstack.toml; asks what it cannot know."""
    import sys

    from rtcstack.errors import RequestError
    from rtcstack.workflow.init import Answers, init

    if not parent and sys.stdin.isatty():
        parent = typer.prompt("Link to the LAN (auto: a private network on this host)", default="auto", err=True)
    parent = parent or "auto"
    if parent != "auto" and not subnet:
        if not sys.stdin.isatty():
            raise RequestError("with --parent, the LAN's subnet is needed", hint="Add --subnet, like --subnet 192.0.2.0/24.")
        subnet = typer.prompt("IPv4 subnet of that LAN", err=True)
        subnet6 = subnet6 or typer.prompt("IPv6 subnet of that LAN (empty: none)", default="", err=True)
    answers = Answers(domain=domain, parent=parent, admins=tuple(admin or ()))
    if subnet:
        answers = Answers(domain=domain, parent=parent, subnet=subnet, subnet6=subnet6, admins=tuple(admin or ()))
    path = init(settings(context).directory, answers)
    say(f"Wrote {path}. Read it, then type `rtcstack up`.")
