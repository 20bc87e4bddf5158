"""The file that generated passwords go to: they are on the disk before anybody is imported, and are never replaced.

It is CSV with the header `name,password`, so that it is a file of people itself. It only ever grows: an import that was
interrupted finds in it what it promised before. A last line without its end was cut off by a kill, and was never used.
"""

import fcntl
import os
import re
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from rtcstack.errors import RequestError, WorldError

HEADER = b"name,password\n"
_LINE = re.compile(rb"([a-z0-9._-]+),([a-z0-9-]+)\n")
_CHOOSE = "Choose another name after --credentials."


class CredentialsFile:
    """An open credentials file, or the place where it will be made; held until closed, so that two imports cannot share it.

    `passwords` maps the names in it to their passwords.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._length = 0
        self._passwords: dict[str, str] = {}
        self._descriptor = _opened(path)
        if self._descriptor is not None:
            try:
                self._hold(self._descriptor)
                self._read(self._descriptor)
            except BaseException:
                os.close(self._descriptor)
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    @property
    def passwords(self) -> Mapping[str, str]:
        """The passwords in the file, by name."""
        return self._passwords

    def add(self, made: Iterable[tuple[str, str]]) -> None:
        """Given names and passwords that are not in the file, put them there, and return when they are safe on the disk."""
        try:
            descriptor = self._made() if self._descriptor is None else self._descriptor
            os.ftruncate(descriptor, self._length)
            os.lseek(descriptor, self._length, os.SEEK_SET)
            with os.fdopen(os.dup(descriptor), "wb") as stream:
                if not self._length:
                    stream.write(HEADER)
                for name, password in made:
                    stream.write(f"{name},{password}\n".encode())
            os.fsync(descriptor)
            self._length = os.lseek(descriptor, 0, os.SEEK_END)
            _sync_folder(self._path.parent)
        except OSError as error:
            raise WorldError(
                f"{self._path} could not be written: {error.strerror}; nobody was imported",
                hint="See `df -h` and the folder's owner.",
            ) from error

    def _made(self) -> int:
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            raise WorldError(f"{self._path} was made by somebody else meanwhile", hint="Type the command again.") from None
        self._hold(self._descriptor)
        return self._descriptor

    def _hold(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorldError(f"another import writes to {self._path}", hint="Wait until it has ended.") from None

    def _read(self, descriptor: int) -> None:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise RequestError(f"{self._path} is no file", hint=_CHOOSE)
        if facts.st_uid != os.geteuid() or facts.st_mode & 0o077:
            raise RequestError(
                f"{self._path} is not yours alone, and passwords shall go there",
                hint=f"Type `chmod 600 {self._path}`, or choose another name.",
            )
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            for number, line in enumerate(stream, start=1):
                if line.endswith(b"\n") or not self._cut_off(number, line):
                    self._take(number, line)
                    self._length += len(line)

    def _cut_off(self, number: int, line: bytes) -> bool:
        return HEADER.startswith(line) if number == 1 else bool(re.fullmatch(rb"[a-z0-9._-]*(,[a-z0-9-]*)?", line))

    def _take(self, number: int, line: bytes) -> None:
        if number == 1:
            if line != HEADER:
                raise self._foreign(number)
            return
        found = _LINE.fullmatch(line)
        if found is None:
            raise self._foreign(number)
        name, password = found[1].decode(), found[2].decode()
        if self._passwords.setdefault(name, password) != password:
            raise RequestError(f"{self._path} has two passwords for {name}", hint="Remove the line that is wrong.")

    def _foreign(self, number: int) -> RequestError:
        return RequestError(f"{self._path} is no credentials file of an earlier import (line {number})", hint=_CHOOSE)


def _opened(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        if path.parent.is_dir():
            return None
        raise RequestError(f"there is no folder {path.parent}", hint=_CHOOSE) from None
    except OSError as error:
        raise RequestError(f"{path} cannot be used: {error.strerror}", hint=_CHOOSE) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
