"""Name servers of somebody else's, with a zone that other people's records live in: real BIND and real Knot, on a network alone.

Each is a container; BIND also as secondary, as resolver and as signer. The network has no way out.
"""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rtcstack.engine.docker import Engine
from rtcstack.engine.images import reference
from rtcstack.workflow.converge import build_images
from tests.stack.conftest import NUMBER
from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.lab_images import build

NETWORK = f"rtcns{NUMBER or ''}"
PREFIX = f"198.19.{NUMBER}"
IMAGE = "rtcstack-test/nameservers:latest"
KEY, STRANGER = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=", "MTJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="
OTHERS = """\
$ORIGIN falcot.com.
$TTL 3600
@ SOA ns1 hostmaster 1 3600 600 1209600 300
@ NS ns1
ns1 A {address}
@ A 192.0.2.80
@ MX 10 mail
@ CAA 0 issue "letsencrypt.org"
www A 192.0.2.80
mail A 192.0.2.25
_ldap._tcp SRV 0 0 389 www
"""
FOREIGN = "_sips._tcp SRV 0 0 5061 pbx.example.\n"
"""Somebody's SIP server, where ours should be."""
_NAMED = """\
options {{
    directory "/var/cache/bind"; pid-file none; notify {notify}; recursion {recursion};
    dnssec-validation no; empty-zones-enable no; allow-query {{ any; }};
    listen-on {{ any; }}; listen-on-v6 {{ none; }}; allow-transfer {{ any; }}; allow-new-zones no; minimal-responses {minimal};
}};
controls {{ }};
key "rtcstack" {{ algorithm hmac-sha256; secret "{key}"; }};
key "stranger" {{ algorithm hmac-sha256; secret "{stranger}"; }};
{zones}
"""
_KNOT = """\
server:
    rundir: /lab/run
    listen: 0.0.0.0@53
database:
    storage: /lab/db
key:
  - id: rtcstack
    algorithm: hmac-sha256
    secret: {key}
  - id: stranger
    algorithm: hmac-sha256
    secret: {stranger}
acl:
  - id: update
    key: rtcstack
    action: update
  - id: transfer
    address: {addresses}
    action: transfer
zone:
  - domain: {zone}
    storage: /lab
    file: zone
    acl: [update, transfer]
"""


