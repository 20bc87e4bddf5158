"""`rtcstack dns check`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.cli.output import remark, say, say_json
from rtcstack.cli.settings import settings

if TYPE_CHECKING:
    from rtcstack.workflow.dns.check import DnsCheck
    from rtcstack.workflow.dns.findings import DnsFinding


def command(
    context: typer.Context,
    *,
    server: Annotated[
        list[str] | None, typer.Option(help="An authoritative name server, with :PORT if it is not 53; may be given again.")
    ] = None,
    resolver: Annotated[
        list[str] | None,
        typer.Option(help="A resolver: does it still tell old answers? It also names the servers."),
    ] = None,
    zone: Annotated[str, typer.Option(help="Only this one of the stack's zones.")] = "",
    seconds: Annotated[float, typer.Option(min=1, max=60, help="How long all of it may take.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Compare what name servers serve with what `zone` prints; show only the differences, ready to paste, and what breaks."""
    from rtcstack.probes.dns_server import parse
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.dns.check import CheckRequest, check

    installation = open_installation(settings(context).directory)
    servers, resolvers = (tuple(parse(text) for text in given or ()) for given in (server, resolver))
    found = check(installation, CheckRequest(servers=servers, resolvers=resolvers, zone=zone, seconds=seconds))
    if as_json:
        say_json(
            {
                "findings": [asdict(each) for each in found.findings],
                "remarks": [asdict(each) for each in found.remarks],
                "passed": found.passed,
                "servers": list(found.servers),
                "seconds": found.seconds,
            }
        )
    else:
        _show(found)
    raise typer.Exit(1 if found.findings else 0)


def _show(found: "DnsCheck") -> None:
    for each in (*found.findings, *found.remarks):
        _one(each)
    asked = ", ".join(found.servers) or "no name server"
    result = f"{len(found.findings)} finding{'s' * (len(found.findings) != 1)}" if found.findings else "nothing is wrong"
    remark(f"{asked}: {result}; {found.passed} sets of records are right ({found.seconds} seconds)")


def _one(found: "DnsFinding") -> None:
    # Comments and records, as a zone file has them; a line with "-" is one to take out.
    seen = f"{found.tried}: {found.happened}"
    say(f"; {found.severity}: {found.breaks or seen}")
    if found.breaks:
        say(f";   {seen}")
    for line in found.remove:
        say(f"- {line}")
    for line in found.add:
        say(line)
    if not (found.add or found.remove):
        say(f";   {found.remedy}")
