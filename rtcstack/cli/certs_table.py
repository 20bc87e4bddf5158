"""`rtcstack certs` without a further word: the table."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.cli.output import remark, say_json, say_table
from rtcstack.cli.settings import settings

if TYPE_CHECKING:
    from rtcstack.workflow.certificates.overview import Row


def command(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")] = False
) -> None:
    """Show every service's certificate, as it is stored and as it is served on every port; further words do more."""
    if context.invoked_subcommand is not None:
        return
    from rtcstack.workflow.certificates.overview import overview
    from rtcstack.workflow.context import open_installation

    installation = open_installation(settings(context).directory)
    now = datetime.now(UTC)
    found = overview(installation, now)
    if as_json:
        say_json(
            {
                "certificates": [row.data(now) for row in found.rows],
                "measured": not found.not_measured,
                "remarks": list(found.remarks),
                "renewal": dict(found.renewal),
            }
        )
        raise typer.Exit(0 if found.good else 1)
    rows = [
        (
            row.service,
            "\n".join(row.names),
            row.issuer,
            row.source,
            "" if row.not_after is None else f"{row.not_after:%Y-%m-%d %H:%M}",
            "" if row.not_after is None else str(row.days_left(now)),
            row.due or "no",
            _served(row),
        )
        for row in found.rows
    ]
    say_table(("service", "names", "issuer", "source", "expires (UTC)", "days left", "due", "served"), rows)
    for row in found.rows:
        for listener, result in row.ports:
            if not result.ok or result.certificate_sha256 != row.sha256:
                other = f" (served: {result.certificate_sha256[:16]}…)" if result.certificate_sha256 else ""
                remark(f"{row.service}, {listener.address} port {listener.port}: {result.happened}{other}")
    for line in found.remarks:
        remark(line)
    if found.not_measured:
        remark(f"Nothing was measured: {found.not_measured}.")
    raise typer.Exit(0 if found.good else 1)


def _served(row: "Row") -> str:
    if row.served is None:
        return "not measured"
    same = sum(result.ok and result.certificate_sha256 == row.sha256 for _, result in row.ports)
    return f"the stored one, on {same} of {len(row.ports)} ports"
