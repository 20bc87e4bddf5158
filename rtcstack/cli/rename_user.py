"""`rtcstack rename-user`."""

from typing import Annotated

import typer

from rtcstack.cli.output import confirm, remark, say, say_json
from rtcstack.cli.password import FromPrompt, FromStdin, given_password
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    former: Annotated[str, typer.Argument(metavar="OLD", help="The name until now.")],
    name: Annotated[str, typer.Argument(metavar="NEW", help="The name from now on.")],
    *,
    password_stdin: FromStdin = False,
    prompt: FromPrompt = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Give a person another name, and a new password: what SIP and TURN store is bound to the name.

    Contacts, messages, vCard, bookmarks and aliases move along. What others keep does not: their contact lists and the members'
    lists of rooms have the old address, which is nobody's then; files sent to others stay until they expire.
    """
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.people import checked_name
    from rtcstack.workflow.rename_user import rename_user

    installation = open_installation(settings(context).directory)
    checked_name(former)
    checked_name(name)
    confirm(f"{former} becomes {name}, with a new password; others' contact lists keep the old address.", yes=yes)
    password = given_password(password_stdin=password_stdin, prompt=prompt)
    renamed = rename_user(installation, former, name, password, tell=remark)
    address = f"{renamed.name}@{renamed.domain}"
    if as_json:
        data: dict[str, object] = {"name": renamed.name, "formerly": renamed.formerly, "sip": f"sip:{address}", "xmpp": address}
        say_json(data | ({"password": renamed.password} if renamed.password else {}))
        return
    say(f"SIP   sip:{address}\nXMPP  {address}\nTURN  {renamed.name}, realm {renamed.domain}")
    if renamed.password:
        say(f"Password (shown only now): {renamed.password}")
