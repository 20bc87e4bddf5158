"""Records with their values typed: what a rule reads of an SRV record, the type checker knows."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import dns.rdata
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA
from dns.rdtypes.IN.NAPTR import NAPTR
from dns.rdtypes.IN.SRV import SRV

from rtcstack.plan.record import Record

Value = TypeVar("Value", bound=dns.rdata.Rdata)
ADDRESS_TYPES = ("A", "AAAA")


def of_kind(records: Iterable[Record], kind: type[Value]) -> Iterator[tuple[Record, Value]]:
    """Given records and a kind of value, return the records of that kind with their values."""
    for record in records:
        if isinstance(record.rdata, kind):
            yield record, record.rdata


def addresses(records: Iterable[Record]) -> Iterator[tuple[Record, str]]:
    """Given records, return those that hold an address, with the address as text."""
    for record in records:
        if isinstance(record.rdata, A | AAAA):
            yield record, str(record.rdata.address)


__all__ = ["ADDRESS_TYPES", "NAPTR", "SRV", "addresses", "of_kind"]
