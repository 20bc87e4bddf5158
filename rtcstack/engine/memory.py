"""How much memory a container uses, read from its control group: no root, and no second of the engine's time.

The engine measures by the same files, but not on every host: where a hierarchy is mounted elsewhere it measures nothing at all.
"""

from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


def used(pid: int) -> int | None:
    """Given the main process of a container, return the bytes of memory it uses without page cache; None if nobody can tell.

    Version 1 of control groups (kernel: cgroup-v1/memory.rst) or version 2 (cgroup-v2.rst).
    """
    try:
        rows = [line.split(":", maxsplit=2) for line in Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines()]
        older = next((path for _, controllers, path in rows if "memory" in controllers.split(",")), None)
        if older is not None:
            return _difference(GROUPS / "memory" / older.lstrip("/"), "memory.usage_in_bytes", "total_inactive_file")
        newer = next(path for number, _, path in rows if number == "0")
        return _difference(GROUPS / newer.lstrip("/"), "memory.current", "inactive_file")
    except (OSError, StopIteration, ValueError, KeyError):
        return None


def _difference(group: Path, usage: str, cache: str) -> int:
    rows = (line.split() for line in (group / "memory.stat").read_text(encoding="ascii").splitlines())
    return int((group / usage).read_text(encoding="ascii")) - int({row[0]: row[1] for row in rows}[cache])
