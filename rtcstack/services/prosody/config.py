"""prosody's files: a configuration that may be read by anybody; who administers and the secrets, which a reload takes up."""

from collections.abc import Mapping
from ipaddress import IPv4Address

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.container import CONFIG, LIVE
from rtcstack.plan.listener import Address, Listener
from rtcstack.plan.secret import REVOKED
from rtcstack.plan.short_lived import LIFETIME
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.render.template import render
from rtcstack.services.prosody.containers import BACKEND, DATA, FRONT_BACKEND, FRONT_FILE, RUN, USER
from rtcstack.services.prosody.database import DATABASE
from rtcstack.services.prosody.layout import CLIENT_STARTTLS, CLIENT_TLS, SERVER_STARTTLS, SERVER_TLS, WEB, Layout
from rtcstack.services.prosody.listeners import listeners
from rtcstack.services.prosody.options import ProsodyOptions
from rtcstack.services.prosody.turn import external_services

TURN_SECRET = "turn-ephemeral"  # noqa: S105 - its name
HANDED_ON = 5222
"""Port on the internal network at which prosody takes connections from the front."""
_CURRENT = f"{CONFIG}/current"
_DATABASE_FILE = "database.password"
_TURN_FILE = "turn.secret"
_TRUSTED_FILE = "trusted-ca.pem"
_ADMINS_FILE = "admins"
_REVOKED_FILE = "revoked"


def files(stack: StackPlan, layout: Layout, options: ProsodyOptions, secrets: Mapping[str, str]) -> tuple[Artefact, ...]:
    """Given the plan, the layout, the options and the secrets, return the configuration and what it reads."""
    trusted = f"{_CURRENT}/{_TRUSTED_FILE}" if options.trusted_ca else f"{CONFIG}/tls/ca.pem"
    here, front_at = (_inside(stack.site, place) for place in (BACKEND, FRONT_BACKEND))
    configuration = render(
        __package__,
        "prosody.cfg.lua.j2",
        layout=layout,
        standard=_standard(layout),
        ports=ports(tuple(listener for listener in listeners(layout) if listener.address in layout.first)),
        backend=here,
        front=front_at,
        loopback=stack.site.network.loopback(BACKEND),
        handed_on=HANDED_ON,
        options=options,
        admins_file=f"{LIVE}/{_ADMINS_FILE}",
        resolvers=stack.site.network.resolvers,
        database_address=stack.role("database").address,
        database_name=DATABASE.name,
        database_password_file=f"{LIVE}/{_DATABASE_FILE}",
        turn_secret_file=f"{LIVE}/{_TURN_FILE}",
        turn_lifetime=LIFETIME,
        external_services=external_services(stack.role("turn-ephemeral")),
        trusted_ca=trusted,
        own_ca=f"{CONFIG}/tls/ca.pem",
        revoked_file=f"{LIVE}/{_REVOKED_FILE}",
        data=DATA,
        run=RUN,
    )
    artefacts = [
        Artefact(path="prosody.cfg.lua", content=configuration, owner=USER),
        Artefact(path=_ADMINS_FILE, content=_admins(stack.site), owner=USER, live=True),
        _secret(_DATABASE_FILE, secrets[DATABASE.secret.name]),
        _secret(_TURN_FILE, secrets[TURN_SECRET]),
    ]
    if layout.multiplexed:
        front = render(__package__, "front.cfg.j2", layout=layout, backend=here, source=front_at, handed_on=HANDED_ON)
        artefacts.append(Artefact(path=FRONT_FILE, content=front, owner=USER))
    if layout.federation:
        artefacts.append(Artefact(path=_REVOKED_FILE, content=secrets.get(REVOKED, "").encode(), owner=USER, live=True))
    if options.trusted_ca:
        artefacts.append(Artefact(path=_TRUSTED_FILE, content=options.trusted_ca.encode(), owner=USER))
    return tuple(artefacts)


def _inside(site: Site, place: int) -> IPv4Address:
    # Where the front and prosody meet: on the internal network, or, without one, on loopback.
    return site.network.loopback(place) if site.network.shared else site.network.backend[place]


def ports(listening: tuple[Listener, ...]) -> dict[Address, list[int]]:
    """Given listeners, return the ports of each address, ordered and each once."""
    return {
        address: sorted({listener.port for listener in listening if listener.address == address})
        for address in dict.fromkeys(listener.address for listener in listening)
    }


def _standard(layout: Layout) -> dict[str, int]:
    # prosody's names of its services; 0 where nobody may connect.
    return {
        "c2s": CLIENT_STARTTLS,
        "c2s_direct_tls": CLIENT_TLS,
        "s2s": SERVER_STARTTLS if layout.federation else 0,
        "s2s_direct_tls": SERVER_TLS if layout.federation else 0,
        "https": WEB,
    }


def _admins(site: Site) -> bytes:
    return "".join(f"xmpp:{name}@{site.domain}\n" for name in sorted(site.admins)).encode()


def _secret(path: str, value: str) -> Artefact:
    return Artefact(path=path, content=f"{value}\n".encode(), owner=USER, secret=True, live=True)
