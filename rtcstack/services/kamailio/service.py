"""kamailio as the plan sees it: addresses, container, certificate, records, database, people."""

from collections.abc import Mapping

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.audit import Audit
from rtcstack.plan.certificate import CertificateRequest
from rtcstack.plan.listener import Address
from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.plan.public import PublicAddress
from rtcstack.plan.secret import SecretRequest
from rtcstack.plan.service import Service, ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.services.kamailio.account import account
from rtcstack.services.kamailio.audit import audit
from rtcstack.services.kamailio.configuration import NONCE_KEY, ROUTE_KEY, files
from rtcstack.services.kamailio.containers import BACKEND, container
from rtcstack.services.kamailio.listeners import TLS_PORT, UDP_PORT, listeners
from rtcstack.services.kamailio.names import LABEL, domains, own_names
from rtcstack.services.kamailio.options import KamailioOptions
from rtcstack.services.kamailio.records import records
from rtcstack.services.kamailio.schema import DATABASE
from rtcstack.spec.model import ServiceOptions

CLOSED = "other SIP domains can neither call in nor be called: federation is not part of this version"


class Kamailio(Service):
    """The SIP server of the domain and its aliases."""

    name = "kamailio"
    role = "sip"
    offset = 14
    options = KamailioOptions

    def describe(self, site: Site, options: ServiceOptions) -> ServicePlan:
        """Given the site and the options, return the SIP server as it must be."""
        own = _own(options)
        hostname = site.fqdn(own.hostname or LABEL)
        address = own.address or site.network.address(self.offset)
        address6 = own.address6 or site.network.address6(self.offset)
        addresses: tuple[Address, ...] = (address, *((address6,) if address6 is not None else ()))
        tls_ports, udp_ports = site.ports_for(TLS_PORT), site.ports_for(UDP_PORT) if own.udp else ()
        legs = site.legs(address, address6, BACKEND)
        return ServicePlan(
            name=self.name,
            role=self.role,
            image="kamailio",
            hostname=hostname,
            address=address,
            address6=address6,
            options=own,
            public=(PublicAddress(key="public_address", address=address, public=own.public_address),),
            containers=(container(self.name, legs, (hostname, tls_ports[0], address)),),
            listeners=tuple(listeners(addresses, tls_ports, udp_ports, domain=site.domain, hostname=hostname)),
            certificate=CertificateRequest(
                service=self.name,
                dns_names=own_names(site, hostname),
                sip_domains=own_names(site, hostname),
                key_type=own.key_type,
                client_auth=True,
            ),
            records=tuple(records(domains(site), hostname, addresses, tls_ports, udp_ports)),
            secrets=(SecretRequest(name=ROUTE_KEY), SecretRequest(name=NONCE_KEY, overlap=0)),
            database=DATABASE,
            reload=("/usr/local/bin/kamailio-reload",),
            end_sessions=("/usr/local/bin/end-sessions",),
            revocations=own.client_certificates == "optional",
            remarks=(CLOSED,),
        )

    def files(self, stack: StackPlan, secrets: Mapping[str, str]) -> tuple[Artefact, ...]:
        """Given the whole plan and the secrets, return kamailio's configuration."""
        return tuple(files(stack, stack.service(self.name), secrets))

    def account(self, stack: StackPlan, person: Credentials) -> AccountStep | None:
        """Given a person, return their rows."""
        return account(self.name, domains(stack.site), person)

    def audit(self, stack: StackPlan) -> Audit | None:
        """Return how the rows of all people are compared."""
        return audit(self.name, domains(stack.site))


def _own(options: ServiceOptions) -> KamailioOptions:
    if not isinstance(options, KamailioOptions):
        raise TypeError(f"kamailio was given {type(options).__name__}")
    return options
