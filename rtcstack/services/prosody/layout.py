"""Who listens where: one value that listeners, records, containers and configuration are made from.

The multiplex tells protocols apart on one port, but TLS and STARTTLS cannot share it, and a port that asks for client
certificates breaks the first WebSocket of a browser: hence the second address for STARTTLS and for servers.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from rtcstack.plan.listener import Address
from rtcstack.plan.site import Site
from rtcstack.services.prosody.options import HOST, ProsodyOptions

OFFSET = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Names, addresses and ports. `second` is empty in "standard"; ports are those of RFC 6120, XEP-0368 and prosody's HTTPS."""

    domain: str
    host: str
    starttls_host: str
    address: IPv4Address
    address6: IPv6Address | None
    second: tuple[Address, ...]
    client_tls: int
    client_starttls: int
    server_tls: int | None
    server_starttls: int
    https: int
    federation: bool

    @property
    def multiplexed(self) -> bool:
        """Everything on 443."""
        return bool(self.second)

    @property
    def conference(self) -> str:
        """Rooms (XEP-0045)."""
        return f"conference.{self.domain}"

    @property
    def upload(self) -> str:
        """Files (XEP-0363)."""
        return f"upload.{self.domain}"

    @property
    def first(self) -> tuple[Address, ...]:
        """Addresses that speak TLS from the first byte."""
        return (self.address,) if self.address6 is None else (self.address, self.address6)

    @property
    def starttls(self) -> tuple[Address, ...]:
        """Addresses that speak STARTTLS."""
        return self.second or self.first

    def web(self, host: str) -> str:
        """Given a host name, return the address of its web side with a final slash."""
        return f"https://{host}/" if self.https == 443 else f"https://{host}:{self.https}/"


def layout(site: Site, options: ProsodyOptions) -> Layout:
    """Given the site and the options, return who listens where."""
    network = site.network
    address = options.address or network.address(OFFSET)
    address6 = options.address6 or network.address6(OFFSET)
    host = site.fqdn(options.hostname or HOST)
    if site.ports == "standard":
        return Layout(
            domain=site.domain,
            host=host,
            starttls_host=host,
            address=address,
            address6=address6,
            second=(),
            client_tls=5223,
            client_starttls=5222,
            server_tls=5270,
            server_starttls=5269,
            https=5281,
            federation=options.federation,
        )
    second = options.starttls_address or network.address(OFFSET + 1)
    second6 = options.starttls_address6 or network.address6(OFFSET + 1)
    return Layout(
        domain=site.domain,
        host=host,
        starttls_host=site.fqdn(options.starttls_hostname),
        address=address,
        address6=address6,
        second=(second,) if second6 is None else (second, second6),
        client_tls=443,
        client_starttls=443,
        server_tls=None,
        server_starttls=443,
        https=443,
        federation=options.federation,
    )
