"""`rtcstack zone`."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from rtcstack.cli.output import remark, say, say_bytes, say_json, say_table
from rtcstack.cli.settings import settings

if TYPE_CHECKING:
    from rtcstack.workflow.context import Installation
    from rtcstack.workflow.zone import ZoneResult


class Format(StrEnum):
    """How to print."""

    BIND = "bind"
    TABLE = "table"
    JSON = "json"
    OCTODNS = "octodns"


def command(
    context: typer.Context,
    *,
    whole: Annotated[bool, typer.Option("--complete", help="With SOA and NS: a whole zone, for a name server.")] = False,
    origin: Annotated[str, typer.Option(help="Only this zone; aliases outside of the domain have their own.")] = "",
    serial: Annotated[
        int | None, typer.Option(min=1, max=2**32 - 1, help="Serial number for --complete; by default made from the records.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="Text to paste, a table to read, JSON, or YAML for octoDNS.")
    ] = Format.BIND,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    ds: Annotated[bool, typer.Option("--ds", help="The DS of the running name server, for the zone above.")] = False,
) -> None:
    """Print the DNS records: every one with its reason, for what really listens."""
    from rtcstack.workflow.context import open_installation
    from rtcstack.workflow.zone import zone
    from rtcstack.zone import bind, octodns, rows

    installation = open_installation(settings(context).directory)
    form = Format.JSON if as_json else form
    if ds:
        _delegation(installation, origin.rstrip("."), form)
        return
    single = form is Format.OCTODNS
    result = zone(installation, whole=whole, single=single, origin=origin.rstrip("."), serial=serial)
    if form is Format.JSON:
        say_json(rows.data(result.zones))
    elif form is Format.TABLE:
        say_table(rows.COLUMNS, rows.table(result.zones))
        _tell(result)
    else:
        text = octodns.text if single else bind.text
        say_bytes("\n".join(text(found) for found in result.zones).encode())
        remark("`rtcstack zone --format table` also says who is locked out, and what other web sites must serve.")
    for other in result.others:
        remark(f"Not shown: the zone {other}. It is printed by `rtcstack zone --origin {other}`.")


def _delegation(installation: "Installation", origin: str, form: Format) -> None:
    from rtcstack.workflow.zone_keys import zone_keys
    from rtcstack.zone import delegation, rows

    zones, server = zone_keys(installation, origin=origin)
    if form is Format.JSON:
        say_json(rows.data(zones))
    elif form is Format.TABLE:
        say_table(rows.COLUMNS, rows.table(zones))
    else:
        say_bytes("\n".join(delegation.text(found, server) for found in zones).encode())


def _tell(result: "ZoneResult") -> None:
    for title, lines in (("Locked out:", result.warnings), ("Remarks:", result.remarks)):
        if lines:
            say(title)
        for line in lines:
            say(f"  {line}")
