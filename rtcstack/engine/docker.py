"""The one module that talks to the Docker SDK. Its untyped objects end here: everything that leaves is ours."""

import contextlib
import io
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Self

import docker
import docker.errors
import docker.types
import requests.exceptions

from rtcstack.engine.attached import converse
from rtcstack.engine.facts import VISITOR, ContainerFacts, ExecResult, NetworkFacts
from rtcstack.engine.tar import file_in
from rtcstack.errors import WorldError

TIMEOUT = 60
"""Seconds that one call to the engine may take."""

_WORLD = (docker.errors.DockerException, requests.exceptions.RequestException, OSError)


@contextlib.contextmanager
def _world(what: str) -> Iterator[None]:
    try:
        yield
    except docker.errors.APIError as error:
        raise WorldError(f"the engine could not {what}: {error.explanation or error}") from error
    except _WORLD as error:
        raise WorldError(f"the engine did not answer when asked to {what}: {error}", hint="See `docker info`.") from error


class Engine:
    """A connection to the Docker Engine that the command `docker` uses: DOCKER_HOST, then the chosen context, then the local one.

    `helper_labels` are put on every short-lived container of `run`, and the label VISITOR with the network that it is on, so
    that one left behind by a kill can be found.
    """

    def __init__(self) -> None:
        try:
            host = _context_host()
            self._client: Any = docker.DockerClient(base_url=host, timeout=TIMEOUT) if host else docker.from_env(timeout=TIMEOUT)
            version = self._client.version()
        except PermissionError as error:
            raise _forbidden() from error
        except _WORLD as error:
            if "PermissionError" in repr(error):
                raise _forbidden() from error
            raise WorldError(
                "no Docker Engine answers",
                hint="Start it (`sudo systemctl start docker`), or let `script/demo` install one.",
            ) from error
        self.helper_labels: dict[str, str] = {}
        major, minor = str(version["ApiVersion"]).split(".")
        self.api_version = (int(major), int(minor))
        self.version = str(version["Version"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def info(self) -> dict[str, Any]:
        """Return the engine's description of itself."""
        with _world("describe itself"):
            return dict(self._client.info())

    def containers(self, label: str) -> tuple[ContainerFacts, ...]:
        """Given `key=value`, return every container with that label, running or not."""
        with _world("list containers"):
            found = self._client.api.containers(all=True, filters={"label": label})
            return tuple(self._container(self._client.api.inspect_container(item["Id"])) for item in found)

    def container(self, name: str) -> ContainerFacts | None:
        """Given a name, return the container, or None."""
        with _world(f"look at {name}"):
            try:
                return self._container(self._client.api.inspect_container(name))
            except docker.errors.NotFound:
                return None

    @staticmethod
    def _container(data: dict[str, Any]) -> ContainerFacts:
        state = data["State"]
        return ContainerFacts(
            id=data["Id"],
            name=data["Name"].lstrip("/"),
            state=state["Status"],
            exit_code=state.get("ExitCode", 0),
            health=state.get("Health", {}).get("Status", ""),
            restarts=data.get("RestartCount", 0),
            image=data["Config"]["Image"],
            labels=data["Config"].get("Labels") or {},
            pid=state.get("Pid", 0),
            created=data.get("Created", ""),
            started=state.get("StartedAt", ""),
            addresses=frozenset(
                str(ip_address(address))
                for leg in (data["NetworkSettings"].get("Networks") or {}).values()
                for address in (leg.get("IPAddress"), leg.get("GlobalIPv6Address"))
                if address
            ),
        )

    def remove_container(self, name: str) -> None:
        """Given a name, stop and remove that container; gone already is fine."""
        with _world(f"remove {name}"), contextlib.suppress(docker.errors.NotFound):
            self._client.api.stop(name, timeout=20)
            self._client.api.remove_container(name, force=True, v=True)

    def start(self, name: str) -> None:
        """Given a name, start or unpause that container."""
        with _world(f"start {name}"):
            container = self._client.containers.get(name)
            if container.status == "paused":
                container.unpause()
            else:
                container.start()

    def stop(self, name: str, seconds: int = 10) -> None:
        """Given a name, stop that container, giving it some seconds to end by itself."""
        with _world(f"stop {name}"):
            self._client.api.stop(name, timeout=seconds)

    def wait(self, name: str, seconds: int) -> int:
        """Given a name, wait until that container has ended and return its exit code."""
        with _world(f"wait for {name}"):
            return int(self._client.api.wait(name, timeout=seconds)["StatusCode"])

    def logs(self, name: str, lines: int = 30) -> str:
        """Given a name, return the last lines that the container wrote."""
        with _world(f"read the log of {name}"):
            data: bytes = self._client.api.logs(name, tail=lines)
            return data.decode(errors="replace")

    def memory(self, name: str) -> int | None:
        """Given a running container, return the bytes of memory it uses without page cache, or None."""
        with _world(f"measure {name}"):
            try:
                stats = self._client.api.stats(name, stream=False, one_shot=True)
            except (TypeError, docker.errors.APIError):
                return None
        memory = stats.get("memory_stats") or {}
        detail = memory.get("stats") or {}
        cache = detail.get("total_inactive_file", detail.get("inactive_file", 0))
        return int(memory["usage"]) - int(cache) if "usage" in memory else None

    def exec(self, container: str, argv: Sequence[str], stdin: bytes = b"", user: str = "", seconds: float = TIMEOUT) -> ExecResult:
        """Given a running container, run a command in it with these bytes on standard input; nothing secret in argv.

        Raise WorldError if the container does not run, the engine is away, or the command says nothing for so many seconds.
        """
        with _world(f"run {argv[0]} in {container}"):
            try:
                created = self._client.api.exec_create(container, list(argv), stdin=True, user=user)
            except docker.errors.NotFound as error:
                raise WorldError(f"there is no container {container}", hint="Type `rtcstack up`.") from error
            except docker.errors.APIError as error:
                if error.status_code != requests.codes.conflict:
                    raise
                raise WorldError(f"container {container} does not run", hint="Type `rtcstack up`.") from error
            stream = self._client.api.exec_start(created["Id"], socket=True)
            stdout, stderr = converse(stream, stdin, seconds)
            code = self._client.api.exec_inspect(created["Id"])["ExitCode"]
        return ExecResult(-1 if code is None else int(code), stdout, stderr)

    def run(
        self,
        image: str,
        argv: Sequence[str],
        *,
        network: str = "none",
        capabilities: Sequence[str] = (),
        volumes: Mapping[str, str] | None = None,
        binds: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        labels: Mapping[str, str] | None = None,
        address: str = "",
        address6: str = "",
        dns: Sequence[str] = (),
        tmpfs: Sequence[str] = (),
        user: str = "",
        seconds: int = TIMEOUT,
    ) -> ExecResult:
        """Given an image and a command, run it to its end in a short-lived container and return what it did.

        `volumes` and `binds` map a volume or a host path to a place in the container. `address` and `address6` pin it on `network`,
        where the engine would else take any free one, a service's own included. `dns` is asked instead of the host's name
        servers, `tmpfs` are writable places in memory. `user` is not the image's own one.
        """
        mounts = [docker.types.Mount(target, source, type="volume") for source, target in (volumes or {}).items()]
        mounts += [docker.types.Mount(target, source, type="bind") for source, target in (binds or {}).items()]
        with _world(f"run {argv[0]} in a container"):
            api = self._client.api
            config = api.create_host_config(
                network_mode=network, cap_drop=["ALL"], cap_add=list(capabilities), mounts=mounts, init=True,
                security_opt=["no-new-privileges:true"], pids_limit=64, mem_limit="256m",
                dns=list(dns) or None, tmpfs=dict.fromkeys(tmpfs, "mode=1777"),
            )  # fmt: skip
            endpoint = (
                api.create_networking_config(
                    {network: api.create_endpoint_config(ipv4_address=address, ipv6_address=address6 or None)}
                )
                if address
                else None
            )
            created = api.create_container(
                image, list(argv), host_config=config, networking_config=endpoint, stdin_open=True, detach=False, user=user or None,
                labels={VISITOR: network, **self.helper_labels, **(labels or {})},
            )  # fmt: skip
            try:
                stream = api.attach_socket(created["Id"], params={"stdin": 1, "stream": 1, "stdout": 1, "stderr": 1})
                _start(api, created["Id"])
                stdout, stderr = converse(stream, stdin, seconds)
                code = int(api.wait(created["Id"], timeout=seconds)["StatusCode"])
            finally:
                with contextlib.suppress(docker.errors.APIError):
                    api.remove_container(created["Id"], force=True, v=True)
        return ExecResult(code, stdout, stderr)

    def images(self, prefix: str) -> frozenset[str]:
        """Given the beginning of a reference, return the references of all images that begin so."""
        with _world("list images"):
            found = self._client.api.images()
        return frozenset(tag for image in found for tag in image.get("RepoTags") or () if tag.startswith(prefix))

    def image_labels(self, reference: str) -> Mapping[str, str]:
        """Given an image reference, return its labels; empty if there is no such image."""
        with _world(f"look at image {reference}"):
            try:
                return self._client.api.inspect_image(reference)["Config"].get("Labels") or {}
            except docker.errors.ImageNotFound:
                return {}

    def image_file(self, reference: str, path: str) -> bytes | None:
        """Given an image and a path in it, return that file's content, or None; nothing of the image is run."""
        with _world(f"read {path} in image {reference}"):
            api = self._client.api
            created = api.create_container(reference, ["never-run"], labels={VISITOR: "none", **self.helper_labels})
            try:
                chunks, _ = api.get_archive(created["Id"], path)
                return file_in(b"".join(chunks))
            except docker.errors.NotFound:
                return None
            finally:
                api.remove_container(created["Id"], force=True, v=True)

    def build(
        self, context: bytes, tag: str, arguments: Mapping[str, str], labels: Mapping[str, str], log: Callable[[str], None]
    ) -> str:
        """Given a build context as a tar, build an image, send its output to `log` and return "" or the error."""
        with _world(f"build {tag}"):
            lines = self._client.api.build(
                fileobj=io.BytesIO(context), custom_context=True, tag=tag, buildargs=dict(arguments), labels=dict(labels),
                rm=True, forcerm=True, decode=True, timeout=1800,
            )  # fmt: skip
            error = ""
            for line in lines:
                log(str(line.get("stream", line.get("status", ""))))
                error = error or str(line.get("error", ""))
        return error

    def tag(self, reference: str, repository: str, tag: str) -> None:
        """Given an image, give it one more name."""
        with _world(f"tag {reference}"):
            self._client.api.tag(reference, repository, tag, force=True)

    def remove_image(self, reference: str) -> None:
        """Given an image reference, remove it; gone already, or still in use, is fine."""
        with _world(f"remove image {reference}"), contextlib.suppress(docker.errors.NotFound):
            try:
                self._client.api.remove_image(reference)
            except docker.errors.APIError as error:
                if error.status_code != requests.codes.conflict:
                    raise

    def networks(self) -> tuple[NetworkFacts, ...]:
        """Return every network of the engine."""
        with _world("list networks"):
            return tuple(_network(data) for data in self._client.api.networks())

    def network_members(self, name: str) -> tuple[str, ...]:
        """Given a network, return the names of the running containers on it."""
        with _world(f"look at network {name}"):
            data = self._client.api.inspect_network(name)
        return tuple(sorted(item["Name"] for item in (data.get("Containers") or {}).values()))

    def create_network(
        self,
        name: str,
        driver: str,
        *,
        subnets: Sequence[tuple[str, str | None, Mapping[str, str]]],
        options: Mapping[str, str],
        labels: Mapping[str, str],
        internal: bool,
    ) -> None:
        """Given subnets as (subnet, gateway, reserved addresses by name), make the network."""
        pools = [
            docker.types.IPAMPool(subnet=subnet, gateway=gateway, aux_addresses=dict(reserved) or None)
            for subnet, gateway, reserved in subnets
        ]
        with _world(f"create network {name}"):
            self._client.api.create_network(
                name, driver=driver, options=dict(options), ipam=docker.types.IPAMConfig(pool_configs=pools),
                internal=internal, labels=dict(labels), enable_ipv6=any(":" in subnet for subnet, _, _ in subnets),
                check_duplicate=True,
            )  # fmt: skip

    def remove_network(self, name: str) -> None:
        """Given a name, remove that network; gone already is fine."""
        with _world(f"remove network {name}"), contextlib.suppress(docker.errors.NotFound):
            self._client.api.remove_network(name)

    def volumes(self, label: str) -> frozenset[str]:
        """Given `key=value`, return the names of the volumes with that label."""
        with _world("list volumes"):
            found = self._client.api.volumes(filters={"label": label})["Volumes"] or ()
        return frozenset(item["Name"] for item in found)

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        """Given a name, make the volume."""
        with _world(f"create volume {name}"):
            self._client.api.create_volume(name, labels=dict(labels))

    def remove_volume(self, name: str) -> None:
        """Given a name, remove that volume; gone already is fine."""
        with _world(f"remove volume {name}"), contextlib.suppress(docker.errors.NotFound):
            self._client.api.remove_volume(name)


def _context_host() -> str:
    # The SDK knows contexts but does not follow them; Compose does, and both must mean the same engine.
    if os.environ.get("DOCKER_HOST"):
        return ""
    name = os.environ.get("DOCKER_CONTEXT", "")
    found: Any = docker.ContextAPI.get_context(name or None)
    if found is None:
        raise WorldError(f"there is no docker context {name or '(see `docker context show`)'}", hint="See `docker context ls`.")
    return "" if found.Name == "default" else str(found.Host)


def _forbidden() -> WorldError:
    return WorldError(
        "you may not talk to the Docker Engine",
        hint="Type `sudo usermod -aG docker $USER`, log out and in again.",
    )


def _network(data: dict[str, Any]) -> NetworkFacts:
    return NetworkFacts(
        id=data["Id"],
        name=data["Name"],
        driver=data["Driver"],
        parent=(data.get("Options") or {}).get("parent", ""),
        subnets=tuple(pool["Subnet"] for pool in (data.get("IPAM") or {}).get("Config") or () if pool.get("Subnet")),
        labels=data.get("Labels") or {},
    )


def _start(api: Any, container: str) -> None:  # noqa: ANN401 - the SDK has no types
    # A pinned address is given back a moment after the container that had it is gone: 403 until then.
    for pause in (0.3, 0.6, 1.2):
        try:
            api.start(container)
        except docker.errors.APIError as error:
            if error.status_code != requests.codes.forbidden:
                raise
            time.sleep(pause)
        else:
            return
    api.start(container)
