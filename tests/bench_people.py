"""Many people: the import beside the tools it replaces, its memory, and whether a hundred thousand make anything slower."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rtcstack.engine.images import reference
from tests import bench_by_hand
from tests.stack.installation import Stack

BY_HAND = 200
MANY = 10_000
CROWD = 100_000
ADDS = 15


@dataclass(frozen=True)
class Measured:
    """What a command did: seconds in all and until its first line, the most memory that it had (MB), and what it printed first."""

    seconds: float
    first: float
    peak: float
    line: str


def command(argv: Sequence[str]) -> Measured:
    """Given a command, run it alone and measure it. Raise RuntimeError if it fails."""
    begin = time.monotonic()
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        first = time.monotonic() - begin
        for _ in process.stdout:
            pass
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {process.returncode}")
    return Measured(time.monotonic() - begin, first, usage.ru_maxrss * 1024 / 1e6, line.strip())


def imported(stack: Stack, beginning: str, number: int) -> Measured:
    """Given the beginning of names and how many, import so many people without passwords, and return what it cost."""
    file, kept = (stack.directory / f"{beginning}.{suffix}" for suffix in ("csv", "passwords"))
    file.write_text("name\n" + "".join(f"{beginning}{person}\n" for person in range(number)))
    found = command(stack.argv("import-users", str(file), "--credentials", str(kept)))
    if found.line != f"{number} imported, 0 unchanged":
        raise RuntimeError(found.line)
    return found


def say(what: str, value: float, unit: str, note: str = "") -> None:
    """Given a figure, print it."""
    sys.stdout.write(f"{what:60} {value:9.3f} {unit}{'  ' + note if note else ''}\n")
    sys.stdout.flush()


def against_the_tools(stack: Stack) -> None:
    """Given a stack, measure the tools and the import in one run, the import before and after the loops."""
    with bench_by_hand.machine(reference("common")):
        before = imported(stack, "many-a", MANY)
        typed, looped = bench_by_hand.rates(BY_HAND)
    after = imported(stack, "many-b", MANY)
    for kind, found in (("typed, a docker exec each", typed), ("a loop inside one exec", looped)):
        for tool, seconds in found.items():
            say(f"{tool}, {kind}, one person", seconds * 1000, "ms")
        say(f"all three, {kind}", 1 / sum(found.values()), "people/s")
    ours = statistics.mean((before.seconds, after.seconds)) / MANY
    say(f"import-users of {MANY}, one person", ours * 1000, "ms", f"{before.seconds:.1f} and {after.seconds:.1f} s")
    say("import-users", 1 / ours, "people/s")
    say("import-users / loop", sum(looped.values()) / ours, "times", "wanted: 40")
    small = imported(stack, "few", MANY // 10)
    say(f"import-users of {MANY // 10}, peak memory", small.peak, "MB")
    say(f"import-users of {MANY}, peak memory", before.peak, "MB", f"{before.peak / small.peak:.2f} times")


def adding(stack: Stack, beginning: str) -> float:
    """Given the beginning of names, add some people one by one and return the median of the seconds."""
    return statistics.median(command(stack.argv("add-user", f"{beginning}{number}")).seconds for number in range(ADDS))


def in_a_crowd(stack: Stack, alone: float) -> None:
    """Given a stack and the seconds for adding one person when hardly anybody was there, measure what a crowd makes slower."""
    crowd = imported(stack, "crowd", CROWD)
    say(f"import-users of {CROWD}", crowd.seconds, "s", f"peak {crowd.peak:.1f} MB")
    among = adding(stack, "among")
    say("add-user with nobody there", alone, "s")
    say(f"add-user with {CROWD} there", among, "s", f"{among / alone:.2f} times; wanted: under 1.2")
    for argv in (("list-users",), ("list-users", "--json"), ("export-users",), ("export-users", "--hashes")):
        found = command(stack.argv(*argv))
        say(f"{' '.join(argv)} of {CROWD}", found.seconds, "s", f"first line after {found.first:.2f} s, peak {found.peak:.1f} MB")


def main(stack: Stack) -> None:
    """Given a running stack with hardly anybody in it, print all figures about people."""
    alone = adding(stack, "alone")
    against_the_tools(stack)
    in_a_crowd(stack, alone)
