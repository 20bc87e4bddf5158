"""Many `tls.reload` of a running kamailio under load: memory, crashes, who was dropped, and which certificate is served.

    python -m tests.bench_tls_reload DIRECTORY [COUNT]

DIRECTORY is an installation that runs, with `network.host_access`. Two certificates are put in its place by turns, each by the
rename of a link, as rtcstack delivers. Meanwhile connections come and go, and a phone that has registered stays and asks.
"""

import argparse
import contextlib
import hashlib
import json
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rtcstack.engine.deliver import Generation, deliver
from rtcstack.engine.docker import Engine
from rtcstack.engine.images import reference
from rtcstack.pki.certificates import fingerprint
from rtcstack.render.compose import config_volume, container_name, volume_name
from rtcstack.workflow.authority.material import trusted
from rtcstack.workflow.certificates import obtain
from rtcstack.workflow.context import Installation, open_installation
from tests.stack.installation import Stack
from tests.stack.sip_client import digest

WORKERS = 4
NAME = "sip-proxy.falcot.com"
TIMEOUT = 5.0


@dataclass
class Tally:
    """What the clients saw."""

    connections: int = 0
    failures: list[str] = field(default_factory=list)
    asked: int = 0
    lost: list[str] = field(default_factory=list)


class Phone:
    """A connection over TLS that has registered and stays."""

    def __init__(self, place: tuple[str, int], ca: bytes, name: str, password: str) -> None:
        self.name, self.password, self.number = name, password, 0
        self.call = uuid.uuid4().hex
        self.socket = connect(place, ca)
        self.rest = b""

    def ask(self, method: str, extra: str = "") -> int:
        """Given a method, ask the proxy and return the status of the final answer, credentials given if it wants them."""
        status, head = self._once(method, extra)
        challenge = re.search(r"(?im)^(?:www|proxy)-authenticate:\s*(.+?)\r?$", head)
        if status in (401, 407) and challenge:
            word = "Authorization" if status == 401 else "Proxy-Authorization"
            made = digest(challenge[1], method, "sip:falcot.com", self.name, self.password)
            status, _ = self._once(method, f"{extra}{word}: {made}\r\n")
        return status

    def _once(self, method: str, extra: str) -> tuple[int, str]:
        self.number += 1
        host, port = self.socket.getsockname()[:2]
        me = f"<sip:{self.name}@falcot.com>"
        to = me if method == "REGISTER" else "<sip:falcot.com>"
        self.socket.sendall(
            f"{method} sip:falcot.com SIP/2.0\r\nVia: SIP/2.0/TLS {host}:{port};branch=z9hG4bK{uuid.uuid4().hex};rport\r\n"
            f"From: {me};tag=b\r\nTo: {to}\r\nCall-ID: {self.call}\r\nCSeq: {self.number} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self.name}@{host}:{port};transport=tls>;expires=600\r\n{extra}Content-Length: 0\r\n\r\n".encode()
        )
        while True:
            head = self._message()
            found = re.match(r"SIP/2\.0 (\d+)", head)
            if found and int(found[1]) >= 200 and f"CSeq: {self.number} " in head:
                return int(found[1]), head

    def _message(self) -> str:
        while b"\r\n\r\n" not in self.rest:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("the server closed the connection")
            self.rest += more
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        return head.decode()


def connect(place: tuple[str, int], ca: bytes) -> ssl.SSLSocket:
    """Given where the server is and our CA, return a verified connection."""
    context = ssl.create_default_context(cadata=ca.decode())
    return context.wrap_socket(socket.create_connection(place, TIMEOUT), server_hostname=NAME)


def shown(connection: ssl.SSLSocket) -> str:
    """Given a connection, return the digest of the server's certificate."""
    return hashlib.sha256(connection.getpeercert(binary_form=True) or b"").hexdigest()


@contextlib.contextmanager
def load(place: tuple[str, int], ca: bytes, phone: Phone) -> Iterator[Tally]:
    """Let connections come and go and the phone ask until the end of the block."""
    tally, over = Tally(), threading.Event()

    def come_and_go(number: int) -> None:
        while not over.is_set():
            try:
                with connect(place, ca) as connection:
                    connection.sendall(b"\r\n\r\n")
                    connection.recv(2)
                    tally.connections += 1
            except (OSError, ssl.SSLError) as error:
                tally.failures.append(f"{datetime.now(UTC):%H:%M:%S} {number}: {error!r}")
            time.sleep(0.01)

    def stay() -> None:
        while not over.wait(0.1):
            try:
                tally.asked += 1
                status = phone.ask("OPTIONS")
                if status != 200:
                    tally.lost.append(str(status))
            except OSError as error:
                tally.lost.append(repr(error))
                return

    threads = [threading.Thread(target=come_and_go, args=(number,)) for number in range(WORKERS)] + [threading.Thread(target=stay)]
    for thread in threads:
        thread.start()
    try:
        yield tally
    finally:
        over.set()
        for thread in threads:
            thread.join(2 * TIMEOUT)


def inside(container: str, *argv: str) -> str:
    """Given a container and a command, run it there and return what it says."""
    return subprocess.run(["docker", "exec", container, *argv], capture_output=True, text=True, timeout=30, check=False).stdout


