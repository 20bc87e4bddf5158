"""`rtcstack check`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.cli.output import remark, say, say_json
from rtcstack.cli.settings import settings

if TYPE_CHECKING:
    from rtcstack.workflow.check import CheckResult
    from rtcstack.workflow.finding import Finding


def command(
    context: typer.Context,
    *,
    only: Annotated[str, typer.Option(help="Only these areas, with commas: sip, turn, xmpp, people, tls, dns, host.")] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="Without accounts: every listener and every container, in seconds.")
    ] = False,
    place: Annotated[
        str, typer.Option("--from", help="`network`: a container beside the services; `host`: this machine.")
    ] = "network",
    resolver: Annotated[str, typer.Option(help="Follow this name server (an address) instead of the printed zone.")] = "",
    changes: Annotated[bool, typer.Option("--changes", help="Print only what is other than last time, for a timer.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False,
) -> None:
    """Find out whether people can log in, write and call, and what to type if not. Exit code 1 if something is found."""
    from rtcstack.workflow.check import check, scope
    from rtcstack.workflow.context import open_installation

    wanted = scope(only, quick=quick, place=place, resolver=resolver)
    result = check(
        open_installation(settings(context).directory), wanted, progress=(lambda _: None) if as_json or changes else remark
    )
    if as_json:
        say_json(_data(result, changes=changes))
    else:
        _show(result, changes=changes)
    raise typer.Exit(1 if result.verdict.findings else 0)


def _data(result: "CheckResult", *, changes: bool) -> dict[str, object]:
    findings = result.changes.new if changes else result.verdict.findings
    data: dict[str, object] = {"findings": [asdict(found) for found in findings], "passed": result.verdict.passed}
    if changes:
        data["gone"] = list(result.changes.gone)
    return data | {"not_tried": dict(result.verdict.not_tried), "seconds": result.seconds}


def _show(result: "CheckResult", *, changes: bool) -> None:
    for found in result.changes.new if changes else result.verdict.findings:
        _finding(found)
    if changes:
        for name in result.changes.gone:
            say(f"gone: {name}")
        return
    verdict = result.verdict
    hidden = f", {len(verdict.not_tried)} not judged because of these" if verdict.not_tried else ""
    said = f"{len(verdict.findings)} findings{hidden}" if verdict.findings else "nothing is wrong"
    say(f"{said}; {verdict.passed} checks passed in {result.seconds} seconds")


def _finding(found: "Finding") -> None:
    say(f"{found.severity}: {found.id}")
    say(f"  tried: {found.tried}")
    say(f"  happened: {found.happened}")
    say(f"  {found.remedy}")
