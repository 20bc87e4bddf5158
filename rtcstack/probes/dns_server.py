"""Name servers as people type them: an address or a host name, with or without a port."""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from rtcstack.errors import RequestError, WorldError

PORT = 53
_NAME = re.compile(r"(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?")
_HINT = "Give an address or a host name, with a port if it is not 53: 192.0.2.53, [2001:db8::53]:5353, ns1.example.net."


@dataclass(frozen=True, slots=True)
class Server:
    """One place to ask: the name by which people know it, the address literal, the port."""

    name: str
    address: str
    port: int = PORT

    def __str__(self) -> str:
        place = f"[{self.address}]" if ":" in self.address else self.address
        place += f":{self.port}" if self.port != PORT else ""
        return place if self.name == self.address else f"{self.name} ({place})"


@dataclass(frozen=True, slots=True)
class Place:
    """What was typed: a host (an address literal or a name in lower case) and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"

    @property
    def literal(self) -> bool:
        """Whether the host is an address."""
        return _is_address(self.host)


def parse(text: str) -> Place:
    """Given what was typed, return it as a place. Raise RequestError."""
    host, port = text, str(PORT)
    if text.startswith("["):
        host, mark, rest = text[1:].partition("]")
        if not mark or not _is_address(host) or (rest and not rest.startswith(":")):
            raise RequestError(f"{text!r} is no name server", hint=_HINT)
        port = rest[1:] if rest else port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise RequestError(f"{port!r} is no port", hint=_HINT)
    if _is_address(host):
        return Place(str(ip_address(host)), int(port))
    # What is all digits in its last part is a misspelt address.
    if not _NAME.fullmatch(host) or host.rstrip(".").rsplit(".", 1)[-1].isdigit():
        raise RequestError(f"{text!r} is no name server", hint=_HINT)
    return Place(host.lower().rstrip("."), int(port))


def resolve(place: Place) -> tuple[Server, ...]:
    """Given a place, return a server for each of its addresses, as this machine resolves names. Raise WorldError."""
    if place.literal:
        return (Server(place.host, place.host, place.port),)
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise WorldError(
            f"the name server {place.host} has no address: {error.strerror or error}", hint="Give its address instead."
        ) from error
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return tuple(Server(place.host, address, place.port) for address in addresses)


def _is_address(text: str) -> bool:
    try:
        found = ip_address(text)
    except ValueError:
        return False
    return not (isinstance(found, IPv6Address) and found.scope_id)
