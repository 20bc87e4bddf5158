"""The script that gives addresses and ports of the host, and takes them back: run in a network namespace of the test."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtcstack.plan.stack import StackPlan
from rtcstack.render.links import links_script, removal_script
from rtcstack.workflow.context import plan_text

SPACE, LINK = "rtcscript", "rtcscript0"
SETTING = "ipv4/ip_unprivileged_port_start"


@dataclass
class Machine:
    """A namespace with one link, and the directories that the script finds its state in."""

    directory: Path

    def __post_init__(self) -> None:
        self.setting.parent.mkdir(parents=True)
        (self.directory / "run").mkdir()
        self.setting.write_text("1024\n")

    @property
    def setting(self) -> Path:
        """The file in the place of the kernel's."""
        return self.directory / "net" / SETTING

    @property
    def left(self) -> list[str]:
        """What the script has noted down."""
        return sorted(path.name for path in (self.directory / "run").iterdir())

    def sh(self, script: bytes) -> None:
        """Given a script, run it there."""
        told = f"RUN={self.directory}/run\nNET={self.directory}/net\n".encode()
        argv = ["ip", "netns", "exec", SPACE, "sh", "-s"]
        done = subprocess.run(argv, input=told + script, capture_output=True, timeout=30, check=False)
        assert (done.returncode, done.stderr) == (0, b"")

    def addresses(self) -> set[str]:
        """The IPv4 addresses of the link."""
        argv = ["ip", "-n", SPACE, "-4", "-o", "addr", "show", LINK]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True)
        return {line.split()[3] for line in done.stdout.splitlines()}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    subprocess.run(["ip", "netns", "del", SPACE], capture_output=True, timeout=30, check=False)
    subprocess.run(["ip", "netns", "add", SPACE], timeout=30, check=True)
    try:
        ip = ["ip", "-n", SPACE]
        subprocess.run([*ip, "link", "add", LINK, "type", "veth", "peer", "name", "rtcscript1"], timeout=30, check=True)
        subprocess.run([*ip, "addr", "add", "198.51.100.12/24", "dev", LINK], timeout=30, check=True)
        yield Machine(tmp_path)
    finally:
        subprocess.run(["ip", "netns", "del", SPACE], timeout=30, check=True)


def plan(directory: Path, name: str, subnet: str, extra: str = "") -> StackPlan:
    text = f"""
domain = "falcot.com"
name = "{name}"
[network]
driver = "host"
parent = "{LINK}"
subnet = "{subnet}"
add_addresses = true
{extra}
"""
    return plan_text(directory, text).stack


def test_what_was_there_before_stays_when_the_rest_goes(machine: Machine) -> None:
    one = plan(machine.directory, "one", "198.51.100.0/24")
    wanted = {f"198.51.100.{last}/24" for last in (10, 12, 14, 16, 17)}

    machine.sh(links_script(one))
    assert machine.addresses() == wanted
    machine.sh(links_script(one))
    assert machine.addresses() == wanted
    assert machine.setting.read_text() == "443\n"

    machine.sh(removal_script(one))
    assert machine.addresses() == {"198.51.100.12/24"}
    assert (machine.setting.read_text(), machine.left) == ("1024\n", [])
    machine.sh(removal_script(one))
    assert machine.addresses() == {"198.51.100.12/24"}


def test_an_address_that_moved_leaves_its_old_place(machine: Machine) -> None:
    machine.sh(links_script(plan(machine.directory, "one", "198.51.100.0/24")))
    moved = plan(machine.directory, "one", "198.51.100.0/24", '[services.kamailio]\naddress = "198.51.100.40"')

    machine.sh(links_script(moved))
    assert machine.addresses() == {f"198.51.100.{last}/24" for last in (10, 12, 40, 16, 17)}


def test_the_last_stack_gives_the_setting_back(machine: Machine) -> None:
    one = plan(machine.directory, "one", "198.51.100.0/24")
    other = plan(machine.directory, "other", "192.0.2.0/24")
    machine.sh(links_script(one))
    machine.sh(links_script(other))

    machine.sh(removal_script(one))
    assert machine.setting.read_text() == "443\n"
    machine.sh(removal_script(other))
    assert (machine.setting.read_text(), machine.left) == ("1024\n", [])


@pytest.mark.parametrize("ours", [True, False])
def test_a_vlan_goes_only_if_it_was_made(machine: Machine, *, ours: bool) -> None:
    # The kernel of a test machine may lack VLANs: another kind of link has the name that the script goes by.
    vlan = f"{LINK}.10"
    subprocess.run(["ip", "-n", SPACE, "link", "add", vlan, "type", "veth", "peer", "name", "rtcscript2"], timeout=30, check=True)
    text = f'domain = "falcot.com"\nname = "one"\n[network]\nparent = "{vlan}"\nsubnet = "198.51.100.0/24"\n'
    stack = plan_text(machine.directory, text).stack
    state = machine.directory / "run" / "rtcstack-one"
    if ours:
        state.mkdir()
        (state / "vlan").write_text(f"{vlan}\n")

    machine.sh(links_script(stack))
    up = subprocess.run(["ip", "-n", SPACE, "link", "show", "up"], capture_output=True, text=True, timeout=30, check=True)
    assert (vlan in up.stdout) is ours
    machine.sh(removal_script(stack))
    left = subprocess.run(["ip", "-n", SPACE, "link", "show"], capture_output=True, text=True, timeout=30, check=True)
    assert (vlan in left.stdout) is not ours
    assert machine.left == []
