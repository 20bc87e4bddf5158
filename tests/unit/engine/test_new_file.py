"""A new secret file: whole or not there, and nobody's place is taken."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcstack.engine.new_file import new_file
from rtcstack.errors import RequestError, WorldError


def taken(_: bytes) -> bytes:
    raise AssertionError("the content was taken")


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("nowhere")

    for name in ("file", "link", "."):
        with pytest.raises(RequestError, match="there already"):
            new_file(tmp_path / name, map(taken, [b""]))
    with pytest.raises(RequestError, match="no folder"):
        new_file(tmp_path / "none" / "file", map(taken, [b""]))
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_what_appears_while_it_is_written_stays(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"ours"
        (tmp_path / "file").write_bytes(b"mine")

    with pytest.raises(RequestError, match="there already"):
        new_file(tmp_path / "file", pieces())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"mine"}


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise WorldError("gone")

    with pytest.raises(WorldError, match="gone"):
        new_file(tmp_path / "file", pieces())
    assert list(tmp_path.iterdir()) == []


def test_it_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        new_file(tmp_path / "file", iter([b"a", b"b"]))
    finally:
        os.umask(before)

    assert (tmp_path / "file").read_bytes() == b"ab"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
