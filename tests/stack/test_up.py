"""A running stack: run again it changes nothing, what is wrong is refused untouched, and nothing secret shows."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.stack.installation import Stack, toml


def inspect(stack: Stack) -> list[dict[str, Any]]:
    label = f"label=com.rtcstack.stack={stack.plan.site.name}"
    ids = subprocess.run(
        ["docker", "ps", "-aq", "--filter", label], capture_output=True, text=True, timeout=60, check=True
    ).stdout.split()
    done = subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True, timeout=60, check=True)
    return list(json.loads(done.stdout))


def generation(stack: Stack) -> set[tuple[str, str]]:
    return {(item["Id"], item["State"]["StartedAt"]) for item in inspect(stack)}


def long_running(stack: Stack) -> list[dict[str, Any]]:
    return [item for item in inspect(stack) if item["HostConfig"]["RestartPolicy"]["Name"] == "always"]


def test_up_twice_changes_nothing_and_restarts_nothing(stack: Stack) -> None:
    before = generation(stack)

    assert stack.ok("plan") == "Nothing to do.\n"
    done = stack.run("up")

    assert done.returncode == 0
    assert "Nothing to do" in done.stderr
    assert generation(stack) == before


def test_status_tells_every_service_healthy_in_the_shape_of_the_contract(stack: Stack) -> None:
    status = stack.json("status")

    assert status["schema"] == 1
    assert {name: service["health"] for name, service in status["services"].items()} == dict.fromkeys(
        ("mariadb", "coturn", "coturn-ephemeral", "kamailio", "prosody", "dns"), "healthy"
    )
    keys = {
        "role", "address", "address6", "addresses", "hostname", "health", "problems", "image", "version", "memory_bytes",
        "restarts", "listeners", "certificate",
    }  # fmt: skip
    for name, service in status["services"].items():
        assert set(service) == keys, name
        assert service["version"], service
        assert service["memory_bytes"] > 0, name
        assert (service["certificate"] is None) == (name in ("mariadb", "dns")), name
    assert status["services"]["mariadb"]["hostname"] is None
    ports = {
        name: {listener["port"] for listener in service["listeners"] if not listener["internal"]}
        for name, service in status["services"].items()
    }
    assert ports == {name: {443} for name in ports} | {"mariadb": set(), "dns": {53}}


def test_an_unexpected_plan_is_not_applied(stack: Stack) -> None:
    before = generation(stack)

    assert stack.run("up", "--expect", "0123456789abcdef").returncode == 2
    assert generation(stack) == before


@pytest.mark.parametrize(
    ("network", "extra", "path"),
    [
        ("", "[services.coturn]\naddress = '192.0.2.1'", "services.coturn.address"),
        ("gateway = '203.0.114.1'", "", "network"),
        ("parent = 'nosuchlink0'", "", "network.parent"),
        ("colour = 'red'", "", "network.colour"),
        ("gateway = ", "", "not TOML"),
    ],
)
def test_a_wrong_file_is_refused_before_anything_is_touched(stack: Stack, network: str, extra: str, path: str) -> None:
    before, file = generation(stack), stack.directory / "rtcstack.toml"
    right = file.read_text()
    file.write_text(
        toml(stack.plan.site.name, str(stack.plan.site.network.subnet), "2001:db8:443::/64", network=network, extra=extra)
    )
    try:
        done = stack.run("up", "--yes")
    finally:
        file.write_text(right)

    assert done.returncode == 2
    assert path in done.stderr
    assert done.stdout == ""
    assert generation(stack) == before


def test_a_subnet_that_the_host_uses_otherwise_is_refused(stack: Stack, tmp_path: Path) -> None:
    other = Stack(tmp_path)
    half = next(stack.plan.site.network.subnet.subnets())
    (tmp_path / "rtcstack.toml").write_text(toml("rtcother", str(half), "2001:db8:444::/64"))
    done = other.run("up", "--yes")

    assert done.returncode == 2
    assert "network.subnet" in done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["rtcstack.toml"]
    assert stack.plan.site.network.subnet.supernet_of(other.plan.site.network.subnet)


def test_a_hand_edit_is_noticed_and_only_overwritten_with_a_yes(stack: Stack) -> None:
    file = stack.directory / "compose" / "links.sh"
    right = file.read_bytes()
    file.write_bytes(right + b"# by hand\n")

    assert "write file links.sh: edited by hand (!)" in stack.ok("plan")
    assert stack.run("up").returncode == 2
    assert file.read_bytes() != right
    stack.ok("up", "--yes")
    assert file.read_bytes() == right


def test_compose_by_hand_works_in_the_generated_folder(stack: Stack) -> None:
    for argv in (["config", "--quiet"], ["ps"], ["logs", "--tail", "1"]):
        done = subprocess.run(
            ["docker", "compose", *argv], cwd=stack.directory / "compose", capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr


def test_every_container_is_locked_down(stack: Stack) -> None:
    for item in long_running(stack):
        name, host = item["Name"], item["HostConfig"]
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert "no-new-privileges:true" in host["SecurityOpt"], name
        assert host["Memory"] > 0, name
        assert 0 < host["PidsLimit"] <= 512, name
        assert host["PortBindings"] == {}, name
        assert host["LogConfig"]["Config"]["max-size"], name
        assert not host["Privileged"], name
        assert host["Init"], name
        assert item["Config"]["Healthcheck"]["Interval"] >= 10_000_000_000, name
        assert not host["CapAdd"], name
        assert not item["Config"]["User"].startswith("0"), name


def secrets_of(stack: Stack) -> list[str]:
    stack.person("roland")
    files = [path for path in (stack.directory / "secrets").iterdir() if path.suffix not in (".crt", ".key")]
    keys = [path.read_text().splitlines()[1] for path in (stack.directory / "secrets").glob("*.key")]
    return [*keys, *(path.read_text().strip() for path in files), *stack.passwords.values()]


def test_no_secret_shows_in_inspect_logs_processes_or_readable_files(stack: Stack) -> None:
    secrets = secrets_of(stack)
    assert len(secrets) >= 10
    shown = json.dumps(inspect(stack))
    for item in long_running(stack):
        for argv in (["logs", item["Name"]], ["top", item["Name"], "-eo", "pid,args"]):
            done = subprocess.run(["docker", *argv], capture_output=True, text=True, timeout=60, check=True)
            shown += done.stdout + done.stderr
        assert all(entry.split("=")[0] in ("PATH", "MALLOC_ARENA_MAX") for entry in item["Config"]["Env"] or []), item["Name"]
    for path in (stack.directory / "compose").rglob("*"):
        if path.is_file() and path.stat().st_mode & 0o077:
            shown += path.read_text()

    assert [secret for secret in secrets if secret in shown] == []


def test_secrets_on_the_disk_are_private(stack: Stack) -> None:
    directory = stack.directory / "secrets"

    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}


def test_a_missing_engine_is_a_sentence(stack: Stack) -> None:
    done = subprocess.run(
        stack.argv("status"), env={"PATH": "/usr/bin:/bin", "DOCKER_HOST": "unix:///nonexistent.sock"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "no Docker Engine answers" in done.stderr
    assert "Traceback" not in done.stderr
