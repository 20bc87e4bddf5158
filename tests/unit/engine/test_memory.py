import os
from pathlib import Path

import pytest

from rtcstack.engine import memory


def groups(path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content)
    monkeypatch.setattr(memory, "GROUPS", path)


def own(controller: str) -> str:
    """The group of this process, as the kernel names it."""
    rows = [line.split(":", maxsplit=2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    return next(path for _, controllers, path in rows if controller in controllers.split(",")).lstrip("/")


def test_nobody_can_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    groups(tmp_path, monkeypatch, {})

    assert memory.used(os.getpid()) is None
    assert memory.used(2**22 + 1) is None


def test_page_cache_is_no_use_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        here = f"memory/{own('memory')}"
        usage, cache = "memory.usage_in_bytes", "total_inactive_file"
    except StopIteration:
        here, usage, cache = own(""), "memory.current", "inactive_file"
    groups(tmp_path, monkeypatch, {f"{here}/{usage}": "5000000\n", f"{here}/memory.stat": f"cache 7\n{cache} 1000000\n"})

    assert memory.used(os.getpid()) == 4000000
