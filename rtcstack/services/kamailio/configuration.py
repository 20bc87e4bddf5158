"""The configuration files: one for each idea, read by kamailio.cfg in order; the one with secrets is for its user alone."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.container import LIVE
from rtcstack.plan.listener import Address, Listener, Transport
from rtcstack.plan.public import mapping
from rtcstack.plan.secret import REVOCATIONS
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.render.template import render
from rtcstack.services.kamailio.containers import OWNER
from rtcstack.services.kamailio.names import domains, own_names
from rtcstack.services.kamailio.schema import DATABASE

PLAIN = (
    "kamailio.cfg",
    "network.cfg",
    "modules.cfg",
    "database.cfg",
    "tls.cfg",
    "requests.cfg",
    "screen.cfg",
    "identity.cfg",
    "registrar.cfg",
    "dialogs.cfg",
    "callee.cfg",
    "calls.cfg",
    "nat.cfg",
    "websocket.cfg",
    "outage.cfg",
    "endings.cfg",
)
SECRET = "secrets.cfg"  # noqa: S105 - a file name
LIST = "revoked.crl"
"""What is revoked of the certificates by which clients may prove who they are."""
WAIT = "database-address"
"""Read by images/kamailio/kamailio-start: where it waits for the database."""

MYSQL = 3306
ROUTE_KEY, NONCE_KEY = "sip-route", "sip-nonce"
"""Names of the secrets: both outlive a restart, so that running calls can be ended and phones need no new challenge.

The first is never replaced: a running call could not be ended any more, and nobody can log in with it.
"""

WORKERS = 3
"""Processes that handle messages; none of them ever waits for the database for long."""

MAX_EXPIRES, OUTAGE_EXPIRES = 300, 90
"""Seconds for which a phone may stay away before it must register again: normally, and while the database is away."""


def _socket(listener: Listener, public: Mapping[Address, IPv4Address]) -> str:
    host = f"[{listener.address}]" if listener.address.version == 6 else str(listener.address)
    told = f" advertise {public[listener.address]}:{listener.port}" if listener.address in public else ""
    return f"{listener.transport}:{host}:{listener.port}{told}"


def _route(service: ServicePlan) -> str:
    # One name and port for all that we listen on; where there are more, the advertised addresses must do.
    ports = {listener.port for listener in service.listeners}
    return f"{service.hostname}:{ports.pop()};transport=tls" if mapping(service.public) and len(ports) == 1 else ""


def _values(site: Site, service: ServicePlan) -> dict[str, object]:
    return {
        "domain": site.domain,
        "domains": domains(site),
        "names": own_names(site, service.hostname or site.domain),
        "listeners": tuple(dict.fromkeys(_socket(found, mapping(service.public)) for found in service.listeners)),
        "route": _route(service),
        "udp": any(listener.transport is Transport.UDP for listener in service.listeners),
        "workers": WORKERS,
        "max_expires": MAX_EXPIRES,
        "outage_expires": OUTAGE_EXPIRES,
        "revoked": f"{LIVE}/{LIST}" if service.revocations else "",
    }


def files(stack: StackPlan, service: ServicePlan, secrets: Mapping[str, str]) -> Iterator[Artefact]:
    """Given the plan and the secrets, yield every file of kamailio."""
    values = _values(stack.site, service)
    for path in PLAIN:
        yield Artefact(path=path, content=render(__package__, f"{path}.j2", **values), owner=OWNER)
    address = stack.role("database").address
    yield Artefact(path=WAIT, content=render(__package__, f"{WAIT}.j2", address=address, port=MYSQL), owner=OWNER)
    content = render(
        __package__,
        f"{SECRET}.j2",
        route_key=secrets[ROUTE_KEY],
        nonce_key=secrets[NONCE_KEY],
        database=f"mysql://{DATABASE.name}:{secrets[DATABASE.secret.name]}@{address}:{MYSQL}/{DATABASE.name}",
    )
    yield Artefact(path=SECRET, content=content, owner=OWNER, secret=True)
    if service.revocations:
        yield Artefact(path=LIST, content=secrets.get(REVOCATIONS, "").encode(), owner=OWNER, live=True)
