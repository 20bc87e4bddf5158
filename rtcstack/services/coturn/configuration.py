"""coturn's own files: what everybody may read, the lines that hold a secret, and the password of its command line."""

import hashlib
from collections.abc import Iterable, Mapping

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.listener import Address
from rtcstack.plan.public import mapping
from rtcstack.plan.secret import accepted
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.render.template import render
from rtcstack.services.coturn.denied import PeerRules, peer_rules
from rtcstack.services.coturn.options import CoturnOptions

OWNER = (901, 901)
PUBLIC, SECRET, SHARED = "turnserver.conf", "secret.conf", "secrets.sql"
EPHEMERAL_SECRET = "turn-ephemeral"  # noqa: S105 - a secret's name
CLI_FILE, CLI_SECRET = "cli.password", "turn-cli"
"""What images/coturn/end-sessions types into coturn's command line, and the secret's name."""
SHARED_DATABASE = "/run/coturn/secrets.db"
"""SQLite, made from SHARED by images/coturn/accept-secrets at the start and at every reload."""
RELAYS = ("turn", "turn-ephemeral")
"""Roles whose own address is a peer like any other: their relays must reach each other."""

# Suites for TLS 1.2 by OpenSSL's classes, then those of TLS 1.3 by name: coturn gives one list to both of OpenSSL's calls.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"


FIRST_RELAY, LAST_RELAY = 49152, 65535
"""UDP ports that are relayed from: the dynamic ones (RFC 6335 section 6)."""
LOOPBACK = {False: 10, True: 12}
"""Places among the loopback addresses, by whether credentials are short-lived."""


def port_pairs(site: Site) -> tuple[tuple[int, int], ...]:
    """Given the site, return the pairs of ports in use, plain and TLS, the better one first.

    The last one is the pair that turnserver itself listens on; whatever comes before it is an auxiliary server of its own.
    """
    return tuple(zip(site.ports_for(3478), site.ports_for(5349), strict=True))


def alternate_ports(port: int, tls_port: int) -> tuple[int, int]:
    """Given the ports in use, return the second ports of RFC 5780: the next ones, or the standard one beside 443.

    Where plain and TLS share a port, coturn opens one alternate port for both.
    """
    return (3478, 3478) if port == tls_port else (port + 1, tls_port + 1)


def rules_for(stack: StackPlan, options: CoturnOptions) -> PeerRules:
    """Given the whole plan, return the peers that relayed traffic may and may not reach."""
    relays = [address for service in stack.services if service.role in RELAYS for address in relay_addresses(service)]
    hosts = [address for service in stack.services for address in service.addresses]
    return peer_rules(stack.site.network, relays=relays, hosts=hosts, opened=options.relay.allow)


def relay_addresses(service: ServicePlan) -> Iterable[Address]:
    """Given a TURN server, return the addresses that it relays from: never the second one of RFC 5780."""
    return (service.address,) if service.address6 is None else (service.address, service.address6)


def public_file(stack: StackPlan, service: ServicePlan, options: CoturnOptions, *, ephemeral: bool) -> Artefact:
    """Given the whole plan, return the configuration without secrets."""
    *others, (port, tls_port) = port_pairs(stack.site)
    alt_port, alt_tls_port = alternate_ports(port, tls_port) if options.alt_address else (0, 0)
    content = render(
        __package__,
        "turnserver.conf.j2",
        addresses=service.addresses,
        relays=relay_addresses(service),
        port=port,
        tls_port=tls_port,
        auxiliary=sorted({number for pair in others for number in pair}),
        alt_port=alt_port,
        alt_tls_port=alt_tls_port,
        ciphers=CIPHERS,
        who="holders of a short-lived credential (use-auth-secret)"
        if ephemeral
        else "people in the database, by name and password",
        mechanism="use-auth-secret" if ephemeral else "lt-cred-mech",
        shared_database=SHARED_DATABASE if ephemeral else "",
        realm=stack.site.domain,
        first_relay=FIRST_RELAY,
        last_relay=LAST_RELAY,
        translated=_translated(stack, service),
        relay=options.relay,
        rules=rules_for(stack, options),
        loopback=stack.site.network.loopback(LOOPBACK[ephemeral]),
        threads=options.threads,
    )
    return Artefact(path=PUBLIC, content=content, owner=OWNER)


def _translated(stack: StackPlan, service: ServicePlan) -> list[tuple[Address, Address]]:
    # Its own ones first. A peer on the other relay is reached directly, whatever the router does with packets to itself.
    own = mapping(service.public)
    if not own:
        return []
    others = mapping(found for other in stack.services if other.role in RELAYS for found in other.public)
    return [(public, address) for address, public in {**own, **others}.items()]


def secret_file(stack: StackPlan, service: ServicePlan, secrets: Mapping[str, str]) -> Artefact:
    """Given the whole plan and the secrets, return the part of the configuration that holds one."""
    cli = _hashed(secrets[CLI_SECRET], service.name)
    if service.database is None:
        content = render(__package__, "secret.conf.j2", cli=cli)
    else:
        database = service.database
        host = stack.role("database").address
        password = secrets[database.secret.name]
        content = render(__package__, "database.conf.j2", host=host, name=database.name, password=password, cli=cli)
    return Artefact(path=SECRET, content=content, owner=OWNER, secret=True)


def shared_file(stack: StackPlan, secrets: Mapping[str, str]) -> Artefact:
    """Given the whole plan and the secrets, return the shared secrets by which short-lived credentials may be made now.

    They go into a small database of the server's own, in memory, which turnserver reads at every login; an option it would read
    only once. So a secret is replaced while relay goes on, two are right for a time, and no other server is needed for a login.
    """
    content = render(__package__, f"{SHARED}.j2", realm=stack.site.domain, secrets=sorted(accepted(secrets, EPHEMERAL_SECRET)))
    return Artefact(path=SHARED, content=content, owner=OWNER, secret=True, live=True)


def cli_file(secrets: Mapping[str, str]) -> Artefact:
    """Given the secrets, return the file that `end-sessions` logs in to coturn's command line with."""
    return Artefact(path=CLI_FILE, content=f"{secrets[CLI_SECRET]}\n".encode(), owner=OWNER, secret=True)


def _hashed(password: str, salt: str) -> str:
    # As `turnadmin -P` writes it: `$5$`, 8 octets of salt, `$`, SHA-256(salt, password). The password is long and random.
    octets = hashlib.sha256(salt.encode()).digest()[:8]
    return f"$5${octets.hex()}${hashlib.sha256(octets + password.encode()).hexdigest()}"
