"""`zone`: the DNS records of the stack, made from the file alone; no engine is asked."""

from dataclasses import dataclass

from rtcstack.errors import RequestError
from rtcstack.plan.record import Record
from rtcstack.workflow.authority.material import trust_digests
from rtcstack.workflow.context import Installation
from rtcstack.zone.build import zones
from rtcstack.zone.complete import complete, name_server
from rtcstack.zone.remarks import remarks
from rtcstack.zone.rows import warnings
from rtcstack.zone.zone import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneResult:
    """The zones to print, the names of others, who is locked out by what is not offered, and what must be done elsewhere."""

    zones: tuple[Zone, ...]
    others: tuple[str, ...]
    warnings: tuple[str, ...]
    remarks: tuple[str, ...]


def zone(
    installation: Installation,
    *,
    whole: bool = False,
    single: bool = False,
    origin: str = "",
    serial: int | None = None,
) -> ZoneResult:
    """Given an installation, return its zones: all of them, or the one with that origin.

    `single` means one zone, the domain's unless an origin is given; `whole` means that too, and adds SOA and NS.
    Raise RequestError if no zone has that origin, or if a zone would be wrong.
    """
    stack = installation.stack
    every = zones(stack, " ".join(trust_digests(installation.vault)))
    chosen = _choose(every, origin or (stack.site.domain if whole or single else ""))
    if whole:
        server = name_server(stack)
        chosen = tuple(complete(found, server, serial) for found in chosen)
    told = [remark for service in stack.services for remark in service.remarks]
    told += remarks(stack.site, every)
    others = tuple(_text(found) for found in every if found.origin not in [one.origin for one in chosen])
    return ZoneResult(zones=chosen, others=others, warnings=warnings(chosen), remarks=tuple(told))


def records_inside(installation: Installation) -> tuple[Record, ...]:
    """Given an installation, return all its records as a client beside the services needs them: with their own addresses."""
    every = zones(installation.stack, " ".join(trust_digests(installation.vault)), inside=True)
    return tuple(record for found in every for record in found.records)


def _choose(every: tuple[Zone, ...], origin: str) -> tuple[Zone, ...]:
    chosen = tuple(found for found in every if origin in ("", _text(found)))
    if not chosen:
        names = ", ".join(_text(found) for found in every)
        raise RequestError(f"{origin} is no zone of this stack", hint=f"Its zones: {names}.")
    return chosen


def _text(found: Zone) -> str:
    return found.origin.to_text(omit_final_dot=True)
