"""A TURN server of a test's own: our image, the files and containers of the plan, on an internal network made for it.

For what must not happen to the shared stack: other subnets, broken files, a second address. The server is the one with
short-lived credentials, which needs no database. Nothing leaves an internal network.
"""

import base64
import hashlib
import hmac
import json
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from rtcstack.engine import images
from rtcstack.engine.deliver import Generation, deliver
from rtcstack.engine.docker import Engine
from rtcstack.pki.ca import create_ca
from rtcstack.pki.certificates import chain, fingerprint
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from rtcstack.plan.container import CONFIG, Container
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.services.coturn import SERVICES
from rtcstack.services.coturn.options import CoturnOptions
from rtcstack.spec.model import PortMode
from tests.stack.lab import Lab, docker
from tests.unit.sites import site

SECRET = "sharedsecretofthetest"
NAME = "coturn-ephemeral"
SERVICE = next(service for service in SERVICES if service.name == NAME)
CLIENT = Path(__file__).with_name("turn_client.py")

Files = dict[str, tuple[bytes, int, int, int]]
Link = Literal["current", "tls", "live"]
Change = Callable[[Files, Files], None]
"""Changes the configuration's files and the certificate's ones, in this order, by path."""


def ask(lab: Lab, code: str, timeout: float = 60) -> Any:  # noqa: ANN401 - whatever the code prints as JSON
    """Given code for `turn_client`, run it at the client's place and return the JSON that it prints."""
    done = lab.run(["python3", "-"], input=f"{CLIENT.read_text()}\nimport json, time\n{code}\n", timeout=timeout)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def credential(secret: str, person: str = "visitor", seconds: int = 600) -> tuple[str, str]:
    """Given the shared secret, return a short-lived user name and password: `expiry:person`, base64 of HMAC-SHA-1 (XEP-0215)."""
    user = f"{int(time.time()) + seconds}:{person}"
    return user, base64.b64encode(hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()).decode()


