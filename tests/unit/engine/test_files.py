import subprocess
import sys
from pathlib import Path

import pytest

from rtcstack.engine.files import PRIVATE, PUBLIC, digests, read_manifest, remove, sweep, write_atomic, write_manifest
from rtcstack.engine.lock import locked
from rtcstack.engine.vault import Vault
from rtcstack.errors import WorldError
from rtcstack.plan.secret import SecretRequest

FULL = """
import resource, signal, sys
from pathlib import Path
from rtcstack.engine.files import write_atomic
from rtcstack.errors import WorldError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_atomic(Path(sys.argv[1]), b"new" * 10000, 0o600)
except WorldError as error:
    print(error.message)
"""


def test_mode_is_there_from_the_moment_of_creation(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a" / "key", b"secret", PRIVATE)

    assert (tmp_path / "a" / "key").stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kamailio.cfg"
    write_atomic(path, b"old", PUBLIC)

    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True, timeout=60)

    assert "could not be written" in done.stdout
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["kamailio.cfg"]


def test_what_a_kill_left_half_written_is_swept(tmp_path: Path) -> None:
    write_atomic(tmp_path / "coturn" / "turnserver.conf", b"whole", PUBLIC)
    (tmp_path / "coturn" / ".turnserver.conf.0a1b2c3d.new").write_bytes(b"ha")
    sweep(tmp_path)
    sweep(tmp_path / "gone")

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["turnserver.conf"]


def test_manifest_and_digests(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}
    write_atomic(tmp_path / "coturn" / "turnserver.conf", b"x", PUBLIC)
    found = digests(tmp_path, {"coturn/turnserver.conf", "gone"})
    write_manifest(tmp_path, found)

    assert read_manifest(tmp_path) == found
    remove(tmp_path, "coturn/turnserver.conf")
    assert not (tmp_path / "coturn").exists()


def test_secrets_are_made_once_and_never_overwritten(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    request = SecretRequest(name="database-kamailio")
    vault.make(request)
    first = vault.secret(request.name)
    vault.make(request)
    vault.create(request.name, b"other")

    assert first is not None
    assert len(first) >= 32
    assert first.isalnum()
    assert vault.secret(request.name) == first
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / request.name).stat().st_mode & 0o777 == 0o600
    assert vault.names() == {request.name}


def test_one_change_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(WorldError, match="another rtcstack"), locked(tmp_path, patience=0.2):
        pass
    with locked(tmp_path, patience=0):
        pass


def test_a_removed_file_takes_its_empty_folders_along_but_no_other(tmp_path: Path) -> None:
    for path in ("service/deep/a", "service/deep/b", "other/c"):
        write_atomic(tmp_path / path, b"", PUBLIC)
    remove(tmp_path, "service/deep/a")
    assert (tmp_path / "service/deep/b").exists()
    remove(tmp_path, "service/deep/b")
    remove(tmp_path, "missing/d")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other"]
