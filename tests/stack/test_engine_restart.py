"""The engine stopped, killed and started again, and a boot: all is back by itself, with addresses, MACs and routes.

A second engine in a network namespace serves, so that nobody else's containers are touched.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest

from rtcstack.engine import images
from tests.stack.installation import Stack, toml

NAMESPACE = "rtceng"
HOME = Path("/var/lib/rtcstack-test-engine")
"""Not below /tmp: the storage driver needs a real disk, and the socket a short path."""
SOCKET = f"unix://{HOME}/docker.sock"
IMAGES = ("coturn", "kamailio", "mariadb", "prosody", "tools")
BACK = 60


@dataclass
class Inside(Stack):
    """An installation whose commands run in the namespace, with its engine."""

    def argv(self, *arguments: str) -> list[str]:
        """Given a command's words, return the command line that runs in the namespace."""
        return ["ip", "netns", "exec", NAMESPACE, "env", f"DOCKER_HOST={SOCKET}", *super().argv(*arguments)]


@dataclass
class SecondEngine:
    """A Docker Engine of the test's own."""

    process: subprocess.Popen[bytes] | None = None
    log: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start the engine and wait until it answers; the first start after a SIGKILL may fail, so it is tried again."""
        # Not `ip netns exec`: its mount of /sys hides the cgroups.
        argv = [
            "nsenter", f"--net=/run/netns/{NAMESPACE}", "dockerd", "--host", SOCKET, "--data-root", str(HOME / "data"),
            "--exec-root", str(HOME / "exec"), "--pidfile", str(HOME / "pid"), "--cgroup-parent", "/rtceng",
        ]  # fmt: skip
        for _ in range(4):
            (HOME / "pid").unlink(missing_ok=True)
            with (HOME / "log").open("ab") as log:
                self.process = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            for _ in range(60):
                if docker("info", check=False).returncode == 0:
                    return
                if self.process.poll() is not None:
                    break
                time.sleep(0.5)
        raise AssertionError((HOME / "log").read_text()[-2000:])

    def end(self, number: signal.Signals) -> None:
        """End the engine by a signal and wait until it is gone."""
        assert self.process is not None
        # `nsenter` becomes the engine: the process is dockerd itself.
        os.kill(self.process.pid, number)
        self.process.wait(timeout=90)


def docker(*words: str, check: bool = True, stdin: IO[bytes] | None = None) -> subprocess.CompletedProcess[bytes]:
    argv = ["docker", "--host", SOCKET, *words]
    return subprocess.run(argv, stdin=stdin or subprocess.DEVNULL, capture_output=True, timeout=300, check=check)


def processes_of_the_engine() -> list[int]:
    """Return the second engine's processes, known by its folder in their command line, and its containers', by their cgroup."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            ours = str(HOME) in (entry / "cmdline").read_bytes().decode() or "/rtceng/" in (entry / "cgroup").read_text()
        except OSError:
            continue
        if ours:
            found.append(int(entry.name))
    return found


def lose_power() -> None:
    for pid in processes_of_the_engine():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def engine(stack: Stack) -> Iterator[SecondEngine]:
    """The second engine with the images of the first; the shared stack has built them."""
    assert stack.plan.services
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(mode=0o700)
    subprocess.run(["ip", "netns", "add", NAMESPACE], capture_output=True, timeout=30, check=True)
    subprocess.run(["ip", "-n", NAMESPACE, "link", "set", "lo", "up"], capture_output=True, timeout=30, check=True)
    found = SecondEngine()
    try:
        found.start()
        references = [images.reference(name) for name in IMAGES]
        with subprocess.Popen(["docker", "save", *references], stdout=subprocess.PIPE) as saved:
            docker("load", stdin=saved.stdout)
        assert saved.returncode == 0
        yield found
    finally:
        lose_power()
        if found.process is not None:
            found.process.wait(timeout=30)
        time.sleep(1)
        subprocess.run(["ip", "netns", "del", NAMESPACE], capture_output=True, timeout=30, check=False)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if str(HOME) in line]
        for mount in reversed(mounts):
            subprocess.run(["umount", "--lazy", mount], capture_output=True, timeout=30, check=False)
        shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="module")