def eventually(what: Callable[[], bool], seconds: float) -> float:
    """Given a question, ask until it is answered with yes and return how long that took. Raise AssertionError after `seconds`."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if what():
            return time.monotonic() - start
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


@dataclass
class TurnServer:
    """A running server. `public` is its configuration without secrets; `current` and `tls` are the files that it was given."""

    site: Site
    stack: StackPlan
    ca: KeyPair
    public: str
    current: Files
    tls: Files

    @property
    def address(self) -> str:
        """The address that it listens on."""
        return str(self.stack.services[0].address)

    def container(self, name: str = NAME) -> str:
        """Given a container's short name, return its name on the engine."""
        return f"{self.site.name}-{name}"

    def logs(self) -> str:
        """Return what the server has said, on both of its streams."""
        done = subprocess.run(
            ["docker", "logs", self.container()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, check=True
        )
        return done.stdout.decode()

    def inspect(self, template: str) -> str:
        """Given a Go template, return what the engine says about the server's container."""
        return docker("inspect", "-f", template, self.container()).strip()

    def answers(self) -> bool:
        """Whether the container's own health check passes at this moment."""
        health = self.stack.services[0].main.healthcheck
        assert health is not None
        return self.exec(*health.command) == 0

    def exec(self, *argv: str) -> int:
        """Given a command, run it in the server's container and return its exit code."""
        return subprocess.run(["docker", "exec", self.container(), *argv], capture_output=True, timeout=30, check=False).returncode

    def reload(self) -> int:
        """Run the plan's reload command in the server's container and return its exit code."""
        return self.exec(*self.stack.services[0].reload)

    def redeliver(self, damage: Change) -> None:
        """Given a change to the files, deliver the certificate's ones anew, as a renewal does."""
        damage(self.current, self.tls)
        with Engine() as engine:
            deliver(engine, images.reference("tools"), [generation(self.site, "tls", self.tls)])

    def renew(self) -> str:
        """Issue another certificate, deliver it, reload, and return its SHA-256 fingerprint in hex."""
        pair, files = certificate(self.stack, self.ca)
        self.redeliver(lambda _current, tls: tls.update(files))
        assert self.reload() == 0
        return fingerprint(pair.certificate_pem)


def place(name: str, subnet: str, subnet6: str, ports: PortMode = "443") -> Site:
    """Given a name and subnets, return a site on them whose network has a name of its own."""
    found = site(subnet, subnet6=subnet6, parent="eth0", ports=ports)
    return replace(found, name=name, network=replace(found.network, name=f"{name}-lan"))


def generation(where: Site, link: Link, files: Files) -> Generation:
    """Given files, return them as a new generation of the server's volume."""
    return Generation(volume=f"{where.name}_config", link=link, digest=uuid.uuid4().hex[:8], files=dict(files))


def certificate(stack: StackPlan, ca: KeyPair) -> tuple[KeyPair, Files]:
    """Given the plan and a CA, return a new certificate for the server, and its files."""
    request = stack.services[0].certificate
    assert request is not None
    pair = issue(ca, request, (stack.site.domain,), datetime.now(UTC))
    return pair, {
        "cert.pem": (chain(pair, ca.certificate_pem), 0o444, 0, 0),
        "key.pem": (pair.key_pem, 0o400, 901, 901),
        "ca.pem": (ca.certificate_pem, 0o444, 0, 0),
    }


@contextmanager
def turn_server(
    where: Site, options: CoturnOptions | None = None, *, damage: Change = lambda _current, _tls: None
) -> Iterator[TurnServer]:
    """Given a place, run its server there on an internal network, after `damage` has had its way with the files."""
    stack = StackPlan(site=where, services=(SERVICE.describe(where, options or CoturnOptions()),))
    service = stack.services[0]
    ca = create_ca((where.domain,), datetime.now(UTC))
    artefacts = SERVICE.files(stack, {"turn-ephemeral": SECRET, "turn-cli": SECRET})
    current: Files = {file.path: (file.content, file.mode, *file.owner) for file in artefacts if not file.live}
    live: Files = {file.path: (file.content, file.mode, *file.owner) for file in artefacts if file.live}
    _, tls = certificate(stack, ca)
    damage(current, tls)
    server = TurnServer(site=where, stack=stack, ca=ca, public=artefacts[0].content.decode(), current=current, tls=tls)
    try:
        _network(where)
        _volumes(where, service.containers, {"current": current, "tls": tls, "live": live})
        for container in service.containers:
            docker("run", "-d", *_arguments(where, container), images.reference(container.image), *container.command)
        yield server
    finally:
        _remove(where)


def _network(where: Site) -> None:
    network = where.network
    six = () if network.subnet6 is None else ("--ipv6", "--subnet", str(network.subnet6), "--gateway", str(network.gateway6))
    label = f"com.rtcstack.test.turn={where.name}"
    subnet = ("--subnet", str(network.subnet), "--gateway", str(network.gateway))
    docker("network", "create", "--internal", "--label", label, *subnet, *six, network.name)


def _volumes(where: Site, containers: tuple[Container, ...], files: Mapping[Link, Files]) -> None:
    label = {"com.rtcstack.test.turn": where.name}
    with Engine() as engine:
        for volume in {"config", *(mount.volume for container in containers for mount in container.mounts)}:
            engine.create_volume(f"{where.name}_{volume}", label)
        deliver(engine, images.reference("tools"), [generation(where, link, found) for link, found in files.items()])


def _arguments(where: Site, container: Container) -> Iterator[str]:
    uid, gid = container.user
    yield from ("--name", f"{where.name}-{container.name}", "--label", f"com.rtcstack.test.turn={where.name}")
    yield from ("--user", f"{uid}:{gid}", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--init")
    yield from ("--restart", "always", "--memory", f"{container.memory}m", "--pids-limit", str(container.pids))
    yield from (word for capability in container.capabilities for word in ("--cap-add", capability))
    yield from (word for key, value in container.sysctls.items() for word in ("--sysctl", f"{key}={value}"))
    for place in container.tmpfs:
        yield from ("--tmpfs", f"{place.target}:size={place.size}m,mode=0700,uid={uid},gid={gid}")
    for mount in container.mounts:
        yield from ("--volume", f"{where.name}_{mount.volume}:{mount.target}{':ro' if mount.read_only else ''}")
    if container.image == "coturn":
        yield from ("--volume", f"{where.name}_config:{CONFIG}:ro")
    if container.joins:
        yield from ("--network", f"container:{where.name}-{container.joins}")
    for leg in container.attachments:
        yield from ("--network", where.network.name, "--ip", str(leg.address))
        yield from () if leg.address6 is None else ("--ip6", str(leg.address6))
    if container.healthcheck is not None:
        check = container.healthcheck
        yield from ("--health-cmd", " ".join(check.command), "--health-interval", f"{check.interval}s")
        yield from ("--health-timeout", f"{check.timeout}s", "--health-retries", str(check.retries))


def _remove(where: Site) -> None:
    ours = ("-q", "--filter", f"label=com.rtcstack.test.turn={where.name}")
    for kind, listed, remove in (
        ("container", ("-a",), ("rm", "-f", "-v")),
        ("network", (), ("rm",)),
        ("volume", (), ("rm",)),
    ):
        left = docker(kind, "ls", *listed, *ours).split()
        if left:
            docker(kind, *remove, *left)
