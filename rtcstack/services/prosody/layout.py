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
CLIENT_STARTTLS, CLIENT_TLS, SERVER_STARTTLS, SERVER_TLS, WEB = 5222, 5223, 5269, 5270, 5281
"""The standard ports: RFC 6120, those that XEP-0368 is used with, and prosody's for HTTPS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StarttlsPlace:
    """Where streams begin in clear: addresses, the name that SRV records give, and the ports for clients and for servers."""

    host: str
    addresses: tuple[Address, ...]
    client: int
    server: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Names and addresses. `second` is empty in "standard"; `standard` says that the standard ports are open."""

    domain: str
    host: str
    starttls_host: str
    address: IPv4Address
    address6: IPv6Address | None
    second: tuple[Address, ...]
    standard: bool
    federation: bool

    @property
    def multiplexed(self) -> bool:
        """Everything on 443, beside the standard ports or without them."""
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
    def client_tls(self) -> tuple[int, ...]:
        """Ports of clients that begin with TLS, the better one first."""
        return self._ports(CLIENT_TLS)

    @property
    def https(self) -> tuple[int, ...]:
        """Ports of the web side, the better one first."""
        return self._ports(WEB)

    @property
    def server_tls(self) -> tuple[int, ...]:
        """Ports of servers that begin with TLS: none on 443, which asks nobody for a certificate."""
        return (SERVER_TLS,) if self.standard else ()

    @property
    def starttls(self) -> tuple[StarttlsPlace, ...]:
        """Places that speak STARTTLS, the better one first."""
        front = StarttlsPlace(host=self.starttls_host, addresses=self.second, client=443, server=443)
        usual = StarttlsPlace(host=self.host, addresses=self.first, client=CLIENT_STARTTLS, server=SERVER_STARTTLS)
        return (*((front,) if self.multiplexed else ()), *((usual,) if self.standard else ()))

    def web(self, host: str) -> str:
        """Given a host name, return the address of its web side with a final slash."""
        port = self.https[0]
        return f"https://{host}/" if port == 443 else f"https://{host}:{port}/"

    def _ports(self, standard: int) -> tuple[int, ...]:
        return (*((443,) if self.multiplexed else ()), *((standard,) if self.standard else ()))


def layout(site: Site, options: ProsodyOptions) -> Layout:
    """Given the site and the options, return who listens where."""
    network = site.network
    host = site.fqdn(options.hostname or HOST)
    multiplexed = site.ports != "standard"
    second = options.starttls_address or network.address(OFFSET + 1)
    second6 = options.starttls_address6 or network.address6(OFFSET + 1)
    return Layout(
        domain=site.domain,
        host=host,
        starttls_host=site.fqdn(options.starttls_hostname) if multiplexed else host,
        address=options.address or network.address(OFFSET),
        address6=options.address6 or network.address6(OFFSET),
        second=() if not multiplexed else (second,) if second6 is None else (second, second6),
        standard=site.ports != "443",
        federation=options.federation,
    )
