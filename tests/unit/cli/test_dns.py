"""`dns push` and `dns check` by the real program: what is wrong with a request is said before anybody is asked."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

KEY = 'key "rtcstack" { algorithm hmac-sha256; secret "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="; };\n'
TEXT = 'domain = "falcot.com"\n[network]\nsubnet = "198.51.100.0/24"\n'


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "rtcstack.toml").write_text(TEXT)
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "key").chmod(0o600)
    return tmp_path


def run(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "rtcstack", "--directory", str(directory), "dns", *words]
    env = os.environ | {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "words",
    [
        ("push",),
        ("push", "--server", "127.0.0.1:9"),
        ("push", "--server", "127.0.0.1:99999", "--key-file", "{key}"),
        ("push", "--server", "not a server", "--key-file", "{key}"),
        ("push", "--server", "127.0.0.1:9", "--key-file", "{key}", "--zone", "falcot.example"),
        ("push", "--server", "127.0.0.1:9", "--key-file", "{key}", "--replace", "www.falcot.com/A"),
        ("push", "--server", "127.0.0.1:9", "--key-file", "{key}", "--beside", "nonsense"),
        ("push", "--server", "127.0.0.1:9", "--key-file", "/nowhere"),
        ("check", "--server", "1.2.3"),
        ("check", "--server", "127.0.0.1:9", "--zone", "falcot.example"),
        ("pull",),
    ],
)
def test_a_wrong_request_is_2_and_prints_nothing(directory: Path, words: tuple[str, ...]) -> None:
    done = run(directory, *(word.format(key=directory / "key") for word in words))

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_there_is_1_and_nothing_is_remembered(directory: Path) -> None:
    done = run(directory, "push", "--server", "127.0.0.1:9", "--key-file", str(directory / "key"), "--yes")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("rtcstack: 127.0.0.1:9 does not listen there\n")
    assert not (directory / "compose").exists()


def test_the_secret_is_in_no_error_even_with_a_traceback(directory: Path) -> None:
    for more in ((), ("--debug",)):
        done = run(directory, "push", "--server", "127.0.0.1:9", "--key-file", str(directory / "key"), "--yes", *more)
        assert done.returncode == 1
        assert "YWJj" not in done.stdout + done.stderr
        assert "abcdefgh" not in done.stdout + done.stderr


def test_a_check_of_a_server_that_is_not_there_is_one_finding_and_soon_over(directory: Path) -> None:
    began = time.monotonic()
    done = run(directory, "check", "--server", "127.0.0.1:9")

    assert done.returncode == 1
    assert "; error: resolvers lose time with it" in done.stdout
    assert "SOA of falcot.com at 127.0.0.1:9: nothing listens there" in done.stdout
    assert time.monotonic() - began < 20
