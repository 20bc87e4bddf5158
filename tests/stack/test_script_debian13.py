"""The whole demo on a fresh Debian 13, typed by a user who has sudo and is not root."""

from collections.abc import Iterator

import pytest

from tests.stack.machine import Machine, machine

USER = "ada"
HERE = "/home/ada/rtcstack"


@pytest.fixture(scope="module")
def fresh() -> Iterator[Machine]:
    with machine("trixie", ("python3", "sudo")) as found:
        found.must(f"useradd --create-home --shell /bin/bash {USER}")
        found.must(f"echo '{USER} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/{USER}")
        found.put_checkout(HERE, USER)
        yield found


@pytest.fixture(scope="module")
def ready(fresh: Machine) -> Machine:
    first = fresh.run("script/demo", user=USER, folder=HERE, seconds=400)
    assert first.returncode == 1, first.stdout
    assert f"sudo usermod -aG docker {USER}" in first.stdout
    fresh.must(f"usermod -aG docker {USER}")
    return fresh


def test_the_demo_runs_to_its_end(ready: Machine) -> None:
    ready.must("script/demo --setup-only", user=USER, folder=HERE, seconds=900)
    assert ready.must("docker info --format '{{.Driver}}'").strip() == "overlay2"
