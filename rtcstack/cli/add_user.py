"""`rtcstack add-user`."""

from typing import Annotated

import typer

from rtcstack.cli.output import say, say_json
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Lower case; the part before the @ of the person's address.")],
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password, one line, from standard input.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Add a person who can log in to SIP, XMPP and TURN; the password is generated unless one is given."""
    import sys

    from rtcstack.workflow.add_user import add_user
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.people import LONGEST_PASSWORD, password_line

    installation = open_installation(settings(context).directory)
    password = password_line(sys.stdin.buffer.readline(LONGEST_PASSWORD + 3)) if password_stdin else None
    added = add_user(installation, name, password)
    address = f"{added.name}@{added.domain}"
    if as_json:
        data: dict[str, object] = {
            "name": added.name,
            "sip": f"sip:{address}",
            "xmpp": address,
            "turn": {"username": added.name, "realm": added.domain},
        }
        say_json(data | ({"password": added.password} if added.password else {}))
        return
    say(f"SIP   sip:{address}\nXMPP  {address}\nTURN  {added.name}, realm {added.domain}")
    if added.password:
        say(f"Password (shown only now): {added.password}")
