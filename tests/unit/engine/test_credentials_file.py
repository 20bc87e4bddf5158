"""The file for generated passwords: made for its owner alone, grown and never replaced, and refused when it is something else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rtcstack.engine.credentials_file import CredentialsFile
from rtcstack.errors import RequestError, WorldError

TWO = b"name,password\nroland,abcd-efgh\nlaura,ijkm-npqr\n"


def private(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"name\nroland\n",
        b"roland,abcd\n",
        TWO + b"no comma\n",
        TWO + b"anna,abcd,efgh\n",
        TWO + b"anna,\n",
        TWO + b"ANNA,abcd\n",
        b"name,password,\n",
        b"shopping list",
        b"\0",
        TWO + b"caf\xe9",
    ],
)
def test_another_file_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = private(tmp_path / "file", content)

    with pytest.raises(RequestError, match="no credentials file"):
        CredentialsFile(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(RequestError, match="not yours alone"):
        CredentialsFile(private(tmp_path / "file", TWO, mode))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "link").symlink_to(private(tmp_path / "file", TWO))

    for name in ("pipe", "link", ".", "missing/file", "file/file"):
        with pytest.raises(RequestError):
            CredentialsFile(tmp_path / name)
    with pytest.raises(RequestError):
        CredentialsFile(Path("/dev/null"))


def test_two_passwords_for_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="two passwords for roland"):
        CredentialsFile(private(tmp_path / "file", TWO + b"roland,other\n"))


def test_two_imports_cannot_share_it(tmp_path: Path) -> None:
    path = private(tmp_path / "file", TWO)
    with CredentialsFile(path), pytest.raises(WorldError, match="another import"):
        CredentialsFile(path)
    with CredentialsFile(path) as again:
        assert again.passwords == {"roland": "abcd-efgh", "laura": "ijkm-npqr"}


def test_it_is_made_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with CredentialsFile(tmp_path / "file") as made:
            assert made.passwords == {}
            assert not (tmp_path / "file").exists()
            made.add([("roland", "abcd-efgh"), ("laura", "ijkm-npqr")])
    finally:
        os.umask(before)

    assert (tmp_path / "file").read_bytes() == TWO
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_file_that_appears_meanwhile_is_not_touched(tmp_path: Path) -> None:
    with CredentialsFile(tmp_path / "file") as late:
        private(tmp_path / "file", b"somebody's")
        with pytest.raises(WorldError, match="meanwhile"):
            late.add([("roland", "abcd-efgh")])
    assert (tmp_path / "file").read_bytes() == b"somebody's"


@pytest.mark.parametrize("cut", range(len(TWO) + 1))
def test_cut_off_anywhere_it_goes_on_with_the_whole_lines(tmp_path: Path, cut: int) -> None:
    path = private(tmp_path / "file", TWO[:cut])
    with CredentialsFile(path) as resumed:
        kept = dict(resumed.passwords)
        assert kept.items() <= {"roland": "abcd-efgh", "laura": "ijkm-npqr"}.items()
        assert len(kept) == max(TWO[:cut].count(b"\n") - 1, 0)
        resumed.add([("anna", "stuv-wxyz")])
    with CredentialsFile(path) as whole:
        assert whole.passwords == {**kept, "anna": "stuv-wxyz"}


def test_what_cannot_be_written_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    path = private(tmp_path / "file", TWO)
    script = (
        "import resource, signal, sys; from pathlib import Path; from rtcstack.engine.credentials_file import CredentialsFile\n"
        "from rtcstack.errors import WorldError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (60, 60))\n"
        "with CredentialsFile(Path(sys.argv[1])) as file:\n"
        "    try: file.add([('x' * 20, 'y' * 20)])\n"
        "    except WorldError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, timeout=60, check=True)

    assert "could not be written" in done.stdout
    assert "yyyy" not in done.stdout
    with CredentialsFile(path) as again:
        assert again.passwords == {"roland": "abcd-efgh", "laura": "ijkm-npqr"}
