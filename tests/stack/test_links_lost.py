"""Links that are taken away under running containers, which the engine does not notice: `plan` says so, and `up` heals."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.stack.installation import UP, Stack, toml


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose links may be taken away: on the shared one they would take the lab's along."""
    found = Stack(tmp_path_factory.mktemp("links"))
    (found.directory / "rtcstack.toml").write_text(toml("rtclost", "198.18.95.0/24", "2001:db8:95::/64"))
    found.clear()
    try:
        found.ok("up", "--yes", seconds=UP)
        yield found
    finally:
        found.remove()


def ip(*words: str, inside: str = "") -> None:
    """Given the words of `ip`, run it on the host, or in the namespace of a process."""
    namespace = ["nsenter", "--target", inside, "--net"] if inside else []
    subprocess.run([*namespace, "ip", *words], capture_output=True, timeout=30, check=True)


def healed(stack: Stack, containers: set[str], cause: str) -> None:
    planned = stack.json("plan")["operations"]
    assert {o["target"] for o in planned if o["action"] == "recreate container" and cause in o["cause"]} == containers
    stack.ok("up", "--yes")
    assert stack.ok("plan") == "Nothing to do.\n"


def test_the_parent_that_we_made_is_gone(stack: Stack) -> None:
    ip("link", "del", stack.plan.site.network.parent)

    everybody = {stack.container(name) for name in ("coturn", "coturn-ephemeral", "kamailio", "prosody", "prosody-starttls")}
    healed(stack, everybody, "its network is made anew")


def test_an_address_is_gone(stack: Stack) -> None:
    name = stack.container("kamailio")
    found = subprocess.run(
        ["docker", "inspect", "-f", "{{.State.Pid}}", name], capture_output=True, text=True, timeout=60, check=True
    )
    ip("addr", "del", f"{stack.address('kamailio')}/24", "dev", "eth0", inside=found.stdout.strip())

    healed(stack, {name}, "it has lost an address")


def test_a_container_is_taken_off_its_network(stack: Stack) -> None:
    name = stack.container("coturn")
    words = ["docker", "network", "disconnect", "--force", stack.plan.site.network.name, name]
    subprocess.run(words, capture_output=True, timeout=60, check=True)

    healed(stack, {name}, "it has lost an address")


def test_two_services_swap_their_addresses(stack: Stack) -> None:
    file = stack.directory / "rtcstack.toml"
    before, addresses = file.read_text(), {name: stack.address(name) for name in ("coturn", "kamailio")}
    swapped = f'[services.coturn]\naddress = "{addresses["kamailio"]}"\n[services.kamailio]\naddress = "{addresses["coturn"]}"\n'
    try:
        file.write_text(f"{before}\n{swapped}")
        stack.ok("up", "--yes")
        seen = stack.json("status")["services"]
        assert (seen["coturn"]["address"], seen["kamailio"]["address"]) == (addresses["kamailio"], addresses["coturn"])
        assert {seen["coturn"]["health"], seen["kamailio"]["health"]} == {"healthy"}
    finally:
        file.write_text(before)
        stack.ok("up", "--yes")


def test_everything_moves_to_another_subnet_and_the_host_leaves_the_old_one(stack: Stack) -> None:
    file = stack.directory / "rtcstack.toml"
    before = file.read_text()
    try:
        file.write_text(toml("rtclost", "198.18.94.0/24", "2001:db8:94::/64"))
        stack.ok("up", "--yes")
        assert stack.ok("plan") == "Nothing to do.\n"
        has = subprocess.run(["ip", "addr", "show", "dev", "rtclost-host"], capture_output=True, text=True, timeout=30, check=True)
        assert "198.18.94.2/32" in has.stdout
        assert "2001:db8:94::2/128" in has.stdout
        assert "198.18.95." not in has.stdout
        assert "2001:db8:95:" not in has.stdout
        routes = [
            subprocess.run(["ip", version, "route"], capture_output=True, text=True, timeout=30, check=True).stdout
            for version in ("-4", "-6")
        ]
        assert "198.18.95." not in routes[0]
        assert "2001:db8:95:" not in routes[1]
    finally:
        file.write_text(before)
        stack.ok("up", "--yes")
    assert stack.ok("plan") == "Nothing to do.\n"
