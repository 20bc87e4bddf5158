"""`rtcstack passwd`."""

from typing import Annotated

import typer

from rtcstack.cli.output import remark, say, say_json
from rtcstack.cli.password import FromPrompt, FromStdin, given_password
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The person's name.")],
    *,
    password_stdin: FromStdin = False,
    prompt: FromPrompt = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Change a person's password everywhere; it is generated unless one is given. Everything that runs with the old one ends."""
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.passwd import passwd
    from rtcstack.workflow.people import checked_name

    installation = open_installation(settings(context).directory)
    checked_name(name)
    password = given_password(password_stdin=password_stdin, prompt=prompt)
    renewed = passwd(installation, name, password, tell=remark)
    if as_json:
        data: dict[str, object] = {"name": renewed.name, "enabled": renewed.enabled}
        say_json(data | ({"password": renewed.password} if renewed.password else {}))
    elif renewed.password:
        say(f"Password (shown only now): {renewed.password}")
    if not renewed.enabled:
        remark(f"{name} is disabled: `rtcstack enable-user {name}` lets them log in with it.")
