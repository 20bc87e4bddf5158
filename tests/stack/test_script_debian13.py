"""The whole demo on a fresh Debian 13, typed by a user who has sudo and is not root."""

import json
from collections.abc import Iterator

import pytest

from tests.stack.machine import Machine, machine

USER = "ada"
HERE = "/home/ada/rtcstack"
LEFT = """
    docker ps --all --quiet; docker network ls --quiet --filter type=custom; docker volume ls --quiet
    ls /sys/class/net | grep -v -x -e lo -e docker0 -e 'eth[0-9]*'
    find . -path ./.venv -prune -o -path '*/__pycache__*' -prune -o -print
"""


@pytest.fixture(scope="module")
def fresh() -> Iterator[Machine]:
    with machine("trixie", ("python3", "sudo")) as found:
        found.must(f"useradd --create-home --shell /bin/bash {USER}")
        found.must(f"echo '{USER} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/{USER}")
        found.put_checkout(HERE, USER)
        yield found


class Terminal:
    """What the user types in the checkout."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def fails(self, command: str, code: int, seconds: int = 300) -> str:
        done = self.machine.run(command, user=USER, folder=HERE, seconds=seconds)
        assert done.returncode == code, done.stdout
        return done.stdout

    def types(self, command: str, seconds: int = 300) -> str:
        return self.fails(command, 0, seconds)


@pytest.fixture(scope="module")
def ready(fresh: Machine) -> Terminal:
    user = Terminal(fresh)
    assert f"sudo usermod -aG docker {USER}" in user.fails("script/demo", 1, seconds=400)
    fresh.must(f"usermod -aG docker {USER}")
    user.types("script/demo --setup-only", seconds=400)
    return user


def test_somebodys_own_installation_is_left_alone(ready: Terminal) -> None:
    ready.types("printf 'domain = \"example.org\"\\n' > rtcstack.toml")
    for command in ("script/demo", "script/demo --down"):
        assert "is not the demo's: nothing was touched" in ready.fails(command, 2)
    assert ready.types("cat rtcstack.toml; docker ps --all --quiet") == 'domain = "example.org"\n'
    ready.types("rm rtcstack.toml")


@pytest.mark.timeout(1200)
def test_the_demo_comes_shows_and_goes_without_a_trace(ready: Terminal) -> None:
    before = ready.types(f"{{ {LEFT} }} || true")
    said = ready.types("script/demo", seconds=900)
    assert "WRONG" not in said
    assert said.count("as it must") >= 7
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert ready.types("docker info --format '{{.Driver}}'").strip() == "overlay2"

    status = json.loads(ready.types(".venv/bin/rtcstack status --json"))
    assert status["ports"] == "443"
    assert {name: service["health"] for name, service in status["services"].items()} == dict.fromkeys(status["services"], "healthy")
    assert ready.types(".venv/bin/rtcstack list-users").split() == ["laura", "roland"]

    started = "docker inspect --format '{{.Name}} {{.State.StartedAt}}' $(docker ps --quiet) | sort"
    running = ready.types(started)
    assert "WRONG" not in ready.types("script/demo", seconds=400)
    assert ready.types(started) == running, "the second time nothing was restarted"

    ready.types("echo '# mine now' >> rtcstack.toml")
    assert "was edited" in ready.fails("script/demo --down", 2)
    assert ready.types(started) == running
    ready.types("sed -i '$d' rtcstack.toml")

    ready.types("script/demo --down", seconds=400)
    assert ready.types(f"{{ {LEFT} }} || true") == before
    ready.types("script/demo --down --purge")
    assert ready.types("docker images --quiet") == ""
