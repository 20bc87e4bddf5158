"""The Compose file, dumped from data: strict defaults for every container, networks and volumes named external.

Networks and volumes are external because Compose ignores a changed gateway, and on a changed subnet destroys the running
container before it fails (seen with 2.26.1): rtcstack makes and compares them itself.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.container import CONFIG, Container, Mount
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan
from rtcstack.render.template import HEADER

LABEL = "com.rtcstack"
FILE = "compose.yaml"
LAN = "eth0"
"""The link of the LAN in a container: engines set up networks with a way out before internal ones."""
PATIENT = {"net.ipv4.tcp_mtu_probing": "1"}
"""Where long packets vanish without a word, TLS would hang at the certificate: find their size out by trying (RFC 4821)."""
QUIET = "net.ipv6.conf.{link}.accept_ra"
"""Addresses and routes are ours alone to give: 0 takes none from whoever advertises some (ip-sysctl)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What rendering must know of the engine: image references by folder name, and the version of its API.

    Before 1.44 it refuses `mac_address` on an endpoint but derives the MAC from the IPv4 address, as `mac_for` does. From 1.46 on
    settings of a link belong to the endpoint, and no more to the container.
    """

    images: Mapping[str, str]
    api: tuple[int, int] = (1, 41)

    @property
    def endpoint_mac(self) -> bool:
        """Whether an endpoint may be given a MAC."""
        return self.api >= (1, 44)

    @property
    def endpoint_sysctls(self) -> bool:
        """Whether an endpoint is where its link's settings belong."""
        return self.api >= (1, 46)


def container_name(stack: str, container: str) -> str:
    """Given the stack's and a container's name, return the name on the engine."""
    return f"{stack}-{container}"


def volume_name(stack: str, volume: str) -> str:
    """Given the stack's and a volume's name, return the name on the engine."""
    return f"{stack}_{volume}"


def config_volume(service: str) -> str:
    """Given a service, return the volume that holds its rendered files and its certificate."""
    return f"{service}-config"


def mounts(service: ServicePlan, container: Container) -> tuple[Mount, ...]:
    """Given a container of a service, return its mounts with that of the rendered files."""
    if container.joins == "" and container.image == "tools":
        return container.mounts
    return (Mount(volume=config_volume(service.name), target=CONFIG, read_only=True), *container.mounts)


def volumes(stack: StackPlan) -> tuple[str, ...]:
    """Given the plan, return the volumes of the stack, sorted."""
    names = {mount.volume for service in stack.services for c in service.containers for mount in mounts(service, c)}
    return tuple(sorted(names))


def digest_of(value: object) -> str:
    """Given JSON-able data, return a digest that changes when it does."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def config_digest(artefacts: tuple[Artefact, ...]) -> str:
    """Given a service's rendered files, return the digest of their paths, bytes, owners and modes: one generation."""
    parts = [(a.path, hashlib.sha256(a.content).hexdigest(), a.owner, a.mode) for a in sorted(artefacts, key=lambda a: a.path)]
    return digest_of(parts)


def _read(container: Container, artefacts: tuple[Artefact, ...]) -> tuple[Artefact, ...]:
    # What is taken up live is no reason to make a container anew.
    return tuple(artefact for artefact in artefacts if not artefact.live and artefact.path.startswith(container.reads))


def _networks(stack: StackPlan, container: Container, env: Environment) -> dict[str, object]:
    legs: dict[str, object] = {}
    for leg in container.attachments:
        entry: dict[str, object] = {}
        if leg.address is not None:
            entry["ipv4_address"] = str(leg.address)
        if leg.address6 is not None and stack.site.network.subnet6 is not None:
            entry["ipv6_address"] = str(leg.address6)
        if leg.mac and env.endpoint_mac:
            entry["mac_address"] = leg.mac
        if leg.address6 is not None and env.endpoint_sysctls:
            entry["driver_opts"] = {"com.docker.network.endpoint.sysctls": f"{QUIET.format(link='IFNAME')}=0"}
        legs[leg.network] = entry
    return legs


