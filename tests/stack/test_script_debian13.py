"""The engine without systemd, and the whole demo, on a fresh Debian 13, typed by a user who has sudo and is not root."""

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


# In a group of its own below the top one, as a container sees them; a machine that has no older ones is in such a group already.
NEWER_GROUPS = """
    use='START && docker info --format "{{.CgroupVersion}}" 2> /dev/null && docker run --rm rtcstack/base:trixie echo well'
    [ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ] || exec bash -c "$use"
    mkdir -p /groups && mount -t cgroup2 none /groups && mkdir /groups/rtcstack-test || exit
    echo $$ > /groups/rtcstack-test/cgroup.procs
    unshare --mount --cgroup bash -c "umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && $use"
    code=$?
    kill $(cat /run/docker.pid)
    for try in $(seq 30); do [ -e /run/docker.pid ] || break; sleep 1; done
    for process in $(cat /groups/rtcstack-test/init/cgroup.procs); do { echo $process > /groups/cgroup.procs; } 2> /dev/null; done
    find /groups/rtcstack-test -depth -type d -exec rmdir {} +
    exit $code
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


def test_a_killed_engine_comes_back_although_it_left_its_traces(fresh: Machine, ready: Terminal) -> None:
    fresh.must("kill -9 $(cat /run/docker.pid) $(cat /run/docker/containerd/containerd.pid)")
    # As after a reboot: the numbers belong to other processes now, and nobody listens at the sockets that are there.
    fresh.must("echo 1 | tee /run/docker.pid > /run/docker/containerd/containerd.pid; mkdir -p /run/containerd")
    fresh.must("""python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/run/containerd/containerd.sock")'""")
    assert fresh.run("docker version").returncode != 0
    assert "Starting the Docker Engine" in ready.types("script/demo --setup-only")
    assert ready.types("docker run --rm rtcstack/base:trixie echo well").strip() == "well"


def test_the_engine_starts_on_the_newer_control_groups_too(fresh: Machine, ready: Terminal) -> None:
    fresh.must("kill $(cat /run/docker.pid); for try in $(seq 30); do [ -e /run/docker.pid ] || break; sleep 1; done")
    done = fresh.run(NEWER_GROUPS.replace("START", f"{HERE}/script/lib/start-dockerd /var/log/dockerd.log"))
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines() == ["2", "well"]
    ready.types("script/demo --setup-only")


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
