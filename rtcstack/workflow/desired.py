"""Everything that must exist, as values: rendered files, the Compose services, and the side "wanted" of the comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rtcstack.change.state import Wanted, WantedContainer, WantedLive
from rtcstack.engine import files, images, networks
from rtcstack.plan.artefact import Artefact
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan
from rtcstack.render import links
from rtcstack.render.compose import FILE as COMPOSE_FILE
from rtcstack.render.compose import LABEL, Environment, compose_file, container_name, definitions, volume_name, volumes
from rtcstack.workflow.context import Installation
from rtcstack.workflow.inside import IMAGE as PROBING
from rtcstack.workflow.secrets import waiting

TOOLS = "tools"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """Rendered files by service, the tree below compose/ as (bytes, secret), image references, and what is wanted."""

    artefacts: Mapping[str, tuple[Artefact, ...]] = field(repr=False)
    tree: Mapping[str, tuple[bytes, bool]] = field(repr=False)
    images: Mapping[str, str]
    wanted: Wanted


def image_names(installation: Installation) -> set[str]:
    """Given an installation, return the image folders that its containers need, the tools, and the client that probes need."""
    # Without a link of the host's own, the probes run in a container.
    probing = set() if installation.stack.site.network.host_access else {PROBING}
    return {TOOLS} | probing | {c.image for service in installation.stack.services for c in service.containers}


def _live(stack: StackPlan, artefacts: Mapping[str, tuple[Artefact, ...]]) -> dict[str, WantedLive]:
    paths = {name: tuple(f"{name}/{a.path}" for a in found if a.live) for name, found in artefacts.items()}
    return {
        service.name: WantedLive(container=container_name(stack.site.name, _reader(service)), paths=paths[service.name])
        for service in stack.services
        if paths[service.name]
    }


def _reader(service: ServicePlan) -> str:
    # Who reads live files at its start: what runs after the service has started reads them for it.
    return next((container.name for container in service.containers if container.setup == "after"), service.main.name)


def desired(installation: Installation, secrets: Mapping[str, str], now: float, *, api: tuple[int, int]) -> Desired:
    """Given an installation, its secrets and the time, return what must exist.

    Secrets not made yet count as empty: what holds one will differ once it is made.
    """
    stack = installation.stack
    artefacts = {service.name: installation.service(service.name).files(stack, secrets) for service in stack.services}
    references = images.references(image_names(installation))
    services = definitions(stack, artefacts, Environment(images=references, api=api))
    tree = {f"{name}/{a.path}": (a.content, a.secret) for name, found in artefacts.items() for a in found}
    tree[COMPOSE_FILE] = (compose_file(stack, services), False)
    tree[links.FILE] = (links.links_script(stack), False)
    plans = {container.name: container for service in stack.services for container in service.containers}
    containers: dict[str, WantedContainer] = {}
    for name, entry in services.items():
        labels = entry["labels"]
        if not isinstance(labels, dict):
            raise TypeError(name)
        containers[container_name(stack.site.name, name)] = WantedContainer(
            service=labels[f"{LABEL}.service"],
            digest=labels[f"{LABEL}.digest"],
            setup=plans[name].setup,
            joins=container_name(stack.site.name, plans[name].joins) if plans[name].joins else "",
            addresses=frozenset(
                str(address)
                for leg in plans[name].attachments
                if leg.network != "host"
                for address in (leg.address, leg.address6)
                if address is not None
            ),
            on_lan=any(leg.network == "lan" for leg in plans[name].attachments),
        )
    return Desired(
        artefacts=artefacts,
        tree=tree,
        images=references,
        wanted=Wanted(
            secrets=tuple(request.name for request in stack.secrets),
            images=references,
            files={path: files.digest(content) for path, (content, _) in sorted(tree.items())},
            networks={name: definition.digest for name, definition in networks.definitions(stack.site.network).items()},
            volumes=tuple(volume_name(stack.site.name, volume) for volume in volumes(stack)),
            containers=containers,
            live=_live(stack, artefacts),
            rotating=waiting(installation, now),
        ),
    )
