"""`rtcstack certs rotate-ca`."""

from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.cli.ca_key import FromStdin, KeyFile, with_ca_key
from rtcstack.cli.output import confirm, remark, say_json
from rtcstack.cli.progress import steps
from rtcstack.cli.settings import settings

if TYPE_CHECKING:
    from rtcstack.workflow.authority.rotate import Rotated

_OLD = "who knows only the old one verifies too"
_LOST = "every client must import the new one (`rtcstack ca`), because the old one does not vouch for it"


def command(
    context: typer.Context,
    *,
    lost: Annotated[bool, typer.Option("--lost", help="The CA's key is lost: the old CA cannot vouch for the new one.")] = False,
    finish: Annotated[bool, typer.Option("--finish", help="Trust the old CA no longer.")] = False,
    at_once: Annotated[bool, typer.Option("--now", help="Do not wait for the DNS: nobody checks our TLSA records.")] = False,
    ca_key_file: KeyFile = None,
    passphrase_stdin: FromStdin = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, even where somebody would be cut off.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Show the result as JSON.")] = False,
) -> None:
    """Let a new CA follow the one in use, in two steps with a wait between; nobody is cut off. Typed again, it goes on."""
    from rtcstack.change.operation import Operation
    from rtcstack.errors import RequestError
    from rtcstack.workflow.authority.rotate import RotationRequest, rotate_ca
    from rtcstack.workflow.context import open_installation

    if finish and (lost or at_once):
        raise RequestError("--finish goes with neither --lost nor --now")
    installation = with_ca_key(open_installation(settings(context).directory), ca_key_file, passphrase_stdin=passphrase_stdin)

    def ask(operations: tuple[Operation, ...]) -> None:
        for operation in operations:
            remark(f"  {operation}")
        confirm("This cuts somebody off (!).", yes=yes)

    with steps("certs rotate-ca") as progress:
        request = RotationRequest(lost=lost, finish=finish, at_once=at_once)
        rotated = rotate_ca(installation, request, confirm=ask, progress=progress)
    if as_json:
        until = None if rotated.until is None else rotated.until.isoformat(timespec="seconds")
        say_json({"phase": str(rotated.phase), "until": until, "cross_signed": rotated.cross_signed})
    else:
        _tell(rotated)


def _tell(rotated: "Rotated") -> None:
    when = "" if rotated.until is None else f"{rotated.until:%Y-%m-%d %H:%M} UTC"
    vouched = _OLD if rotated.cross_signed else _LOST
    if rotated.phase == "announced":
        remark(f"A new CA is made, and not in use yet. When it is, {vouched}.")
        remark("1. If your zone is signed: publish its TLSA records beside the old ones (`rtcstack zone`, or `rtcstack dns push`).")
        remark("2. Clients may import it now (`rtcstack ca --next`), beside the old one, which they still need.")
        remark(f"3. After {when}: `rtcstack certs rotate-ca` again. If nobody checks TLSA records: now, with --now.")
    elif rotated.phase == "overlap":
        remark(f"The new CA is in use; {vouched}. The old one stays trusted until {when}.")
        remark(
            "Let clients import the new one: `rtcstack ca`, `rtcstack certs export-ca`. Then `rtcstack certs rotate-ca --finish`."
        )
    else:
        remark("One CA is trusted, the new one. Publish the zone again: the old TLSA records are gone from it.")
