"""One look at the disk, the host and the engine, taken before anything is decided."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from rtcstack.change.refusal import Facts
from rtcstack.change.state import Found, FoundContainer, FoundNetwork, Wanted
from rtcstack.engine import files, host, links, namespace, pairs
from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import VISITOR, ContainerFacts, desktop, rootless
from rtcstack.engine.images import REPOSITORY
from rtcstack.engine.vault import CA_CERTIFICATE
from rtcstack.render.compose import LABEL
from rtcstack.workflow.authority import lists
from rtcstack.workflow.certificates import reasons
from rtcstack.workflow.context import Installation

LEFT_BEHIND = timedelta(minutes=10)
"""No short-lived container is in use for so long."""


def stack_label(installation: Installation) -> str:
    """Given an installation, return the label by which all that it owns on the engine is known."""
    return f"{LABEL}.stack={installation.stack.site.name}"


def visitors(installation: Installation, engine: Engine) -> tuple[ContainerFacts, ...]:
    """Given an installation, return the short-lived containers, such as those of `check`, that are on its network."""
    return engine.containers(f"{VISITOR}={installation.stack.site.network.name}")


def sweep(installation: Installation, engine: Engine) -> None:
    """Given an installation whose lock is held, remove what a killed run left: half-written files and short-lived containers."""
    for directory in (installation.compose, installation.vault.directory):
        files.sweep(directory)
    pairs.mend_all(installation.vault)
    name = installation.stack.site.name
    for container in engine.containers(f"{LABEL}.helper={name}"):
        engine.remove_container(container.name)
    for container in visitors(installation, engine):
        # One that just ended may still be looked at: not every command that runs one takes the lock.
        if container.state != "running" and datetime.fromisoformat(container.created) < datetime.now(UTC) - LEFT_BEHIND:
            engine.remove_container(container.name)
    engine.helper_labels = {f"{LABEL}.stack": name, f"{LABEL}.helper": name}


def found(installation: Installation, engine: Engine, wanted: Wanted) -> Found:
    """Given an installation and what it wants, return what exists."""
    names = installation.vault.names()
    manifest = files.read_manifest(installation.compose)
    label = f"{LABEL}.digest"
    networks = {
        network.name: FoundNetwork(
            digest=network.labels.get(label, ""),
            members=engine.network_members(network.id) if network.labels.get(label) != wanted.networks.get(network.name) else (),
        )
        for network in engine.networks()
        if network.name in wanted.networks or network.labels.get(f"{LABEL}.stack") == installation.stack.site.name
    }
    now = datetime.now(UTC)
    return Found(
        secrets=names,
        ca=CA_CERTIFICATE in names,
        certificates=reasons(installation, now),
        revocations=lists.reason(installation, now),
        images=engine.images(f"{REPOSITORY}/"),
        files=files.digests(installation.compose, set(wanted.files) | set(manifest)),
        manifest=manifest,
        links=links.missing(installation.stack),
        closed_ports=links.closed_ports(installation.stack),
        parent_gone=links.parent_is_gone(installation.stack),
        networks=networks,
        volumes=engine.volumes(stack_label(installation)),
        containers={
            container.name: FoundContainer(
                digest=container.labels.get(label, ""),
                state=container.state,
                exit_code=container.exit_code,
                addresses=_addresses(container),
            )
            for container in engine.containers(stack_label(installation))
            if f"{LABEL}.container" in container.labels
        },
    )


def _addresses(container: ContainerFacts) -> frozenset[str]:
    measured = namespace.addresses(container.pid) if container.state == "running" else None
    return container.addresses if measured is None else container.addresses & measured


def facts(installation: Installation, engine: Engine) -> Facts:
    """Given an installation, return the facts that may make it impossible here."""
    network = installation.stack.site.network
    info = engine.info()
    others = [item for item in engine.networks() if item.name not in (network.name, network.backend_name)]
    bridges = {f"br-{item.id[:12]}" for item in engine.networks() if item.name == network.backend_name}
    return Facts(
        links=host.links(),
        ipv6=host.ipv6(),
        routes=tuple((subnet, link) for subnet, link in host.routes() if link not in bridges),
        taken={ip_network(subnet): item.name for item in others for subnet in item.subnets},
        parents={item.parent: item.name for item in others if item.driver in ("macvlan", "ipvlan") and item.parent},
        rootless=rootless(info),
        own=links.own_network(installation.stack, running=bool(engine.containers(stack_label(installation)))),
        desktop=desktop(info),
    )
