"""A stack with prosody and stand-ins for the services that it knows by their role only."""

from ipaddress import IPv4Address

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.services.prosody import SERVICES
from rtcstack.services.prosody.options import ProsodyOptions
from rtcstack.spec.model import ServiceOptions

SECRETS = {"database-prosody": "databasepassword", "turn-ephemeral": "sharedsecret"}
(PROSODY,) = SERVICES


def stand_in(name: str, role: str, address: IPv4Address, hostname: str | None, *listeners: Listener) -> ServicePlan:
    """Given a role, an address and listeners, return a service that has nothing else."""
    return ServicePlan(
        name=name,
        role=role,
        image=name,
        hostname=hostname,
        address=address,
        address6=None,
        options=ServiceOptions(),
        containers=(),
        listeners=listeners,
    )


def turn_server(site: Site) -> ServicePlan:
    """Given a site, return a TURN server that speaks everything on 443, and something else inside."""
    address = site.network.address(12)
    listeners = [
        Listener(address=address, port=443, transport=transport, protocol=protocol)
        for protocol in (Protocol.STUN, Protocol.TURN)
        for transport in Transport
    ]
    inside = Listener(address=address, port=9999, transport=Transport.TCP, protocol=Protocol.TURN, internal=True)
    return stand_in("coturn-ephemeral", "turn-ephemeral", address, "turn-ephemeral.falcot.com", *listeners, inside)


def stack_on(site: Site, options: ProsodyOptions | None = None) -> StackPlan:
    """Given a site and options, return the stack."""
    return StackPlan(
        site=site,
        services=(
            stand_in("mariadb", "database", site.network.backend[2], None),
            turn_server(site),
            PROSODY.describe(site, options or ProsodyOptions()),
        ),
    )


def configuration(site: Site, options: ProsodyOptions | None = None) -> str:
    """Given a site and options, return the rendered configuration."""
    return PROSODY.files(stack_on(site, options), SECRETS)[0].content.decode()
