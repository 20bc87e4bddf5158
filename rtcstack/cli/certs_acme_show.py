"""`rtcstack certs acme show`."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.cli.output import say, say_json, say_table
from rtcstack.cli.settings import settings

if TYPE_CHECKING:
    from rtcstack.workflow.acme.show import Shown


def command(
    context: typer.Context,
    *,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the CA for its profiles; makes the account if there is none.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Show the public CA, our account there, what CAA records say of it, and when which certificate is due."""
    from rtcstack.workflow.acme.show import show
    from rtcstack.workflow.context import open_installation

    found = show(open_installation(settings(context).directory), datetime.now(UTC), ask=ask)
    if as_json:
        say_json(_data(found))
        return
    say(f"directory  {found.directory}")
    say(f"account    {found.account or 'none yet: the first order makes it'}")
    say(f"contact    {found.contact or 'none'}")
    say(f"terms      {found.terms or 'not known yet'}")
    say(f"CAA        {found.caa or 'not known: the CA has not told its name'}")
    if found.profiles is not None:
        say(f"profiles   {', '.join(found.profiles) or 'none'}")
    if found.key_change:
        say("A change of the account's key is under way: the next command finishes it.")
    rows = [
        (s.service, ", ".join(s.names), _day(s.not_after), _day(s.due_from), _day(s.suggested), s.reason) for s in found.services
    ]
    say_table(("service", "names", "expires", "due from", "suggested by the CA", "due because"), rows)
    for each in found.services:
        if each.not_before is not None:
            say(f"{each.service}: the CA does not want to be asked before {_day(each.not_before)} UTC")
        for line in each.differences:
            say(f"{each.service}: {line}")
    for server, owner in found.left:
        say(f"Left at {server}, taken away by the next order: {owner} TXT")


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _data(found: "Shown") -> dict[str, object]:
    rows = [
        {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(each).items()}
        for each in found.services
    ]
    left = [{"server": server, "owner": owner} for server, owner in found.left]
    return asdict(found) | {"services": rows, "left": left}
