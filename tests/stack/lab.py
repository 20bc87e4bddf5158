"""A client's place on the network: containers on the stack's macvlan that know nothing but the printed zone and the CA.

`Lab` starts a name server that serves the zone, and clients whose only resolver it is. Nothing of it is rtcstack's code, so
that what passes here passes for everybody. What the clients find: our CA in /lab/ca.crt, a CA of the same name with another
key in /lab/wrong-ca.crt, and the scripts of tests/stack/lab/scripts and tests/stack/browser/scripts in /lab.
"""

import contextlib
import datetime as dt
import io
import subprocess
import tarfile
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rtcstack.plan.site import NetworkPlan
from tests.stack.lab_images import HERE, browser_image, lab_image

LABEL = "com.rtcstack.test.lab"
PLACES = {"dns": 40, "client": 41, "other": 42, "browser": 43}
"""Containers by name, with their fixed places in the range: behind all those that rtcstack itself uses."""
CRAMPED = {"dns": 22, "client": 27, "other": 28, "browser": 29}
"""The same where the range ends before."""


def place(network: NetworkPlan, name: str) -> int:
    """Given the network and a container's short name, return its place in the range."""
    return (PLACES if network.range.num_addresses > max(PLACES.values()) + 1 else CRAMPED)[name]


def docker(*argv: str, feed: bytes | None = None, seconds: float = 60) -> str:
    """Given the arguments of `docker`, run it and return its output. Raise AssertionError with what it said."""
    done = subprocess.run(["docker", *argv], input=b"" if feed is None else feed, capture_output=True, timeout=seconds, check=False)
    assert done.returncode == 0, f"docker {' '.join(argv)}: {done.stderr.decode(errors='replace').strip()}"
    return done.stdout.decode()


