"""Tar archives from values: the same input gives the same bytes."""

import io
import tarfile
from collections.abc import Mapping


def tar_of(files: Mapping[str, tuple[bytes, int, int, int]]) -> bytes:
    """Given files by path as (content, mode, uid, gid), return a tar of just these, times zero."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path in sorted(files):
            content, mode, uid, gid = files[path]
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode, entry.uid, entry.gid = len(content), mode, uid, gid
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def file_in(archive: bytes) -> bytes | None:
    """Given a tar of one file, return that file's content; None if it is no regular file."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        entry = tar.next()
        found = None if entry is None else tar.extractfile(entry)
        return None if found is None else found.read()
