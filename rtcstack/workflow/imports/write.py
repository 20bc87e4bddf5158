"""The second pass of an import: everybody who was accepted, some hundreds in each transaction.

Hashing passwords is the work: all cores do it (hashlib gives up the interpreter's lock) while the database writes those who are
hashed already. What waits is limited, so memory does not depend on the number of people.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.render.people import Outcome
from rtcstack.render.people_bulk import Newcomer, addition
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.imports.rules import credentials
from rtcstack.workflow.imports.spool import Accepted

CHUNK = 250
"""People in one transaction."""
_AHEAD = 2
"""Chunks that are begun before the first of them is waited for, so that no core idles at the end of one."""


def write(installation: Installation, engine: Engine, accepted: Iterable[Accepted], done: Callable[[int], None]) -> None:
    """Given rows, add them to all services, telling `done` the number of people after each transaction.

    Raise WorldError at the first transaction that fails; those before it stay.
    """
    now = int(time.time())

    def hashed(item: Accepted) -> Newcomer:
        person = credentials(installation, item.row, created=now)
        return Newcomer(person=person, steps=people.steps(installation, person), enabled=item.row.enabled is not False)

    def sent(chunk: list[Newcomer]) -> int:
        if people.change(installation, engine, addition(chunk)) is not Outcome.DONE:
            raise WorldError("somebody else added one of these people meanwhile", hint="Type the command again.")
        return len(chunk)

    written = 0
    cores = len(os.sched_getaffinity(0))
    hashers, writer = ThreadPoolExecutor(cores, "hash"), ThreadPoolExecutor(1, "write")
    try:
        writing: Future[int] | None = None
        for chunk in _begun([hashers.submit(hashed, item) for item in chunk] for chunk in _chunks(accepted)):
            newcomers = [future.result() for future in chunk]
            if writing is not None:
                written += writing.result()
                done(written)
            writing = writer.submit(sent, newcomers)
        if writing is not None:
            done(written + writing.result())
    finally:
        hashers.shutdown(cancel_futures=True)
        writer.shutdown(cancel_futures=True)


def _chunks(accepted: Iterable[Accepted]) -> Iterator[list[Accepted]]:
    following = iter(accepted)
    while chunk := list(islice(following, CHUNK)):
        yield chunk


def _begun(chunks: Iterable[list[Future[Newcomer]]]) -> Iterator[list[Future[Newcomer]]]:
    begun: deque[list[Future[Newcomer]]] = deque()
    for chunk in chunks:
        begun.append(chunk)
        if len(begun) == _AHEAD:
            yield begun.popleft()
    yield from begun
