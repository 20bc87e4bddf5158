"""Where an import keeps those whom it will add, between the check of everybody and the first one: a file without a name.

It lies in the installation's secrets folder, because passwords are in it, and is gone with the process whatever happens.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from rtcstack.engine.files import private_directory
from rtcstack.spec.people_row import Row


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that will be imported; `generated`: its password is ours and not yet on the disk."""

    row: Row
    generated: bool


class Spool:
    """Rows on the disk, written once, then read as often as needed; `count` is their number."""

    def __init__(self, folder: Path) -> None:
        private_directory(folder)
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def add(self, accepted: Accepted) -> None:
        """Given a row, put it behind the others."""
        data = {**asdict(accepted.row), "generated": accepted.generated}
        self._file.write(json.dumps(data).encode() + b"\n")
        self.count += 1

    def __iter__(self) -> Iterator[Accepted]:
        self._file.seek(0)
        for line in self._file:
            data = json.loads(line)
            generated = data.pop("generated")
            row = Row(**data)
            yield Accepted(replace(row, aliases=tuple(row.aliases)), generated)
