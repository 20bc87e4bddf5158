"""What `script/bench` runs: whole commands as a person types them, timed from outside."""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests import bench_people
from tests.stack.installation import UP, Stack, toml

RUNS = 7


def timed(argv: Sequence[str]) -> tuple[float, float]:
    """Given a command, run it and return its wall and CPU seconds, children included."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=UP, check=True)
    wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(what: str, walls: Sequence[float], cpus: Sequence[float] = ()) -> None:
    """Given figures, print their medians and ranges."""
    text = f"{what:60} {statistics.median(walls):6.2f} s wall ({min(walls):.2f} to {max(walls):.2f})"
    sys.stdout.write(text + (f" {statistics.median(cpus):6.2f} s CPU" if cpus else "") + "\n")
    sys.stdout.flush()


def measure(what: str, argvs: Sequence[Sequence[str]]) -> float:
    """Given a command for each run, time them, print, and return the median of the wall seconds."""
    figures = [timed(argv) for argv in argvs]
    show(what, [wall for wall, _ in figures], [cpu for _, cpu in figures])
    return statistics.median(wall for wall, _ in figures)


def pss(stack: Stack) -> dict[str, float]:
    """Given a stack, return the proportional set size of each container in MB (root reads /proc/PID/smaps_rollup)."""
    found = {}
    for service in stack.plan.services:
        for container in service.containers:
            if container.setup:
                continue
            top = subprocess.run(
                ["docker", "top", stack.container(container.name), "-eo", "pid"],
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            pages = [Path(f"/proc/{pid.strip()}/smaps_rollup") for pid in top.stdout.splitlines()[1:]]
            rows = [line.split() for path in pages if path.exists() for line in path.read_text().splitlines()]
            found[container.name] = sum(int(row[1]) for row in rows if row[0] == "Pss:") * 1024 / 1e6
    return found


def commands(stack: Stack, idle: int) -> None:
    """Given a stack whose images are built, measure whole commands beside the bare engine, then the memory after idling."""
    cold = []
    for _ in range(3):
        stack.ok("down", "--volumes", "--yes")
        cold.append(timed(stack.argv("up", "--yes"))[0])
    show("from built images to all healthy", cold)
    measure("rtcstack up, nothing to do, probes included", [stack.argv("up")] * RUNS)
    compose = ["docker", "compose", "--file", str(stack.directory / "compose" / "compose.yaml"), "up", "--detach"]
    measure("docker compose up -d, nothing to do, no probes", [compose] * RUNS)
    names = [stack.container(name) for name in ("coturn", "kamailio", "prosody")]
    ours = measure("rtcstack add-user", [stack.argv("add-user", f"person{number}") for number in range(RUNS)])
    three = " && ".join(f"docker exec {name} true" for name in names)
    bare = measure("three `docker exec` that do nothing", [["sh", "-c", three]] * RUNS)
    sys.stdout.write(f"{'add-user / three bare docker exec':60} {ours / bare:6.2f}\n")
    time.sleep(idle)
    if os.geteuid() == 0:
        sizes = pss(stack)
        for name, size in sizes.items():
            sys.stdout.write(f"  {name:58} {size:6.1f} MB PSS\n")
        sys.stdout.write(f"{'memory after ' + str(idle) + ' idle seconds':60} {sum(sizes.values()):6.1f} MB PSS\n")


def main() -> None:
    """Make a stack, measure, take it away."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--idle", type=int, default=600)
    parser.add_argument("--people", action="store_true", help="only the figures about people")
    options = parser.parse_args()
    program = [sys.executable, "-m", "rtcstack"]
    if not options.people:
        measure("rtcstack --help", [[*program, "--help"]] * RUNS)
    with tempfile.TemporaryDirectory() as place:
        stack = Stack(Path(place))
        (stack.directory / "rtcstack.toml").write_text(toml("rtcbench", "198.18.60.0/24", "2001:db8:60::/64"))
        try:
            # Images first, so that what is timed begins with built ones.
            stack.ok("up", "--yes", seconds=UP)
            if not options.people:
                commands(stack, options.idle)
            bench_people.main(stack)
        finally:
            stack.remove()


if __name__ == "__main__":
    main()
