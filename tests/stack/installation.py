"""A real installation for tests: made by the real command line in a directory of its own, on networks of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rtcstack.plan.stack import StackPlan
from rtcstack.workflow.context import open_installation

UP = 600
"""Seconds: the first `up` of all builds the images."""


def toml(name: str, subnet: str, subnet6: str, *, extra: str = "", network: str = "") -> str:
    """Given names and networks, return a file; `network` goes into [network], `extra` after it."""
    return (
        f'domain = "falcot.com"\nname = "{name}"\nadmins = ["roland"]\n\n'
        f'[network]\nsubnet = "{subnet}"\nsubnet6 = "{subnet6}"\n{network}\n{extra}\n'
    )


@dataclass
class Stack:
    """An installation and what tests ask of it."""

    directory: Path
    passwords: dict[str, str] = field(default_factory=dict)

    def argv(self, *arguments: str) -> list[str]:
        """Given a command's words, return the command line of the real program for this installation."""
        return [sys.executable, "-m", "rtcstack", "--directory", str(self.directory), *arguments]

    def run(self, *arguments: str, feed: str = "", seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Given a command's words, run the real program and return what it did."""
        return subprocess.run(self.argv(*arguments), input=feed, capture_output=True, text=True, timeout=seconds, check=False)

    def ok(self, *arguments: str, feed: str = "", seconds: float = 120) -> str:
        """Given a command's words, run the real program, expect exit code 0 and return its standard output."""
        done = self.run(*arguments, feed=feed, seconds=seconds)
        assert done.returncode == 0, f"rtcstack {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 - whatever the command answers
        """Given a command's words, return its JSON."""
        return json.loads(self.ok(*arguments, "--json"))

    @cached_property
    def plan(self) -> StackPlan:
        """The plan of this installation."""
        return open_installation(self.directory).stack

    @property
    def ca(self) -> Path:
        """The file with the CA's certificate."""
        return self.directory / "secrets" / "ca.crt"

    @property
    def zone(self) -> str:
        """The printed zone, whole."""
        return self.ok("zone", "--complete")

    def address(self, service: str, *, second: bool = False) -> str:
        """Given a service, return its first (or its first further) IPv4 address."""
        plan = self.plan.service(service)
        return str(plan.extra_addresses[0] if second else plan.address)

    def container(self, name: str) -> str:
        """Given a container's short name, return its name on the engine."""
        return f"{self.plan.site.name}-{name}"

    def exec(self, container: str, argv: Sequence[str], feed: str = "") -> subprocess.CompletedProcess[str]:
        """Given a container's short name and a command, run it there."""
        return subprocess.run(
            ["docker", "exec", "-i", self.container(container), *argv],
            input=feed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def person(self, name: str) -> str:
        """Given a name, add that person once and return the password."""
        if name not in self.passwords:
            self.passwords[name] = str(self.json("add-user", name)["password"])
        return self.passwords[name]

    def clear(self) -> None:
        """Take away what a run of these tests that was ended before its end has left under this name, clients included."""
        clients = subprocess.run(
            ["docker", "ps", "-aq", "--filter", f"name=^{self.plan.site.network.name}-lab-"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        if clients.stdout:
            subprocess.run(["docker", "rm", "-f", "-v", *clients.stdout.split()], capture_output=True, timeout=60, check=True)
        self.ok("down", "--volumes", "--yes")

    def remove(self) -> None:
        """Take the installation away, data too, and check that nothing of it is left."""
        self.ok("down", "--volumes", "--yes")
        label = f"label=com.rtcstack.stack={self.plan.site.name}"
        for kind in (["ps", "-a"], ["network", "ls"], ["volume", "ls"]):
            left = subprocess.run(
                ["docker", *kind, "-q", "--filter", label], capture_output=True, text=True, timeout=60, check=True
            )
            assert left.stdout.strip() == ""
