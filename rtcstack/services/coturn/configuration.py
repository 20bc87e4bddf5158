"""coturn's own files: what everybody may read, and the one line that holds a secret."""

from collections.abc import Iterable, Mapping

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.listener import Address
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan
from rtcstack.render.template import render
from rtcstack.services.coturn.denied import PeerRules, peer_rules
from rtcstack.services.coturn.options import CoturnOptions

OWNER = (901, 901)
PUBLIC, SECRET = "turnserver.conf", "secret.conf"
EPHEMERAL_SECRET = "turn-ephemeral"  # noqa: S105 - a secret's name
RELAYS = ("turn", "turn-ephemeral")
"""Roles whose own address is a peer like any other: their relays must reach each other."""

# Suites for TLS 1.2 by OpenSSL's classes, then those of TLS 1.3 by name: coturn gives one list to both of OpenSSL's calls.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"


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
    port, tls_port = stack.site.port(3478), stack.site.port(5349)
    alt_port, alt_tls_port = alternate_ports(port, tls_port) if options.alt_address else (0, 0)
    content = render(
        __package__,
        "turnserver.conf.j2",
        addresses=service.addresses,
        relays=relay_addresses(service),
        port=port,
        tls_port=tls_port,
        alt_port=alt_port,
        alt_tls_port=alt_tls_port,
        ciphers=CIPHERS,
        who="holders of a short-lived credential (use-auth-secret)"
        if ephemeral
        else "people in the database, by name and password",
        mechanism="use-auth-secret" if ephemeral else "lt-cred-mech",
        realm=stack.site.domain,
        relay=options.relay,
        rules=rules_for(stack, options),
        threads=options.threads,
    )
    return Artefact(path=PUBLIC, content=content, owner=OWNER)


def secret_file(stack: StackPlan, service: ServicePlan, secrets: Mapping[str, str]) -> Artefact:
    """Given the whole plan and the secrets, return the part of the configuration that holds one."""
    if service.database is None:
        content = render(__package__, "secret.conf.j2", secret=secrets[EPHEMERAL_SECRET])
    else:
        database = service.database
        host = stack.role("database").address
        content = render(__package__, "database.conf.j2", host=host, name=database.name, password=secrets[database.secret.name])
    return Artefact(path=SECRET, content=content, owner=OWNER, secret=True)
