"""The name server as the plan sees it: address, container, records, zone files."""

from collections.abc import Iterator, Mapping

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.container import CONFIG, Container, Healthcheck, Mount, Tmpfs
from rtcstack.plan.listener import Address, Listener, Protocol, Transport
from rtcstack.plan.public import PublicAddress
from rtcstack.plan.record import address_record
from rtcstack.plan.service import Service, ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.services.dns.configuration import CONFIGURATION, OWNER, SOCKET, STATE, files
from rtcstack.services.dns.options import DnsOptions
from rtcstack.services.dns.remarks import remarks
from rtcstack.spec.model import ServiceOptions
from rtcstack.zone.complete import OFFSET, ROLE

LABEL = "ns"
PORT = 53
"""The one exception to 443: nobody asks a name server elsewhere."""


class NameServer(Service):
    """Knot DNS, for every zone of the stack."""

    name = "dns"
    role = ROLE
    offset = OFFSET
    options = DnsOptions

    def describe(self, site: Site, options: ServiceOptions) -> ServicePlan:
        """Given the site and the options, return what must exist. Pure."""
        hostname = site.fqdn(options.hostname or LABEL)
        address = options.address or site.network.address(self.offset)
        address6 = options.address6 or site.network.address6(self.offset)
        addresses: tuple[Address, ...] = (address, *((address6,) if address6 is not None else ()))
        main = Container(
            name=self.name,
            image="dns",
            command=("/usr/sbin/knotd", "--config", f"{CONFIG}/current/{CONFIGURATION}"),
            user=OWNER,
            attachments=site.legs(address, address6),
            mounts=(Mount(volume=f"{self.name}-data", target=STATE),),
            # Knot turns its configuration into a small database in /tmp.
            tmpfs=(Tmpfs(target="/run/knot", size=1), Tmpfs(target="/tmp", size=4)),  # noqa: S108 - a private one, in memory
            memory=128,
            healthcheck=Healthcheck(command=("/usr/local/bin/dns-healthy", *map(str, addresses))),
            stop_seconds=5,
        )
        return ServicePlan(
            name=self.name,
            role=self.role,
            image="dns",
            hostname=hostname,
            address=address,
            address6=address6,
            options=options,
            public=(PublicAddress(key="public_address", address=address, public=options.public_address),),
            containers=(main,),
            listeners=tuple(_listeners(addresses, site.domain)),
            records=tuple(address_record(hostname, found, "the name server of these records") for found in addresses),
            reload=("/usr/local/bin/dns-reload",),
            client=("knotc", "--socket", SOCKET, "zone-read"),
            remarks=tuple(remarks(site, hostname, addresses)),
        )

    def files(self, stack: StackPlan, secrets: Mapping[str, str]) -> tuple[Artefact, ...]:
        """Given the whole plan and what rendering knows, return the configuration and every zone. Pure."""
        return tuple(files(stack, stack.service(self.name), secrets))


def _listeners(addresses: tuple[Address, ...], domain: str) -> Iterator[Listener]:
    for address in addresses:
        for transport in (Transport.UDP, Transport.TCP):
            yield Listener(address=address, port=PORT, transport=transport, protocol=Protocol.DNS, identity=domain)