def _sysctls(container: Container, env: Environment) -> dict[str, str]:
    legs = [leg for leg in container.attachments if leg.network == "lan"]
    quiet = {QUIET.format(link=LAN): "0"} if any(leg.address6 for leg in legs) and not env.endpoint_sysctls else {}
    return {**container.sysctls, **(PATIENT if legs else {}), **quiet}


def _tmpfs(container: Container) -> list[str]:
    uid, gid = container.user
    return [f"{t.target}:size={t.size}m,mode=0700,uid={uid},gid={gid},nosuid,nodev" for t in container.tmpfs]


def _volume(mount: Mount) -> dict[str, object]:
    entry: dict[str, object] = {"type": "volume", "source": mount.volume, "target": mount.target}
    if mount.read_only:
        entry["read_only"] = True
    return entry


def _container(stack: StackPlan, service: ServicePlan, container: Container, env: Environment) -> dict[str, object]:
    uid, gid = container.user
    entry: dict[str, object] = {
        "container_name": container_name(stack.site.name, container.name),
        "image": env.images[container.image],
        "pull_policy": "never",
        "command": [argument.replace("$", "$$") for argument in container.command],
        "user": f"{uid}:{gid}",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "init": container.init,
        "restart": "no" if container.setup else "always",
        "mem_limit": f"{container.memory}m",
        "memswap_limit": f"{container.memory}m",
        "pids_limit": container.pids,
        "stop_grace_period": f"{container.stop_seconds}s",
        "logging": {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}},
        "volumes": [_volume(mount) for mount in mounts(service, container)],
    }
    if container.capabilities:
        entry["cap_add"] = list(container.capabilities)
    if container.tmpfs:
        entry["tmpfs"] = _tmpfs(container)
    if sysctls := _sysctls(container, env):
        entry["sysctls"] = sysctls
    if container.joins:
        entry["network_mode"] = f"service:{container.joins}"
    elif any(leg.network == "host" for leg in container.attachments):
        entry["network_mode"] = "host"
    elif container.attachments:
        entry["networks"] = _networks(stack, container, env)
        if stack.site.network.resolvers:
            entry["dns"] = [str(address) for address in stack.site.network.resolvers]
    else:
        entry["network_mode"] = "none"
    if container.healthcheck is not None:
        check = container.healthcheck
        entry["healthcheck"] = {
            "test": ["CMD", *(argument.replace("$", "$$") for argument in check.command)],
            "interval": f"{check.interval}s",
            "timeout": f"{check.timeout}s",
            "retries": check.retries,
        }
    if container.setup:
        entry["profiles"] = ["setup"]
    return entry


def definitions(stack: StackPlan, files: Mapping[str, tuple[Artefact, ...]], env: Environment) -> dict[str, dict[str, object]]:
    """Given the plan, each service's rendered files and the engine's facts, return the Compose services by container name.

    Each carries labels: the stack, the service, and a digest of its whole definition and of the files that it reads.
    """
    result: dict[str, dict[str, object]] = {}
    for service in stack.services:
        for container in service.containers:
            entry = _container(stack, service, container, env)
            holder = result.get(container.joins, {})
            labels = {
                f"{LABEL}.stack": stack.site.name,
                f"{LABEL}.service": service.name,
                f"{LABEL}.container": container.name,
            }
            reads_files = any(mount.target == CONFIG for mount in mounts(service, container))
            config = config_digest(_read(container, files[service.name])) if reads_files else ""
            labels[f"{LABEL}.digest"] = digest_of([entry, config, holder.get("labels", {})])
            entry["labels"] = labels
            result[container.name] = entry
    return result


def compose_file(stack: StackPlan, services: Mapping[str, dict[str, object]]) -> bytes:
    """Given the plan and the Compose services, return the bytes of `compose.yaml`."""
    network = stack.site.network
    data = {
        "name": stack.site.name,
        "services": dict(services),
        "networks": {
            **({} if network.shared else {"lan": {"external": True, "name": network.name}}),
            "backend": {"external": True, "name": network.backend_name},
        },
        "volumes": {volume: {"external": True, "name": volume_name(stack.site.name, volume)} for volume in volumes(stack)},
    }
    import yaml  # noqa: PLC0415 - commands that only ask need the names above, not the file

    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=False, width=120, allow_unicode=True)
    return f"# {HEADER}\n{text}".encode()
