"""What the check before this one found: a small file, so that a timer tells only what changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rtcstack.engine.files import PUBLIC, write_atomic
from rtcstack.workflow.finding import Finding

FILE = "check.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Findings that are new, and the ids of those that are gone."""

    new: tuple[Finding, ...]
    gone: tuple[str, ...]


def changes(directory: Path, scope: str, findings: Sequence[Finding]) -> Changes:
    """Given the folder of the file, what was looked at, and what was found, keep it and return what is other than last time."""
    kept = _read(directory / FILE)
    before = set(kept.get(scope, ()))
    now = [finding.id for finding in findings]
    write_atomic(directory / FILE, json.dumps(kept | {scope: sorted(now)}, sort_keys=True).encode() + b"\n", PUBLIC)
    return Changes(new=tuple(f for f in findings if f.id not in before), gone=tuple(sorted(before - set(now))))


def _read(path: Path) -> dict[str, list[str]]:
    # A file that is gone or damaged only means that everything is news.
    try:
        kept = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(scope): [str(name) for name in names] for scope, names in kept.items()} if isinstance(kept, dict) else {}
