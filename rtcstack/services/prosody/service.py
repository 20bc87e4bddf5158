"""The service `prosody`: its pieces put together in the shape that every service has."""

from collections.abc import Mapping
from ipaddress import IPv4Address

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.audit import Audit
from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.plan.public import PublicAddress
from rtcstack.plan.secret import SecretRequest
from rtcstack.plan.service import Service, ServicePlan
from rtcstack.plan.short_lived import LIFETIME
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.services.prosody.account import account
from rtcstack.services.prosody.audit import audit
from rtcstack.services.prosody.certificate import certificate
from rtcstack.services.prosody.config import TURN_SECRET, files
from rtcstack.services.prosody.containers import containers
from rtcstack.services.prosody.database import DATABASE
from rtcstack.services.prosody.layout import OFFSET, Layout, layout
from rtcstack.services.prosody.listeners import listeners
from rtcstack.services.prosody.options import ProsodyOptions
from rtcstack.services.prosody.records import records
from rtcstack.services.prosody.remarks import remarks
from rtcstack.services.prosody.turn import GRACE
from rtcstack.spec.model import ServiceOptions


class Prosody(Service):
    """XMPP for the domain, its rooms at `conference.` and its files at `upload.`."""

    name = "prosody"
    role = "xmpp"
    offset = OFFSET
    options = ProsodyOptions

    def describe(self, site: Site, options: ServiceOptions) -> ServicePlan:
        """Given the site and the options, return what must exist. Pure."""
        mine = _mine(options)
        place = layout(site, mine)
        return ServicePlan(
            name=self.name,
            role=self.role,
            image="prosody",
            hostname=place.host,
            address=place.address,
            address6=place.address6,
            extra_addresses=place.second,
            options=mine,
            public=public(place, mine),
            containers=containers(self.name, site, place),
            listeners=listeners(place),
            certificate=certificate(self.name, place, mine.key_type),
            records=records(place, apex=site.apex),
            secrets=(SecretRequest(name=TURN_SECRET, overlap=LIFETIME + GRACE),),
            database=DATABASE,
            reload=("/usr/local/bin/prosody-reload",),
            end_sessions=("/usr/local/bin/end-sessions", place.domain),
            remarks=remarks(place, apex=site.apex),
        )

    def files(self, stack: StackPlan, secrets: Mapping[str, str]) -> tuple[Artefact, ...]:
        """Given the plan and the secrets, return the configuration and what it reads. Pure."""
        mine = _mine(stack.service(self.name).options)
        return files(stack, layout(stack.site, mine), mine, secrets)

    def account(self, stack: StackPlan, person: Credentials) -> AccountStep:
        """Given a person, return how prosody keeps them. Pure but for the salt."""
        return account(self.name, stack.site.domain, person)

    def audit(self, stack: StackPlan) -> Audit:
        """Return how everybody's accounts are compared."""
        return audit(self.name, stack.site.domain)


def public(place: Layout, options: ProsodyOptions) -> tuple[PublicAddress, ...]:
    """Given the layout and the options, return both IPv4 addresses with their public ones."""
    first = PublicAddress(key="public_address", address=place.address, public=options.public_address)
    others = [found for found in place.second if isinstance(found, IPv4Address)]
    second = (
        PublicAddress(key="starttls_public_address", address=found, public=options.starttls_public_address) for found in others
    )
    return (first, *second)


def _mine(options: ServiceOptions) -> ProsodyOptions:
    if not isinstance(options, ProsodyOptions):
        raise TypeError(f"prosody cannot be described with {type(options).__name__}")
    return options
