"""`zone --ds`: the keys of the running name server, as the zone above must know them."""

from dns.exception import DNSException

from rtcstack.engine.docker import Engine
from rtcstack.errors import RequestError, WorldError
from rtcstack.plan.service import ServicePlan
from rtcstack.render.compose import container_name
from rtcstack.workflow.context import Installation
from rtcstack.workflow.zone import zone
from rtcstack.zone.complete import ROLE, NameServer, name_server
from rtcstack.zone.delegation import delegated, keys
from rtcstack.zone.zone import Zone


def zone_keys(installation: Installation, *, origin: str = "") -> tuple[tuple[Zone, ...], NameServer]:
    """Given an installation, return the DS records of its zones, or of the one with that origin, and its name server.

    Raise RequestError if the name server is not enabled or no zone has that origin, WorldError if it does not run.
    """
    server = installation.stack.having(ROLE)
    if server is None:
        raise RequestError(
            "this stack has no name server of its own, so there are no keys",
            hint="Put `[services.dns]` with `enabled = true` into rtcstack.toml, then type `rtcstack up`.",
        )
    with Engine() as engine:
        found = tuple(_zone(installation, engine, server, each) for each in zone(installation, origin=origin).zones)
    return found, name_server(installation.stack)


def _zone(installation: Installation, engine: Engine, server: ServicePlan, asked: Zone) -> Zone:
    name = asked.origin.to_text(omit_final_dot=True)
    container = container_name(installation.stack.site.name, server.name)
    hint = f"See `rtcstack status` and `rtcstack logs {server.name}`."
    result = engine.exec(container, (*server.client, name, "@", "DNSKEY"))
    if result.exit_code != 0:
        said = (result.stderr or result.stdout).decode(errors="replace").strip()
        raise WorldError(f"{server.name} does not tell the keys of {name}: {said or result.exit_code}", hint=hint)
    try:
        found = delegated(asked, keys(result.stdout.decode(errors="replace")))
    except DNSException as error:
        raise WorldError(f"{server.name} told keys of {name} that are none: {error}", hint=hint) from error
    if not found.records:
        raise WorldError(f"{server.name} does not sign {name}", hint=hint)
    return found