def shared_memory(container: str) -> int:
    """Given kamailio's container, return the bytes of shared memory in use."""
    said = inside(container, "kamcmd", "-s", "unix:/run/kamailio/kamailio_ctl", "core.shmmem")
    return int(re.findall(r"real_used: (\d+)", said)[0])


def resident(engine: Engine, container: str) -> int:
    """Given a container, return the bytes of memory that its cgroup counts."""
    return engine.memory(container) or 0


def began(container: str) -> str:
    """Given a container, return what changes if it, or a process in it, ends."""
    state = "{{.Id}} {{.RestartCount}} {{.State.StartedAt}}"
    found = subprocess.run(
        ["docker", "inspect", "--format", state, container], capture_output=True, text=True, timeout=30, check=True
    )
    processes = inside(container, "kamcmd", "-s", "unix:/run/kamailio/kamailio_ctl", "core.ps")
    return f"{found.stdout.strip()} {hashlib.sha256(processes.encode()).hexdigest()}"


def pairs(installation: Installation, engine: Engine, count: int = 2) -> tuple[str, list[str]]:
    """Put certificates beside the one in use into kamailio's volume; return the volume and their digests."""
    stack, vault = installation.stack, installation.vault
    volume = volume_name(stack.site.name, config_volume("kamailio"))
    owner = stack.service("kamailio").main.user
    digests = []
    for number in range(count):
        pair = obtain(installation, "kamailio", datetime.now(UTC))
        content = {
            "key.pem": (pair.key_pem, 0o400, *owner),
            "cert.pem": (pair.certificate_pem, 0o444, *owner),
            "ca.pem": (trusted(vault, datetime.now(UTC)), 0o444, *owner),
            "roots.pem": (trusted(vault, datetime.now(UTC)), 0o444, *owner),
        }
        deliver(engine, reference("tools"), [Generation(volume=volume, link="live", digest=f"bench{number}", files=content)])
        # `live` keeps only the last one: the name is changed, so that both stay.
        move = f"mv /v/live-bench{number} /v/bench-{number} && rm -f /v/live"
        engine.run(reference("tools"), ["sh", "-c", move], volumes={volume: "/v"}, capabilities=["DAC_OVERRIDE"])
        digests.append(fingerprint(pair.certificate_pem))
    return volume, digests


def bench(directory: Path, count: int) -> dict[str, object]:
    """Given an installation that runs and how often, reload; return the figures."""
    installation = open_installation(directory)
    service = installation.stack.service("kamailio")
    place, ca = (str(service.address), 443), installation.vault.read("ca.crt") or b""
    container = container_name(installation.stack.site.name, "kamailio")
    stack = Stack(directory)
    name = f"bench-{uuid.uuid4().hex[:8]}"
    phone = Phone(place, ca, name, stack.person(name))
    helper = f"{installation.stack.site.name}-bench-links"
    with Engine() as engine:
        volume, digests = pairs(installation, engine)
        start = ["docker", "run", "-d", "--rm", "--init", "--name", helper, "--network", "none", "-v", f"{volume}:/v"]
        subprocess.run(
            [*start, reference("tools"), "sleep", "3600"],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        try:
            assert phone.ask("REGISTER") == 200
            before, started = began(container), time.monotonic()
            memory = [(0, resident(engine, container), shared_memory(container))]
            refused, wrong = 0, 0
            with load(place, ca, phone) as tally:
                for turn in range(1, count + 1):
                    inside(helper, "sh", "-c", f"ln -sfn bench-{turn % 2} /v/.tls && mv -T /v/.tls /v/tls")
                    refused += "Ok" not in inside(container, "kamcmd", "-s", "unix:/run/kamailio/kamailio_ctl", "tls.reload")
                    with connect(place, ca) as connection:
                        wrong += shown(connection) != digests[turn % 2]
                    if turn % max(1, count // 10) == 0:
                        memory.append((turn, resident(engine, container), shared_memory(container)))
                        sys.stderr.write(f"{turn}: {memory[-1]}, {tally.connections} connections, {len(tally.failures)} failed\n")
            return {
                "reloads": count,
                "refused": refused,
                "old_certificate_after_reload": wrong,
                "seconds": round(time.monotonic() - started, 1),
                "same_processes": began(container) == before,
                "connections": tally.connections,
                "failed_connections": tally.failures[:5] + [f"{len(tally.failures)} in all"] * bool(tally.failures),
                "phone_asked": tally.asked,
                "phone_lost": tally.lost,
                "memory": [{"after": after, "resident": rss, "shared": shm} for after, rss, shm in memory],
            }
        finally:
            subprocess.run(["docker", "rm", "-f", helper], check=False, capture_output=True, timeout=60)
            stack.run("remove-user", name, "--yes")
            tidy = "rm -rf /v/bench-* /v/tls"
            engine.run(reference("tools"), ["sh", "-c", tidy], volumes={volume: "/v"}, capabilities=["DAC_OVERRIDE"])
            stack.run("certs", "renew", "--force", "kamailio")


def main() -> None:
    """Show the figures as JSON; fail if somebody was dropped, a reload was refused, or a process ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("count", type=int, nargs="?", default=50)
    asked = parser.parse_args()
    found = bench(asked.directory, asked.count)
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    bad = found["refused"] or found["old_certificate_after_reload"] or found["failed_connections"] or found["phone_lost"]
    sys.exit(1 if bad or not found["same_processes"] else 0)


if __name__ == "__main__":
    main()
