"""Addresses that others give out, like those of a DHCP server: a range, one address, or a network."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated

from pydantic import BeforeValidator


@dataclass(frozen=True, slots=True)
class AddressRange:
    """The addresses from `first` to `last`, both included, as `text` says them."""

    first: IPv4Address | IPv6Address
    last: IPv4Address | IPv6Address
    text: str

    def __contains__(self, address: IPv4Address | IPv6Address) -> bool:
        return address.version == self.first.version and int(self.first) <= int(address) <= int(self.last)

    def __str__(self) -> str:
        return self.text


def address_range(value: object) -> AddressRange:
    """Given "FIRST-LAST", an address or a network in CIDR notation, return the range. Raise ValueError."""
    if isinstance(value, AddressRange):
        return value
    text = value if isinstance(value, str) else ""
    begin, dash, end = (part.strip() for part in text.partition("-"))
    try:
        if dash:
            first, last = ip_address(begin), ip_address(end)
        else:
            network = ip_network(begin)
            first, last = network[0], network[-1]
    except ValueError:
        raise ValueError("must be a range like 192.0.2.100-192.0.2.199, an address, or a network like 192.0.2.128/25") from None
    if first.version != last.version or int(first) > int(last):
        raise ValueError(f"must begin with its lowest address and end with its highest: {last}-{first}?")
    return AddressRange(first, last, text)


Avoided = Annotated[AddressRange, BeforeValidator(address_range)]
