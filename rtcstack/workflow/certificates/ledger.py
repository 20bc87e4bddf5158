"""What the last renewals did: a small file in compose/, so that failures are loud and tried again with growing pauses."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from rtcstack.engine.files import PUBLIC, write_atomic

FILE = "renewal.json"
FIRST_PAUSE, LONGEST_PAUSE = timedelta(hours=1), timedelta(days=1)
EARLY = timedelta(minutes=15)
"""A timer that comes a little early does not wait for its next turn."""
SILENT = timedelta(hours=26)
"""A timer that has not run for so long does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a renewal failed, how often in a row, since when, and when the timer tries again."""

    reason: str
    count: int
    since: datetime
    next_try: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """When renewals last ran (by whomever, and by the timer), what the last one renewed, what fails, what else was said."""

    last_run: datetime | None = None
    timer_run: datetime | None = None
    last_renewal: datetime | None = None
    renewed: tuple[str, ...] = ()
    failed: Mapping[str, Failure] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    def may_try(self, service: str, now: datetime) -> bool:
        """Given a service and the time, return whether the timer tries it now."""
        failure = self.failed.get(service)
        return failure is None or now >= failure.next_try - EARLY

    def is_silent(self, timer: str, now: datetime) -> bool:
        """Given what calls renewals ("" for nothing) and the time, return whether that has not called for too long."""
        return bool(timer) and self.timer_run is not None and now > self.timer_run + SILENT

    def after(
        self,
        now: datetime,
        *,
        renewed: Iterable[str],
        failed: Mapping[str, str],
        still_due: Iterable[str],
        told: Iterable[str] = (),
        by_timer: bool,
    ) -> "Ledger":
        """Given what a run did, return the ledger after it. What is due no longer fails no longer."""
        done = tuple(renewed)
        kept = {name: failure for name, failure in self.failed.items() if name in set(still_due) and name not in done}
        kept |= {name: self._failure(name, reason, now) for name, reason in failed.items()}
        return replace(
            self,
            last_run=now,
            timer_run=now if by_timer else self.timer_run,
            last_renewal=now if done else self.last_renewal,
            renewed=done or self.renewed,
            failed=kept,
            told=tuple(told),
        )

    def _failure(self, name: str, reason: str, now: datetime) -> Failure:
        before = self.failed.get(name)
        count = 1 if before is None else before.count + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(count - 1, 10))
        return Failure(reason=reason, count=count, since=now if before is None else before.since, next_try=now + pause)

    def data(self) -> dict[str, object]:
        """Return it as `status --json` shows it."""
        return {
            "last_run": _text(self.last_run),
            "timer_run": _text(self.timer_run),
            "last_renewal": _text(self.last_renewal),
            "renewed": list(self.renewed),
            "failed": {
                name: {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(failure).items()}
                for name, failure in self.failed.items()
            },
            "told": list(self.told),
        }


def read(directory: Path) -> Ledger:
    """Given the folder of the file, return the ledger; an empty one if it is not there or damaged: then nothing waits."""
    try:
        data = json.loads((directory / FILE).read_bytes())
        return Ledger(
            last_run=_moment(data["last_run"]),
            timer_run=_moment(data["timer_run"]),
            last_renewal=_moment(data["last_renewal"]),
            renewed=tuple(str(name) for name in data["renewed"]),
            failed={
                str(name): Failure(
                    reason=str(entry["reason"]),
                    count=int(entry["count"]),
                    since=datetime.fromisoformat(entry["since"]),
                    next_try=datetime.fromisoformat(entry["next_try"]),
                )
                for name, entry in data["failed"].items()
            },
            told=tuple(str(line) for line in data["told"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Ledger()


def write(directory: Path, ledger: Ledger) -> None:
    """Given the folder of the file, keep the ledger there."""
    write_atomic(directory / FILE, json.dumps(ledger.data(), indent=1).encode() + b"\n", PUBLIC)


def settle(directory: Path, still_due: Iterable[str]) -> None:
    """Given the folder of the file and what is still due, forget the failures of what `up` has mended meanwhile."""
    found = read(directory)
    left = {name: failure for name, failure in found.failed.items() if name in set(still_due)}
    if left != found.failed:
        write(directory, replace(found, failed=left))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