def wrong_ca(ca: bytes) -> bytes:
    """Given a CA certificate in PEM, return another CA with the same name and another key."""
    ours = x509.load_pem_x509_certificate(ca)
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(ours.subject)
        .issuer_name(ours.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


@dataclass
class Lab:
    """The lab of one stack. `zones` are origins with the text of `rtcstack zone --complete`; `ca` is the stack's CA (PEM)."""

    network: NetworkPlan
    zones: Mapping[str, str]
    ca: bytes
    common: str = "rtcstack/common:latest"
    label: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    started: set[str] = field(default_factory=set)
    programs: list["subprocess.Popen[Any]"] = field(default_factory=list)
    """Every program ever started here: whoever forgets to wait for one leaves that to us."""

    def __enter__(self) -> Self:
        try:
            self._start("dns", lab_image(self.common))
            self.serve(self.zones)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def container(self, name: str) -> str:
        """Given a short name ("dns", "client", …), return the container's name on the engine."""
        return f"{self.network.name}-lab-{name}"

    def address(self, name: str) -> str:
        """Given a short name, return its IPv4 address on the network."""
        return str(self.network.address(place(self.network, name)))

    def serve(self, zones: Mapping[str, str]) -> None:
        """Given zones by origin, let the name server serve these and no others. Raise AssertionError if one is refused."""
        name = self.container("dns")
        files = {f"etc/bind/lab/{origin.rstrip('.')}": text.encode() for origin, text in zones.items()}
        lines = [f'zone "{origin.rstrip(".")}" {{ type primary; file "/etc/bind/lab/{origin.rstrip(".")}"; }};' for origin in zones]
        self._copy(name, files | {"etc/bind/lab/zones.conf": "\n".join(lines).encode()})
        for origin in zones:
            docker("exec", name, "named-checkzone", "-i", "local", origin, f"/etc/bind/lab/{origin.rstrip('.')}")
        docker("exec", name, "sh", "-c", "pidof named && kill -TERM $(pidof named) && sleep 0.3; exec named")
        for origin in zones:
            ask = f"dig +short +time=1 +tries=1 SOA {origin} @127.0.0.1 | grep -q ."
            docker("exec", name, "sh", "-c", f"for i in $(seq 50); do {ask} && exit; sleep 0.1; done; exit 1")

    def run(
        self,
        argv: Sequence[str],
        input: str | None = None,  # noqa: A002 - the name that subprocess.run uses
        timeout: float = 60,
        client: str = "client",
    ) -> subprocess.CompletedProcess[str]:
        """Given a command, run it in the client container, ended after `timeout` seconds (status 124), and return what it did."""
        self.ensure(client)
        return subprocess.run(
            self.command(argv, timeout, client),
            input="" if input is None else input,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout + 10,
            check=False,
        )

    def spawn(self, argv: Sequence[str], timeout: float = 60, client: str = "client") -> subprocess.Popen[str]:
        """Given a command, start it in the client container and return it with pipes; it is ended after `timeout` seconds."""
        self.ensure(client)
        program = subprocess.Popen(
            self.command(argv, timeout, client),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self.programs.append(program)
        return program

    def pipe(self, argv: Sequence[str], timeout: float, client: str = "client") -> "subprocess.Popen[bytes]":
        """The same with bytes, unbuffered and with an error output of its own."""
        self.ensure(client)
        program = subprocess.Popen(
            self.command(argv, timeout, client), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        self.programs.append(program)
        return program

    def command(self, argv: Sequence[str], timeout: float, client: str) -> list[str]:
        """Given a command, return the `docker exec` that runs it: the limit sits inside, where the process is."""
        return ["docker", "exec", "-i", self.container(client), "timeout", "-k", "2", str(timeout), *argv]

    def put(self, path: str, content: str | bytes, client: str = "client") -> None:
        """Given an absolute path and content, write the file in the client container."""
        self.ensure(client)
        data = content.encode() if isinstance(content, str) else content
        self._copy(self.container(client), {path.lstrip("/"): data})

    def ensure(self, client: str) -> None:
        """Given a client's short name, start its container if it is not there yet."""
        if client in self.started:
            return
        image = browser_image(self.common) if client == "browser" else lab_image(self.common)
        self._start(client, image)
        files = {"lab/ca.crt": self.ca, "lab/wrong-ca.crt": wrong_ca(self.ca)}
        for folder in ("lab/scripts", "browser/scripts"):
            files |= {f"lab/{path.name}": path.read_bytes() for path in sorted((HERE / folder).glob("*.*"))}
        self._copy(self.container(client), files)

    def close(self) -> None:
        """Take every container of this lab away."""
        left = docker("ps", "-aq", "--filter", f"label={LABEL}={self.label}").split()
        if left:
            docker("rm", "-f", "-v", *left)
        self.started.clear()
        while self.programs:
            program = self.programs.pop()
            program.kill()
            program.wait(timeout=10)
            for pipe in (program.stdin, program.stdout, program.stderr):
                with contextlib.suppress(BrokenPipeError):
                    if pipe is not None:
                        pipe.close()

    def _start(self, name: str, image: str) -> None:
        offset = place(self.network, name)
        six = self.network.address6(offset)
        docker(
            *("run", "-d", "--init", "--name", self.container(name), "--hostname", name, "--label", f"{LABEL}={self.label}"),
            *("--network", self.network.name, "--ip", str(self.network.address(offset))),
            *(() if six is None else ("--ip6", str(six))),
            *("--dns", self.address("dns"), "--memory", "1g", "--pids-limit", "512", "--shm-size", "256m"),
            image,
        )
        self.started.add(name)
        # Past the engine's own resolver: clients ask our name server themselves.
        resolver = f"nameserver {self.address('dns')}\noptions timeout:2 attempts:2\n"
        docker("exec", "-i", self.container(name), "tee", "/etc/resolv.conf", feed=resolver.encode())

    @staticmethod
    def _copy(container: str, files: Mapping[str, bytes]) -> None:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for path, content in files.items():
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(content), 0o644
                tar.addfile(entry, io.BytesIO(content))
        docker("cp", "-", f"{container}:/", feed=archive.getvalue())


def removed(label: str) -> bool:
    """Given a lab's label, return whether nothing of it is left."""
    return not docker("ps", "-aq", "--filter", f"label={LABEL}={label}").strip()
