"""One change at a time: a lock on the installation's directory that ends with the last process that holds it."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from rtcstack.errors import WorldError

PATIENCE = 120
"""Seconds to wait for another rtcstack, or for a `docker compose` that outlived a killed one."""


@contextlib.contextmanager
def locked(directory: Path, *, patience: float = PATIENCE) -> Iterator[int]:
    """Given the installation's directory, hold its lock; yields the descriptor, to be inherited by child processes.

    Raise WorldError if another rtcstack holds it for longer than `patience` seconds.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise WorldError(
                        f"another rtcstack is at work in {directory}", hint="Wait until it has ended, then type the command again."
                    ) from None
                time.sleep(0.1)
        yield descriptor
    finally:
        os.close(descriptor)
