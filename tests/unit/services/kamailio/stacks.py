"""A stack with kamailio and a stand-in for the database."""

from rtcstack.plan.service import ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.services.kamailio import SERVICES
from rtcstack.services.kamailio.options import KamailioOptions
from rtcstack.spec.model import ServiceOptions

SECRETS = {"database-kamailio": "databasepassword", "sip-route": "routekey", "sip-nonce": "noncekey"}
(KAMAILIO,) = SERVICES


def plan_on(site: Site, options: KamailioOptions | None = None) -> ServicePlan:
    """Given a site and options, return the SIP server."""
    return KAMAILIO.describe(site, options or KamailioOptions())


def stack_on(site: Site, options: KamailioOptions | None = None) -> StackPlan:
    """Given a site and options, return the stack."""
    database = ServicePlan(
        name="mariadb",
        role="database",
        image="mariadb",
        hostname=None,
        address=site.network.backend[2],
        address6=None,
        options=ServiceOptions(),
        containers=(),
        listeners=(),
    )
    return StackPlan(site=site, services=(database, plan_on(site, options)))


def configuration(site: Site, options: KamailioOptions | None = None) -> dict[str, str]:
    """Given a site and options, return the rendered files by name."""
    return {file.path: file.content.decode() for file in KAMAILIO.files(stack_on(site, options), SECRETS)}
