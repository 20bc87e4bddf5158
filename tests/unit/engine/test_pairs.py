"""A key and its certificate change both at once: killed at any step, and on a full disk, one whole pair is in use."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rtcstack.engine import pairs
from rtcstack.engine.vault import Vault
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.pairs import whole
from tests.unit.pki.examples import CA, DOMAINS, NOW, TURN

OLD, NEW, THIRD = (issue(CA, TURN, DOMAINS, NOW) for _ in range(3))
STEPS = ("open", "os.rename", "os.link", "os.remove")
"""Audit events (PEP 578) of what a change of the vault is made of."""


def killed(change: Callable[[], object], step: int) -> bool:
    """Given a change, make it in a process of its own that is killed before its step of this number; return whether it was."""
    child = os.fork()
    if not child:
        count = 0

        def hook(event: str, _: object) -> None:
            nonlocal count
            if event in STEPS:
                count += 1
                if count > step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        change()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    found = Vault(tmp_path / "secrets")
    pairs.put(found, "coturn", OLD)
    return found


def test_what_was_in_use_stays_beside_until_the_new_one_is_seen(vault: Vault) -> None:
    assert pairs.unsettled(vault) == frozenset()
    pairs.put(vault, "coturn", NEW)

    assert pairs.read(vault, "coturn") == NEW
    assert pairs.read(vault, "coturn", "previous") == OLD
    assert pairs.unsettled(vault) == {"coturn"}
    pairs.settle(vault, "coturn")
    assert vault.names() == {"coturn.key", "coturn.crt"}


def test_it_is_put_back_as_it_was_as_often_as_wanted(vault: Vault) -> None:
    assert not pairs.put_back(vault, "coturn")
    pairs.put(vault, "coturn", NEW)
    for _ in range(2):
        assert pairs.put_back(vault, "coturn")
        assert pairs.read(vault, "coturn") == OLD
    assert not [path for path in vault.directory.iterdir() if path.name.startswith(".")]


def test_what_was_never_seen_is_not_what_one_goes_back_to(vault: Vault) -> None:
    pairs.put(vault, "coturn", NEW)
    pairs.put(vault, "coturn", THIRD)
    pairs.put_back(vault, "coturn")

    assert pairs.read(vault, "coturn") == OLD


def test_a_damaged_pair_is_not_kept(vault: Vault) -> None:
    vault.replace("coturn.key", NEW.key_pem)
    pairs.put(vault, "coturn", THIRD)

    assert pairs.read(vault, "coturn") == THIRD
    assert not pairs.put_back(vault, "coturn")


def test_everything_is_for_the_owner_alone(vault: Vault) -> None:
    pairs.put(vault, "coturn", NEW)
    pairs.put_back(vault, "coturn")

    assert {path.stat().st_mode & 0o777 for path in vault.directory.iterdir()} == {0o600}
    assert vault.directory.stat().st_mode & 0o777 == 0o700


CHANGES: dict[str, Callable[[Vault], object]] = {
    "put": lambda vault: pairs.put(vault, "coturn", THIRD),
    "put back": lambda vault: pairs.put_back(vault, "coturn"),
    "settle": lambda vault: pairs.settle(vault, "coturn"),
    "mend": pairs.mend_all,
}


@pytest.mark.parametrize("name", CHANGES)
def test_killed_before_any_step_one_whole_pair_is_in_use_after_mending(tmp_path: Path, name: str) -> None:
    kills = 0
    while True:
        vault = Vault(tmp_path / f"{kills}")
        pairs.put(vault, "coturn", OLD)
        pairs.put(vault, "coturn", NEW)
        if name == "mend":
            # What mending has to mend: killed between the two renames of a change.
            vault.replace("coturn.key", THIRD.key_pem)
        if not killed(lambda vault=vault: CHANGES[name](vault), kills):  # type: ignore[misc]  # bound now
            break
        kills += 1
        pairs.mend_all(vault)
        found = pairs.read(vault, "coturn")

        assert found in (OLD, NEW, THIRD), f"killed before step {kills}"
        assert found is not None
        assert whole(found)
        left = {entry.name for entry in vault.directory.iterdir() if not entry.name.startswith(".")}
        beside = {"coturn.previous.key", "coturn.previous.crt"}
        assert left - {"coturn.key", "coturn.crt"} in (set(), beside), f"killed before step {kills}"
        if beside <= left:
            assert pairs.read(vault, "coturn", "previous") == OLD
        pairs.put(vault, "coturn", THIRD)
        assert pairs.read(vault, "coturn") == THIRD
    assert kills >= {"put": 8, "put back": 4, "settle": 2, "mend": 4}[name]


def test_on_a_full_disk_nothing_changes_and_going_back_needs_no_room(tmp_path: Path) -> None:
    # A disk of its own, as small as this needs, in a namespace that ends with the program.
    program = f"""
import sys
from pathlib import Path
sys.path[:0] = {sys.path!r}
from rtcstack.engine import pairs
from rtcstack.engine.vault import Vault
from rtcstack.errors import WorldError
from tests.unit.engine.test_pairs import NEW, OLD, THIRD
vault = Vault(Path({str(tmp_path / "disk")!r}) / "secrets")
filler = vault.directory.parent / "filler"
def fill():
    with filler.open("wb", buffering=0) as stream:
        try:
            while stream.write(b"x" * 512):
                pass
        except OSError:
            pass
pairs.put(vault, "coturn", OLD)
fill()
try:
    pairs.put(vault, "coturn", NEW)
    sys.exit("it was not full")
except WorldError as error:
    assert "No space left" in error.message, error.message
assert pairs.read(vault, "coturn") == OLD
assert vault.names() == {{"coturn.key", "coturn.crt"}}, vault.names()
filler.unlink()
pairs.put(vault, "coturn", NEW)
fill()
assert pairs.put_back(vault, "coturn")
pairs.mend_all(vault)
pairs.settle(vault, "coturn")
assert pairs.read(vault, "coturn") == OLD
"""
    # The keys differ from process to process: the module makes them anew, which is all the same here.
    (tmp_path / "disk").mkdir()
    mount = f'mount -t tmpfs -o size=48k,mode=0700 none "{tmp_path}/disk" && exec "$0" -c "$1"'
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, sys.executable, program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_whole_pair_is_one_that_belongs_together() -> None:
    assert whole(OLD)
    assert not whole(KeyPair(key_pem=OLD.key_pem, certificate_pem=NEW.certificate_pem))
    assert not whole(KeyPair(key_pem=b"", certificate_pem=NEW.certificate_pem))
    assert datetime.now(UTC) > NOW
