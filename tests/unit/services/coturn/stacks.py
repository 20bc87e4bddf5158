"""A stack with both TURN servers and stand-ins for the services that they only know by role and address."""

from ipaddress import IPv4Address, IPv6Address

from rtcstack.plan.service import ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.services.coturn import SERVICES
from rtcstack.services.coturn.options import CoturnOptions
from rtcstack.spec.model import ServiceOptions

SECRETS = {"database-coturn": "databasepassword", "turn-ephemeral": "sharedsecret", "turn-cli": "commandline"}
PERSONAL, EPHEMERAL = SERVICES


def stand_in(name: str, role: str, address: IPv4Address, address6: IPv6Address | None) -> ServicePlan:
    """Given a role and addresses, return a service that has nothing else."""
    return ServicePlan(
        name=name,
        role=role,
        image=name,
        hostname=None,
        address=address,
        address6=address6,
        options=ServiceOptions(),
        containers=(),
        listeners=(),
    )


def stack_on(site: Site, options: CoturnOptions | None = None) -> StackPlan:
    """Given a site and options for the TURN server with people, return the stack."""
    network = site.network
    return StackPlan(
        site=site,
        services=(
            stand_in("mariadb", "database", network.backend[2], None),
            PERSONAL.describe(site, options or CoturnOptions()),
            EPHEMERAL.describe(site, CoturnOptions()),
            stand_in("kamailio", "sip", network.address(14), network.address6(14)),
            stand_in("prosody", "xmpp", network.address(16), network.address6(16)),
        ),
    )


def configuration(site: Site, options: CoturnOptions | None = None) -> str:
    """Given a site and options, return the TURN server's public configuration."""
    return PERSONAL.files(stack_on(site, options), SECRETS)[0].content.decode()
