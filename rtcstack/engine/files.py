"""Files on the disk: written whole or not at all, with their mode from the moment of creation, remembered in a manifest."""

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from rtcstack.errors import WorldError

MANIFEST = ".manifest.json"
PRIVATE, PUBLIC = 0o600, 0o644


def write_atomic(path: Path, content: bytes, mode: int) -> None:
    """Given a path, bytes and a mode, write the file: afterwards it is wholly the new one, or (on any error) wholly the old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise WorldError(f"{path} could not be written: {error.strerror}", hint="See `df -h` and the folder's owner.") from error


def sweep(directory: Path) -> None:
    """Given a directory of ours whose lock is held, remove the half-written files that a kill left behind."""
    for path in directory.rglob(".*.new"):
        path.unlink(missing_ok=True)


def private_directory(path: Path) -> None:
    """Given a path, make sure that it is a directory that only its owner can enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)


def digest(content: bytes) -> str:
    """Given bytes, return their SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digests(directory: Path, paths: set[str]) -> dict[str, str]:
    """Given a directory and relative paths, return the digests of those that exist."""
    return {path: digest((directory / path).read_bytes()) for path in sorted(paths) if (directory / path).is_file()}


def read_manifest(directory: Path) -> dict[str, str]:
    """Given the compose directory, return the digests of what was last written there; empty if nothing was."""
    try:
        data = json.loads((directory / MANIFEST).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return {str(path): str(value) for path, value in data.items()}


def write_manifest(directory: Path, manifest: Mapping[str, str]) -> None:
    """Given the digests of what is written now, remember them."""
    write_atomic(directory / MANIFEST, json.dumps(dict(sorted(manifest.items())), indent=1).encode() + b"\n", PUBLIC)


def remove(directory: Path, path: str) -> None:
    """Given a relative path, remove that file and those of its folders that are empty then."""
    with contextlib.suppress(FileNotFoundError):
        (directory / path).unlink()
    for folder in Path(path).parents[:-1]:
        with contextlib.suppress(OSError):
            (directory / folder).rmdir()