def inside(engine: SecondEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    assert engine.process is not None
    found = Inside(tmp_path_factory.mktemp("inside"))
    (found.directory / "rtcstack.toml").write_text(toml("rtceng", "198.18.70.0/24", "2001:db8:70::/64"))
    found.ok("up", "--yes", seconds=180)
    yield found
    found.ok("down", "--volumes", "--yes")


def seen(stack: Stack) -> dict[str, str]:
    """Given a stack, return what each container's namespace shows: links with MACs, addresses, the default routes."""
    script = (
        "cat /sys/class/net/eth*/address | sort; sed -n 's/ .*//p' /proc/net/if_inet6 | sort; "
        "awk '$2 == \"00000000\" {print $3}' /proc/net/route; grep -c 32 /proc/net/fib_trie"
    )
    names = docker("ps", "--format", "{{.Names}}").stdout.decode().split()
    backend_varies = {"mariadb"}
    found = {}
    for name in sorted(names):
        if name.removeprefix("rtceng-") in backend_varies:
            continue
        shown = docker("exec", name, "sh", "-c", script).stdout.decode()
        found[name] = "\n".join(line for line in shown.splitlines() if not line.startswith("fe80"))
    assert stack.plan.site.name == "rtceng"
    return found


def wait_healthy(stack: Stack) -> float:
    begin = time.monotonic()
    health: dict[str, str] = {}
    while time.monotonic() - begin < BACK:
        done = stack.run("status", "--json")
        if done.stdout:
            services = json.loads(done.stdout)["services"]
            health = {name: service["health"] for name, service in services.items()}
            if set(health.values()) == {"healthy"}:
                return time.monotonic() - begin
        time.sleep(0.5)
    raise AssertionError(f"not healthy after {BACK} s: {health}\n{report()}")


def report() -> str:
    """Return what the second engine and its containers say of themselves, for a failure."""
    form = "{{.Name}} {{.State.Status}} {{.State.StartedAt}} {{.State.FinishedAt}} {{.State.Error}}"
    states = docker("inspect", "--format", form, *docker("ps", "-aq").stdout.decode().split()).stdout.decode()
    lines = [line for line in (HOME / "log").read_text().splitlines() if "level=info" not in line and "cgroup" not in line]
    return "\n".join([states, *lines[-20:]])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_the_engine_is_ended_and_started_again(engine: SecondEngine, inside: Inside, how: signal.Signals) -> None:
    wait_healthy(inside)
    before = seen(inside)
    assert len(before) >= 5
    engine.end(how)
    assert inside.run("status").returncode == 1
    engine.start()

    wait_healthy(inside)
    assert seen(inside) == before
    assert inside.ok("plan") == "Nothing to do.\n"


def test_a_boot(engine: SecondEngine, inside: Inside) -> None:
    wait_healthy(inside)
    before = seen(inside)
    # Power loss: everything at once, and no link survives it.
    assert engine.process is not None
    lose_power()
    engine.process.wait(timeout=30)
    for link in ("rtceng-host", "rtceng-lan"):
        subprocess.run(["ip", "-n", NAMESPACE, "link", "del", link], capture_output=True, timeout=30, check=True)
    # What the boot unit does before the engine starts, and what is documented where there is no systemd.
    links = ["ip", "netns", "exec", NAMESPACE, "sh", str(inside.directory / "compose" / "links.sh")]
    subprocess.run(links, capture_output=True, timeout=30, check=True)
    engine.start()

    wait_healthy(inside)
    assert seen(inside) == before
    assert inside.ok("plan") == "Nothing to do.\n"