@dataclass
class ZoneServer:
    """One container with a name server at a fixed place of the network."""

    name: str
    place: int
    zone: str = "falcot.com"
    running: bool = field(default=False)

    @property
    def container(self) -> str:
        """Its name on the engine."""
        return f"{NETWORK}-{self.name}"

    @property
    def address(self) -> str:
        """Its address."""
        return f"{PREFIX}.{self.place}"

    def start(self) -> None:
        """Start the container, without a name server in it yet."""
        docker(
            "run", "-d", "--init", "--name", self.container, "--network", NETWORK, "--ip", self.address, "--memory", "512m", IMAGE
        )

    def sh(self, command: str, seconds: float = 20) -> str:
        """Given a shell command, run it there, expect success and return its output."""
        return docker("exec", "-i", self.container, "timeout", str(seconds), "sh", "-c", command, seconds=seconds + 10)

    def write(self, path: str, text: str) -> None:
        """Given a path and text, write the file there."""
        docker("exec", "-i", self.container, "tee", path, feed=text.encode())

    def stop(self) -> None:
        """End whatever name server runs."""
        self.sh("pkill -x 'named|knotd'; while pgrep -x 'named|knotd' >/dev/null; do sleep 0.05; done; rm -rf /lab/db /lab/*.jnl")

    def bind(self, text: str, *, policy: str = "grant rtcstack zonesub ANY;", also: str = "", **options: str) -> None:
        """Given a zone's text, serve it by BIND: updates by the key as `policy` says; `also` is more of the configuration."""
        own = f'zone "{self.zone}" {{ type primary; file "/lab/zone"; update-policy {{ {policy} }}; {options.pop("more", "")} }};'
        self._named(f"{own if text else ''}\n{also}", {"/lab/zone": text}, options)

    def secondary(self, primary: str) -> None:
        """Given the address of a primary, serve its zone by BIND as a secondary."""
        self._named(f'zone "{self.zone}" {{ type secondary; file "/lab/copy"; primaries {{ {primary}; }}; }};', {}, {})

    def knot(self, text: str) -> None:
        """Given a zone's text, serve it by Knot: updates by the key."""
        self.stop()
        self.write("/lab/zone", text)
        self.write(
            "/lab/knot.conf", _KNOT.format(key=KEY, stranger=STRANGER, addresses=f"[127.0.0.1, {PREFIX}.0/28]", zone=self.zone)
        )
        self.sh("mkdir -p /lab/run /lab/db; knotc -c /lab/knot.conf conf-check && knotd -d -c /lab/knot.conf")
        self._wait()

    def serve(self, kind: str, text: str) -> None:
        """Given "bind" or "knot" and a zone's text, serve it, with updates by the key."""
        (self.bind if kind == "bind" else self.knot)(text)

    def dig(self, *words: str) -> str:
        """Given what to ask, return what the server answers, short."""
        return docker("exec", self.container, "dig", "+short", "+time=2", "+tries=2", "@127.0.0.1", *words).strip()

    def whole(self) -> dict[tuple[str, str], set[str]]:
        """Return the whole zone: values by owner and type, without SOA."""
        text = docker("exec", self.container, "dig", "+noall", "+answer", "+nocrypto", "@127.0.0.1", "AXFR", self.zone)
        found: dict[tuple[str, str], set[str]] = {}
        for owner, _, _, kind, value in (line.split(maxsplit=4) for line in text.splitlines() if line and not line.startswith(";")):
            if kind != "SOA":
                found.setdefault((owner, kind), set()).add(value)
        return found

    def update(self, *lines: str) -> None:
        """Given nsupdate's lines, change the zone as somebody else would."""
        script = "\n".join([f"server {self.address}", f"zone {self.zone}", *lines, "send"])
        done = subprocess.run(
            ["docker", "exec", "-i", self.container, "nsupdate", "-y", f"hmac-sha256:rtcstack:{KEY}"],
            input=script.encode(), capture_output=True, timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()

    def _named(self, zones: str, files: Mapping[str, str], options: Mapping[str, str]) -> None:
        self.stop()
        for path, text in files.items():
            self.write(path, text)
        settings = {"notify": "no", "recursion": "no", "minimal": "no-auth-recursive"} | dict(options)
        self.write("/etc/bind/named.conf", _NAMED.format(key=KEY, stranger=STRANGER, zones=zones, **settings))
        self.sh("named-checkconf && named -c /etc/bind/named.conf")
        self._wait()

    def _wait(self) -> None:
        for _ in range(100):
            if "status:" in docker("exec", self.container, "sh", "-c", "dig +time=1 +tries=1 @127.0.0.1 SOA . || true"):
                return
            time.sleep(0.1)
        raise AssertionError("the name server does not start")


@contextmanager
def servers(folder: Path, *names: str) -> Iterator[tuple[ZoneServer, ...]]:
    """Given a folder for build logs and names, yield as many containers on a network of their own."""
    with Engine() as engine:
        build_images(engine, {"common"}, folder, lambda _: None)
    build(IMAGE, "nameservers", "--build-arg", f"COMMON={reference('common')}")
    found = tuple(ZoneServer(name, place) for place, name in enumerate(names, start=2))
    _remove(found)
    docker("network", "create", "--internal", "--subnet", f"{PREFIX}.0/28", NETWORK)
    try:
        for server in found:
            server.start()
        yield found
    finally:
        _remove(found)


def _remove(found: tuple[ZoneServer, ...]) -> None:
    for server in found:
        subprocess.run(["docker", "rm", "-f", server.container], capture_output=True, timeout=60, check=False)
    subprocess.run(["docker", "network", "rm", NETWORK], capture_output=True, timeout=60, check=False)


def key_file(folder: Path, name: str = "rtcstack", secret: str = KEY, algorithm: str = "hmac-sha256") -> str:
    """Given a folder and a key, write the key's file as `tsig-keygen` does and return its path."""
    path = folder / f"{name}-{algorithm}-{secret[:4]}.key"
    path.write_text(f'key "{name}" {{\n\talgorithm {algorithm};\n\tsecret "{secret}";\n}};\n')
    path.chmod(0o600)
    return str(path)


def others(address: str) -> str:
    """Given a name server's address, return a zone in which only other people's records are."""
    return OTHERS.format(address=address)


def installation(folder: Path, text: str = "") -> Stack:
    """Given a folder and what comes first in the file, return an installation of falcot.com that was never started."""
    (folder / "rtcstack.toml").write_text(
        f'{text}\ndomain = "falcot.com"\nname = "{NETWORK}x"\n[network]\nsubnet = "203.0.113.0/24"\n'
    )
    return Stack(folder)
