"""`rtcstack show-user`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark, say, say_json
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The person's name.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Show what is known about a person; no secrets."""
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.show_user import show_user

    known = show_user(open_installation(settings(context).directory), name)
    address = f"{known.name}@{known.domain}"
    if as_json:
        say_json(
            {
                "name": known.name,
                "enabled": known.enabled,
                "admin": known.admin,
                "aliases": list(known.aliases),
                "sip": f"sip:{address}",
                "xmpp": address,
                "turn": {"username": known.name, "realm": known.domain},
                "created": known.created.isoformat(),
                "changed": known.changed.isoformat(),
                "services": dict(known.services),
                "ending": known.ending,
            }
        )
        return
    roles = f"{'enabled' if known.enabled else 'disabled'}{', administrator' if known.admin else ''}"
    say(f"{known.name}: {roles}")
    say(f"SIP   sip:{address}\nXMPP  {address}\nTURN  {known.name}, realm {known.domain}")
    if known.aliases:
        say(f"Aliases: {', '.join(known.aliases)}")
    say(f"Created {known.created:%Y-%m-%d %H:%M} UTC, changed {known.changed:%Y-%m-%d %H:%M} UTC")
    if not known.whole or known.ending:
        for service, state in known.services.items():
            say(f"{service}: {state}")
        remark("Sessions have still to be ended: type `rtcstack up`." if known.whole else "See `rtcstack check-users`.")
