"""`rtcstack ports`."""

from enum import StrEnum
from typing import Annotated

import typer

from rtcstack.cli.ca_key import FromStdin, KeyFile, with_ca_key
from rtcstack.cli.output import confirm, remark, say, say_json
from rtcstack.cli.progress import steps
from rtcstack.cli.settings import settings


class Ports(StrEnum):
    """The ports to use."""

    P443 = "443"
    STANDARD = "standard"
    BOTH = "both"


def command(
    context: typer.Context,
    ports: Annotated[Ports, typer.Argument(help="Everything on 443, the usual ports (3478, 5061, 5222 …), or both.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    ca_key_file: KeyFile = None,
    passphrase_stdin: FromStdin = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Switch every service and every DNS record to port 443, to the standard ports, or to both."""
    from rtcstack.workflow import ports_told
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.ports import Switch, look, switch

    installation = with_ca_key(open_installation(settings(context).directory), ca_key_file, passphrase_stdin=passphrase_stdin)

    def show(found: Switch) -> None:
        for line in () if as_json else ports_told.lines(found):
            say(line)
        for line in ports_told.advice(found):
            remark(line)

    def ask(found: Switch) -> None:
        show(found)
        if found.operations:
            confirm("Whoever is connected to a service that is made anew is cut off once.", yes=yes)

    if dry_run:
        found = look(installation, ports.value)
        show(found)
    else:
        with steps("ports") as progress:
            found, _ = switch(installation, ports.value, confirm=ask, progress=progress)
    if as_json:
        say_json(ports_told.data(found))
    elif not dry_run:
        remark(f"Every service answers. Ports: {found.after}." if found.operations else "Nothing to do.")
