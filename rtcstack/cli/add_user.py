"""`rtcstack add-user`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark, say, say_json
from rtcstack.cli.password import FromPrompt, FromStdin, given_password
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Lower case; the part before the @ of the person's address.")],
    *,
    alias: Annotated[
        list[str] | None, typer.Option(help="A number or further name to call the person by; may be repeated.")
    ] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Put the name into admins in rtcstack.toml: XMPP and TURN.")] = False,
    password_stdin: FromStdin = False,
    prompt: FromPrompt = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Add a person who can log in to SIP, XMPP and TURN; the password is generated unless one is given."""
    from rtcstack.workflow.add_user import add_user
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.people import checked_name

    installation = open_installation(settings(context).directory)
    checked_name(name)
    password = given_password(password_stdin=password_stdin, prompt=prompt)
    added = add_user(installation, name, password, aliases=alias or (), admin=admin, tell=remark)
    address = f"{added.name}@{added.domain}"
    if as_json:
        data: dict[str, object] = {
            "name": added.name,
            "sip": f"sip:{address}",
            "xmpp": address,
            "turn": {"username": added.name, "realm": added.domain},
        }
        data |= {"aliases": list(added.aliases)} if added.aliases else {}
        say_json(data | ({"password": added.password} if added.password else {}))
        return
    say(f"SIP   sip:{address}\nXMPP  {address}\nTURN  {added.name}, realm {added.domain}")
    if added.aliases:
        say(f"Calls to {', '.join(added.aliases)} reach {added.name} too.")
    if added.password:
        say(f"Password (shown only now): {added.password}")
