"""What an administrator would do instead of an import: turnadmin, kamctl and prosodyctl for each person, on a machine of its own.

The machine is Debian's packages set up as the handbook has it, each tool with the storage it has by itself. Every tool is given its
best: no network between, nothing else running on it, the server not asked where the tool does not need one.
"""

import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack.lab_images import build

IMAGE = "rtcstack-test/by-hand:latest"
CONTAINER = "rtcbench-by-hand"
TOOLS = {
    "turnadmin": ("turnadmin", "-a", "-b", "/var/lib/turn/turndb", "-u", "{name}", "-r", "falcot.com", "-p", "{password}"),
    "kamctl": ("kamctl", "add", "{name}", "{password}"),
    "prosodyctl": ("prosodyctl", "register", "{name}", "falcot.com", "{password}"),
}
COUNTS = {
    "turnadmin": "turnadmin -l -b /var/lib/turn/turndb -r falcot.com | grep -c person",
    "kamctl": "mariadb --skip-column-names --execute 'SELECT COUNT(*) FROM kamailio.subscriber'",
    "prosodyctl": "ls /var/lib/prosody/falcot%2ecom/accounts | grep -c person",
}
"""How many people each tool has made."""


@contextmanager
def machine(common: str) -> Iterator[None]:
    """Given the stack's common image, run the machine until the end of the block."""
    # The folder of the image lies beside this file, not beside the lab's.
    build(IMAGE, str(Path(__file__).parent / "by_hand"), "--build-arg", f"COMMON={common}")
    _docker("run", "--detach", "--rm", "--init", "--network", "none", "--name", CONTAINER, IMAGE, "by-hand-start")
    try:
        end = time.monotonic() + 120
        while "ready" not in _docker("logs", CONTAINER).splitlines():
            if time.monotonic() > end:
                raise TimeoutError("the machine for the tools is not ready after two minutes")
            time.sleep(0.5)
        yield
    finally:
        _docker("rm", "--force", CONTAINER)


def typed(tool: str, number: int) -> float:
    """Given a tool and how many people, add them by a `docker exec` each, and return the seconds for one."""
    begin = time.monotonic()
    for person in range(number):
        values = {"name": f"person{person}", "password": f"abcd-efgh-{person}"}
        _docker("exec", CONTAINER, *(word.format(**values) for word in TOOLS[tool]))
    seconds = time.monotonic() - begin
    _check(tool, number)
    return seconds / number


def looped(tool: str, first: int, number: int) -> float:
    """Given a tool, the first person's number and how many, add them in a loop inside one exec; return the seconds for one."""
    begin = time.monotonic()
    _docker("exec", CONTAINER, "by-hand-loop", tool, str(first), str(number))
    seconds = time.monotonic() - begin
    _check(tool, first + number)
    return seconds / number


def rates(number: int, runs: int = 3) -> tuple[dict[str, float], dict[str, float]]:
    """Given how many people, return the seconds for one person by tool: typed one by one, and looped (median of some runs)."""
    one_by_one = {tool: typed(tool, number) for tool in TOOLS}
    loops = {tool: statistics.median(looped(tool, number * (run + 1), number) for run in range(runs)) for tool in TOOLS}
    return one_by_one, loops


def _check(tool: str, number: int) -> None:
    there = int(_docker("exec", CONTAINER, "sh", "-c", COUNTS[tool]))
    if there != number:
        raise RuntimeError(f"{tool} was to add {number} people, and {there} are there")


def _docker(*argv: str) -> str:
    done = subprocess.run(["docker", *argv], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(f"docker {' '.join(argv[:3])}: {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout
