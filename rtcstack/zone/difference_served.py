"""What a name server serves against what should be there: each set that is not right, and in which way. Values in, values out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import dns.name
import dns.rdata

from rtcstack.plan.record import Record
from rtcstack.zone.difference import ALIAS, Key, RecordSet, Sets, Values
from rtcstack.zone.label import OFFERS, label
from rtcstack.zone.values import ADDRESS_TYPES, SRV


class Kind(StrEnum):
    """In which way a set is wrong."""

    MISSING = "missing"
    ALIAS = "alias"
    PORT = "port"
    TARGET = "target"
    ADDRESS = "address"
    VALUE = "value"
    EXTRA = "extra"
    STALE = "stale"
    TTL = "ttl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One set that is not as it should be: values that lack, values that are too many. `there` counts what is served at all.

    For an alias `extra` is the alias itself; for a time to live both are empty, `ttl` is the right one and `served` the wrong.
    """

    key: Key
    kind: Kind
    missing: Values = frozenset()
    extra: Values = frozenset()
    there: int = 0
    ttl: int = 0
    served: int = 0


def questions(records: Iterable[Record], further: Iterable[Key] = ()) -> tuple[Key, ...]:
    """Given our records (and further sets to look at), return what to ask: theirs, and what a former setting may have left.

    That is both kinds of address at our host names, and every label of the protocols that a domain offers.
    """
    records = tuple(records)
    asked = dict.fromkeys((record.owner, record.type) for record in records)
    for record in records:
        if record.type in ADDRESS_TYPES:
            asked |= dict.fromkeys((record.owner, kind) for kind in ADDRESS_TYPES)
        elif record.type == "SRV":
            base = dns.name.Name(record.owner.labels[2:])
            asked |= dict.fromkeys((dns.name.from_text(other, base), "SRV") for other in _family(label(record.owner)))
    return tuple(asked | dict.fromkeys(further))


def gaps(wanted: Sets, served: Sets) -> tuple[Gap, ...]:
    """Given what should be there and what is, return what is wrong, in the order of owners and types."""
    return tuple(_gaps(wanted, served))


def _gaps(wanted: Sets, served: Sets) -> Iterator[Gap]:
    aliased = {owner for owner, kind in served if kind == ALIAS}
    for owner in sorted(aliased):
        there = served[owner, ALIAS]
        kind = Kind.ALIAS if any(key[0] == owner for key in wanted) else Kind.STALE
        yield Gap(key=(owner, ALIAS), kind=kind, extra=there.values, there=1, ttl=there.ttl, served=there.ttl)
    for key in sorted({*wanted, *served}):
        if key[0] in aliased:
            continue
        found = _gap(key, wanted.get(key), served.get(key))
        if found is not None:
            yield found


def _gap(key: Key, want: RecordSet | None, there: RecordSet | None) -> Gap | None:
    if want is None or there is None:
        if want is not None:
            return Gap(key=key, kind=Kind.MISSING, missing=want.values, ttl=want.ttl)
        if there is not None:
            return Gap(key=key, kind=Kind.STALE, extra=there.values, there=len(there.values), ttl=there.ttl, served=there.ttl)
        return None
    missing, extra, count = want.values - there.values, there.values - want.values, len(there.values)
    if missing or extra:
        kind = _kind(key[1], missing, extra)
        return Gap(key=key, kind=kind, missing=missing, extra=extra, there=count, ttl=want.ttl, served=there.ttl)
    if want.ttl != there.ttl:
        return Gap(key=key, kind=Kind.TTL, there=count, ttl=want.ttl, served=there.ttl)
    return None


def _kind(kind: str, missing: Values, extra: Values) -> Kind:
    if not (missing and extra):
        return Kind.MISSING if missing else Kind.EXTRA
    if kind in ADDRESS_TYPES:
        return Kind.ADDRESS
    if kind == "SRV":
        if {_target(value) for value in missing} == {_target(value) for value in extra}:
            return Kind.PORT if {_port(value) for value in missing} != {_port(value) for value in extra} else Kind.VALUE
        return Kind.TARGET
    return Kind.VALUE


def _target(value: dns.rdata.Rdata) -> dns.name.Name | None:
    return value.target if isinstance(value, SRV) else None


def _port(value: dns.rdata.Rdata) -> int | None:
    return value.port if isinstance(value, SRV) else None


def _family(found: str) -> Iterator[str]:
    # _sips._tcp belongs with _sip._udp, _xmpps-server._tcp with _xmpp-client._tcp.
    stem = found.lstrip("_")[:4]
    return (other for other in OFFERS if other.lstrip("_").startswith(stem))
