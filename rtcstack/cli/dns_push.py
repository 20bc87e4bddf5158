"""`rtcstack dns push`."""

from pathlib import Path
from typing import Annotated

import typer

from rtcstack.cli.output import confirm, remark, say, say_json
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    *,
    server: Annotated[str, typer.Option(help="The zone's primary name server: ADDRESS, NAME, with :PORT if it is not 53.")],
    key_file: Annotated[Path, typer.Option(help="The TSIG key, as `tsig-keygen` or `keymgr -t` prints it; mode 0600.")],
    zone: Annotated[str, typer.Option(help="One of the stack's zones, or the zone above that holds the domain.")] = "",
    replace: Annotated[
        list[str] | None, typer.Option(metavar="OWNER/TYPE", help="Put ours in place of what somebody else has there.")
    ] = None,
    beside: Annotated[
        list[str] | None, typer.Option(metavar="OWNER/TYPE", help="Put ours beside what somebody else has there.")
    ] = None,
    all_servers: Annotated[
        bool, typer.Option("--all-servers", help="Afterwards ask the zone's other name servers too, and wait for them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the difference.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Write the records into the zone by RFC 2136: only the difference, and never over somebody else's records."""
    from rtcstack.probes.dns_key import read_key
    from rtcstack.probes.dns_server import parse
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.dns import told
    from rtcstack.workflow.dns.push import PushRequest, look, send
    from rtcstack.workflow.dns.servers import judge

    installation = open_installation(settings(context).directory)
    request = PushRequest(
        place=parse(server), key=read_key(key_file), zone=zone, replace=tuple(replace or ()), beside=tuple(beside or ())
    )
    plan = look(installation, request)
    for line in () if as_json else told.lines(plan):
        say(line)
    for line in told.remarks(plan):
        remark(line)
    sent = bool(plan.steps) and not dry_run
    if sent:
        confirm(f"{told.count(plan)} of {plan.zone} on {plan.server} will be written.", yes=yes)
        send(installation, plan)
    judged = () if dry_run else judge(plan, sent=sent, everywhere=all_servers)
    if as_json:
        say_json(told.data(plan, judged, sent=sent))
    for line in () if as_json else told.outcome(plan, judged, dry_run=dry_run):
        remark(line)
    raise typer.Exit(1 if any(found.wrong for found in judged) else 0)
