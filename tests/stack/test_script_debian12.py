"""The set-up of the two commands on a fresh Debian 12 with systemd: what it refuses, what it installs, and what it leaves alone."""

import re
from collections.abc import Iterator

import pytest

from tests.stack.machine import Machine, machine

HERE = "/root/rtcstack"
SET_UP = "script/demo --setup-only"
STATE = "dpkg-query -W; find /etc/apt /usr/local /var/lib/apt/lists -type f -size +0 | sort | xargs md5sum; ls -A " + HERE


@pytest.fixture(scope="module")
def fresh() -> Iterator[Machine]:
    with machine("bookworm", ("python3", "systemd-sysv")) as found:
        found.put_checkout(HERE, "root")
        yield found


@pytest.fixture(scope="module")
def ready(fresh: Machine) -> Machine:
    fresh.must(SET_UP, folder=HERE, seconds=400)
    return fresh


def test_no_install_refuses_and_says_all_that_is_missing(fresh: Machine) -> None:
    before = fresh.must(STATE)
    for command in ("script/demo --no-install", "script/test --no-install"):
        done = fresh.run(command, folder=HERE)
        assert done.returncode == 2
        assert "a Docker Engine, 20.10 or newer (package docker.io)" in done.stdout
        assert "the Docker Compose plugin, version 2 (package docker-compose)" in done.stdout
        assert "package python3-venv" in done.stdout
        assert fresh.must(STATE) == before


def test_nothing_is_installed_where_something_would_have_to_go(fresh: Machine) -> None:
    # A real package of that name, as far as apt is concerned: Debian's docker.io conflicts with it.
    control = "Package: docker-ce-cli\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: none\n"
    fresh.must(f"mkdir -p /tmp/ce/DEBIAN && printf '{control}' > /tmp/ce/DEBIAN/control && dpkg-deb --build /tmp/ce /tmp/ce.deb")
    fresh.must("dpkg -i /tmp/ce.deb")
    try:
        done = fresh.run(SET_UP, folder=HERE)
        assert done.returncode == 1
        assert "would remove: docker-ce-cli. Nothing was changed." in done.stdout
        assert fresh.run("dpkg-query -W docker.io containerd").returncode != 0
        assert "docker-ce-cli" in fresh.must("dpkg-query -W")
    finally:
        fresh.must("dpkg --purge docker-ce-cli; rm -r /tmp/ce /tmp/ce.deb")


def test_a_system_that_is_not_debian_is_told_what_to_install(fresh: Machine) -> None:
    fresh.must("mv /etc/os-release /etc/os-release.kept; printf 'ID=other\\nPRETTY_NAME=\"Other Linux 1\"\\n' > /etc/os-release")
    try:
        done = fresh.run(SET_UP, folder=HERE)
        assert done.returncode == 1
        assert "This is Other Linux 1" in done.stdout
        assert "a Docker Engine, 20.10 or newer" in done.stdout
        assert fresh.run("command -v dockerd").returncode != 0
    finally:
        fresh.must("mv /etc/os-release.kept /etc/os-release")


def test_who_is_neither_root_nor_may_use_sudo_is_told_so(fresh: Machine) -> None:
    fresh.must("useradd --create-home --shell /bin/bash eve")
    fresh.put_checkout("/home/eve/rtcstack", "eve")
    done = fresh.run(SET_UP, user="eve", folder="/home/eve/rtcstack")
    assert done.returncode == 1
    assert "needs root, and there is no sudo here. Become root (su -)" in done.stdout


def test_an_engine_elsewhere_that_does_not_answer_is_not_replaced_by_one_here(fresh: Machine) -> None:
    done = fresh.run(f"DOCKER_HOST=tcp://127.0.0.1:1 {SET_UP} --no-install", folder=HERE)
    assert done.returncode == 2
    assert "docker.io" not in done.stdout


def test_the_engine_answers_and_only_single_files_came_from_debian_13(ready: Machine) -> None:
    assert ready.must("docker info --format '{{.Driver}}'").strip() == "overlay2"
    assert ready.must("docker compose version --short").startswith("2.")
    assert "+deb13" not in ready.must("dpkg-query -W -f '${Version}\\n'")
    assert ready.run("dpkg-query -W docker-compose").returncode != 0
    assert "trixie" not in ready.must("cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null; ls /var/lib/apt/lists")
    assert ready.must("find /usr/local -type f").split() == ["/usr/local/lib/docker/cli-plugins/docker-compose"]
    assert ready.run(".venv/bin/rtcstack --version", folder=HERE).returncode == 0
    assert ready.run("docker image inspect rtcstack/base:trixie").returncode == 0


def test_the_second_time_nothing_is_left_to_do(ready: Machine) -> None:
    said = ready.must(f"{SET_UP} --no-install", folder=HERE)
    assert re.sub(r"  Base image +\d s\n", "", said).splitlines() == ["Set-up (log: /root/.local/state/rtcstack/set-up.log)"]


def test_a_checkout_that_was_moved_gets_its_environment_anew(ready: Machine) -> None:
    ready.must(f"mv {HERE} {HERE}-moved")
    try:
        ready.must(SET_UP, folder=f"{HERE}-moved")
        assert f"{HERE}-moved/.venv" in ready.must("head -1 .venv/bin/rtcstack", folder=f"{HERE}-moved")
    finally:
        ready.must(f"mv {HERE}-moved {HERE}")


def test_a_stopped_engine_is_started_by_systemd(ready: Machine) -> None:
    ready.must("systemctl stop docker.socket docker.service")
    assert ready.run("docker version").returncode != 0
    assert "Starting the Docker Engine" in ready.must(SET_UP, folder=HERE)
    assert ready.must("systemctl is-active docker.service; systemctl is-enabled docker.service").split() == ["active", "enabled"]
    assert ready.must("docker run --rm rtcstack/base:trixie echo well").strip() == "well"


def test_without_python_the_package_is_named() -> None:
    with machine("trixie", ()) as bare:
        bare.put_checkout(HERE, "root")
        done = bare.run(SET_UP, folder=HERE)
    assert done.returncode == 1
    assert "rtcstack needs Python 3.11 or newer" in done.stdout
    assert "apt-get install python3" in done.stdout
