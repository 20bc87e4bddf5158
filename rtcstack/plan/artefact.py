"""A file that rendering yields: path, bytes, mode, owner; secret ones are left out of plan text, diffs and errors."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A rendered file. `path` is relative to the service's folder; `owner` is the uid and gid that reads it in the container.

    A `live` file lies in `/config/live` instead of `/config/current`: the running service takes it up by its `reload` command, so
    that a change of it alone restarts nothing.
    """

    path: str
    content: bytes = field(repr=False)
    owner: tuple[int, int]
    secret: bool = False
    live: bool = False

    @property
    def mode(self) -> int:
        """Readable by its owner alone when secret, else by everybody; written by nobody."""
        return 0o400 if self.secret else 0o444
