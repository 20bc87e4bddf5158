"""The two TURN servers as the plan sees them: addresses, containers, certificate, records."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from rtcstack.errors import Problem
from rtcstack.plan.artefact import Artefact
from rtcstack.plan.audit import Audit
from rtcstack.plan.certificate import CertificateRequest
from rtcstack.plan.container import CONFIG, Attachment, Container, Healthcheck, Tmpfs
from rtcstack.plan.holder import holder, state_mount, staying
from rtcstack.plan.listener import Address, Listener, Protocol, Transport
from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.plan.public import PublicAddress
from rtcstack.plan.record import Record
from rtcstack.plan.secret import SecretRequest
from rtcstack.plan.service import Relay, Service, ServicePlan
from rtcstack.plan.short_lived import LIFETIME
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.services.coturn.account import account
from rtcstack.services.coturn.audit import audit
from rtcstack.services.coturn.configuration import (
    CLI_SECRET,
    EPHEMERAL_SECRET,
    FIRST_RELAY,
    LAST_RELAY,
    OWNER,
    PUBLIC,
    SECRET,
    alternate_ports,
    cli_file,
    port_pairs,
    public_file,
    secret_file,
    shared_file,
)
from rtcstack.services.coturn.options import CoturnOptions
from rtcstack.services.coturn.records import addresses, services
from rtcstack.services.coturn.schema import database
from rtcstack.spec.load import invalid
from rtcstack.spec.model import ServiceOptions

_UNIQUE_LOCAL = IPv6Network("fc00::/7")
LONGEST_REALM = 127
"""Characters; coturn's STUN_MAX_REALM_SIZE."""


class Coturn(Service):
    """A TURN server; `ephemeral` tells the one with short-lived credentials from the one with people."""

    options = CoturnOptions

    def __init__(self, *, name: str, role: str, offset: int, backend: int, label: str, ephemeral: bool) -> None:
        self.name = name
        self.role = role
        self.offset = offset
        self.backend = backend
        self.label = label
        self.ephemeral = ephemeral

    def describe(self, site: Site, options: ServiceOptions) -> ServicePlan:
        """Given the site and the options, return the TURN server. Raise RequestError if the options cannot be."""
        options = _own(options)
        self._check(site, options)
        hostname = site.fqdn(options.hostname or self.label)
        address = options.address or site.network.address(self.offset)
        address6 = options.address6 or site.network.address6(self.offset)
        extra = () if options.alt_address is None else (options.alt_address,)
        # In a namespace of its own somebody must hold the further address; the host does it by itself.
        held = () if site.network.shared else extra
        legs = site.legs(address, address6, None if self.ephemeral else self.backend)
        pairs = port_pairs(site)
        return ServicePlan(
            name=self.name,
            role=self.role,
            image="coturn",
            hostname=hostname,
            address=address,
            address6=address6,
            extra_addresses=extra,
            options=options,
            public=_public(address, options),
            relays=tuple(_relays((address, *((address6,) if address6 else ())), options)),
            containers=self._containers(site, legs, held, pairs[-1]),
            listeners=tuple(_listeners((address, *((address6,) if address6 else ()), *extra), pairs, extra, hostname)),
            certificate=CertificateRequest(service=self.name, dns_names=(hostname,), key_type=options.key_type),
            records=tuple(self._records(site, options, hostname, (address, address6))),
            secrets=(SecretRequest(name=CLI_SECRET), *((SecretRequest(name=EPHEMERAL_SECRET),) if self.ephemeral else ())),
            database=None if self.ephemeral else database(site.admins),
            reload=("/usr/local/bin/reload-turnserver",),
            remarks=tuple(_remarks(site, hostname)),
            end_sessions=("/usr/local/bin/end-sessions", *((str(LIFETIME),) if self.ephemeral else ())),
        )

    def files(self, stack: StackPlan, secrets: Mapping[str, str]) -> tuple[Artefact, ...]:
        """Given the whole plan and the secrets, return the configuration, the part of it that holds secrets, and its password."""
        service = stack.service(self.name)
        options = _own(service.options)
        public = public_file(stack, service, options, ephemeral=self.ephemeral)
        shared = (shared_file(stack, secrets),) if self.ephemeral else ()
        return public, secret_file(stack, service, secrets), cli_file(secrets), *shared

    def account(self, stack: StackPlan, person: Credentials) -> AccountStep | None:
        """Given a person, return their rows; the ephemeral server knows nobody."""
        del stack
        return None if self.ephemeral else account(self.name, person)

    def audit(self, stack: StackPlan) -> Audit | None:
        """Return how the keys of all people are compared; the ephemeral server knows nobody."""
        site = stack.site
        return None if self.ephemeral else audit(self.name, site.domain, database(site.admins).upkeep)

    def _check(self, site: Site, options: CoturnOptions) -> None:
        problems = []
        if len(site.domain) > LONGEST_REALM and not self.ephemeral:
            problems.append(Problem("domain", f"at most {LONGEST_REALM} characters: it is the TURN realm"))
        for index, network in enumerate(options.relay.allow):
            if network.version == 4 and network.subnet_of(site.network.backend):
                path = f"services.{self.name}.relay.allow[{index}]"
                problems.append(Problem(path, f"{network} is the stack's internal network, which is never relayed to"))
        if problems:
            raise invalid(tuple(problems))

    def _containers(
        self, site: Site, legs: tuple[Attachment, ...], extra: tuple[IPv4Address, ...], ports: tuple[int, int]
    ) -> tuple[Container, ...]:
        command = ("/usr/local/bin/start-turnserver", f"{CONFIG}/current/{PUBLIC}", f"{CONFIG}/current/{SECRET}")
        check = ("/usr/local/bin/check-turnserver", str(legs[0].address), str(ports[0]), str(ports[1]))
        main = Container(
            name=self.name,
            image="coturn",
            command=staying(command) if extra else command,
            user=OWNER,
            attachments=() if extra else legs,
            joins=f"{self.name}-net" if extra else "",
            mounts=(state_mount(self.name),) if extra else (),
            tmpfs=(Tmpfs(target="/run/coturn", size=1),),
            healthcheck=Healthcheck(command=check),
            memory=256,
            stop_seconds=5,
        )
        return (holder(self.name, site.network, legs, extra), main) if extra else (main,)

    def _records(
        self, site: Site, options: CoturnOptions, hostname: str, pair: tuple[IPv4Address, IPv6Address | None]
    ) -> tuple[Record, ...]:
        why = "the TURN server with short-lived credentials" if self.ephemeral else "the STUN and TURN server"
        found = tuple(addresses(hostname, *pair, aaaa=options.aaaa, why=why))
        if self.ephemeral:
            return found
        return (*found, *services(site.domain, hostname, port_pairs(site), behaviour=options.alt_address is not None))


