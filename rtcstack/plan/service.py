"""The shape of a service: `Service` is what a folder under services/ fills in, `ServicePlan` what it answers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.audit import Audit
from rtcstack.plan.certificate import CertificateRequest
from rtcstack.plan.container import Container
from rtcstack.plan.database import DatabaseRequest
from rtcstack.plan.listener import Address, Listener, Transport
from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.plan.public import PublicAddress
from rtcstack.plan.record import Record
from rtcstack.plan.secret import SecretRequest
from rtcstack.plan.site import Site
from rtcstack.spec.model import CertificateSource, ServiceOptions

if TYPE_CHECKING:
    from rtcstack.plan.stack import StackPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Ports of one address at which peers of a TURN server's clients are received."""

    address: Address
    transport: Transport
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlan:
    """One service as it must be.

    `containers` are in start order, the one that is the service itself has the service's name. `hostname` is fully
    qualified, None for what no client addresses by name. `address6` may exist without an AAAA record. `extra_addresses` are
    second addresses that the namespace holder adds. `source` says who issues its certificate. `reload` is run inside the
    container to take up a new certificate and the live files; exit code 0 means that it did.
    `end_sessions` is run inside it with people's names on standard input, one a line: 0 says that no session of theirs is left.
    `client` (role `database`) executes SQL from standard input, as administrator; (role `dns`) followed by a zone, an owner and a
    type, it prints the records that are served. `revocations` says that it refuses clients by the CA's list of revoked
    certificates, which therefore must exist. `public` are its IPv4 addresses with their public ones, `relays` where
    it receives what it relays. `remarks` are for people: what they must know.
    """

    name: str
    role: str
    image: str
    hostname: str | None
    address: IPv4Address
    address6: IPv6Address | None
    options: ServiceOptions
    containers: tuple[Container, ...]
    listeners: tuple[Listener, ...]
    extra_addresses: tuple[Address, ...] = ()
    certificate: CertificateRequest | None = None
    source: CertificateSource = "own-ca"
    records: tuple[Record, ...] = ()
    secrets: tuple[SecretRequest, ...] = ()
    database: DatabaseRequest | None = None
    reload: tuple[str, ...] = ()
    end_sessions: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    revocations: bool = False
    public: tuple[PublicAddress, ...] = ()
    relays: tuple[Relay, ...] = ()
    remarks: tuple[str, ...] = field(default=())

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Every address that the service answers on, the first one first."""
        found: list[Address] = [self.address]
        if self.address6 is not None:
            found.append(self.address6)
        return (*found, *self.extra_addresses)

    @property
    def all_secrets(self) -> tuple[SecretRequest, ...]:
        """Every secret that the service uses, the password of its database too."""
        return self.secrets if self.database is None else (self.database.secret, *self.secrets)

    @property
    def main(self) -> Container:
        """The container that is the service itself."""
        return next(container for container in self.containers if container.name == self.name)


class Service(ABC):
    """A service describes; it does not act. One instance per entry of `status`, found in `SERVICES` of its folder.

    `offset` is its fixed place in the range (the next one is reserved for its second address).
    """

    name: str
    role: str
    offset: int
    options: type[ServiceOptions]

    @abstractmethod
    def describe(self, site: Site, options: ServiceOptions) -> ServicePlan:
        """Given the site and the service's own options, return what must exist. Pure."""

    @abstractmethod
    def files(self, stack: "StackPlan", secrets: Mapping[str, str]) -> tuple[Artefact, ...]:
        """Given the whole plan and the secrets by name, return the rendered files of this service. Pure."""

    def account(self, stack: "StackPlan", person: Credentials) -> AccountStep | None:
        """Given a person, return how this service keeps them, or None if it keeps nobody. Pure."""
        del stack, person
        return None

    def audit(self, stack: "StackPlan") -> Audit | None:
        """Return how everybody whom this service keeps is compared with who exists, or None if it keeps nobody. Pure."""
        del stack
        return None