def _remarks(site: Site, hostname: str) -> Iterator[str]:
    subnet6 = site.network.subnet6
    if subnet6 is not None and subnet6.subnet_of(_UNIQUE_LOCAL):
        yield (
            f"{hostname} never relays to unique local IPv6 addresses such as {subnet6} (coturn 4.18 has no setting for it): "
            "there, people reach each other through its IPv4 address."
        )


def _relays(addresses: tuple[Address, ...], options: CoturnOptions) -> Iterator[Relay]:
    for address in addresses:
        for transport in (Transport.UDP, *((Transport.TCP,) if options.relay.tcp else ())):
            yield Relay(address=address, transport=transport, first=FIRST_RELAY, last=LAST_RELAY)


def _public(address: IPv4Address, options: CoturnOptions) -> tuple[PublicAddress, ...]:
    second = ("alt_public_address", options.alt_address, options.alt_public_address)
    found = (("public_address", address, options.public_address), second)
    return tuple(PublicAddress(key=key, address=own, public=public) for key, own, public in found if own is not None)


def _own(options: ServiceOptions) -> CoturnOptions:
    if not isinstance(options, CoturnOptions):
        raise TypeError(f"coturn was given {type(options).__name__}")
    return options


def _listeners(
    found: tuple[Address, ...], pairs: tuple[tuple[int, int], ...], extra: tuple[Address, ...], identity: str
) -> Iterator[Listener]:
    for address in found:
        for ports in pairs:
            yield from _on(address, ports, (Protocol.STUN, Protocol.TURN), identity)
        if extra:
            yield from _on(address, alternate_ports(*pairs[-1]), (Protocol.STUN,), identity)


def _on(address: Address, ports: tuple[int, int], protocols: tuple[Protocol, ...], identity: str) -> Iterator[Listener]:
    port, tls_port = ports
    for transport in (Transport.UDP, Transport.TCP):
        for protocol in protocols:
            yield Listener(address=address, port=port, transport=transport, protocol=protocol)
    for transport in (Transport.TLS, Transport.DTLS):
        for protocol in protocols:
            yield Listener(address=address, port=tls_port, transport=transport, protocol=protocol, identity=identity)
