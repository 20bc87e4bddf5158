"""What renewals leave behind: failures are kept until they are mended, and tried again with growing pauses."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rtcstack.workflow.certificates import ledger
from rtcstack.workflow.certificates.ledger import Ledger

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def failing(before: Ledger, now: datetime, reason: str = "no answer") -> Ledger:
    return before.after(now, renewed=(), failed={"coturn": reason}, still_due=("coturn",), by_timer=True)


def test_pauses_double_from_an_hour_to_a_day() -> None:
    found, now, pauses = Ledger(), NOW, []
    for _ in range(8):
        found = failing(found, now)
        pauses.append((found.failed["coturn"].next_try - now) / HOUR)
        now = found.failed["coturn"].next_try

    assert pauses == [1, 2, 4, 8, 16, 24, 24, 24]
    assert (found.failed["coturn"].count, found.failed["coturn"].since) == (8, NOW)


def test_the_timer_waits_for_its_time_but_not_for_a_few_minutes() -> None:
    found = failing(Ledger(), NOW)

    assert not found.may_try("coturn", NOW + timedelta(minutes=30))
    assert found.may_try("coturn", NOW + timedelta(minutes=50))
    assert found.may_try("kamailio", NOW)


def test_what_is_renewed_or_due_no_longer_fails_no_longer() -> None:
    found = failing(Ledger(), NOW)

    assert found.after(NOW, renewed=("coturn",), failed={}, still_due=("coturn",), by_timer=False).failed == {}
    assert found.after(NOW, renewed=(), failed={}, still_due=(), by_timer=True).failed == {}
    assert found.after(NOW, renewed=(), failed={}, still_due=("coturn",), by_timer=True).failed == found.failed


def test_it_tells_what_the_last_renewal_did_even_after_runs_with_nothing_to_do() -> None:
    done = Ledger().after(NOW, renewed=("coturn", "prosody"), failed={}, still_due=(), by_timer=False)
    later = done.after(NOW + HOUR, renewed=(), failed={}, still_due=(), by_timer=True)

    assert (later.last_run, later.timer_run, later.last_renewal) == (NOW + HOUR, NOW + HOUR, NOW)
    assert later.renewed == ("coturn", "prosody")
    assert done.timer_run is None


def test_a_timer_that_has_not_called_for_more_than_a_day_is_silent() -> None:
    found = failing(Ledger(), NOW)

    assert found.is_silent("systemd", NOW + 27 * HOUR)
    assert not found.is_silent("systemd", NOW + 25 * HOUR)
    assert not found.is_silent("", NOW + 27 * HOUR)
    assert not Ledger().is_silent("cron", NOW)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = failing(Ledger().after(NOW, renewed=("prosody",), failed={}, still_due=(), told=("word",), by_timer=True), NOW + HOUR)
    ledger.write(tmp_path, found)

    assert ledger.read(tmp_path) == found
    ledger.settle(tmp_path, ("coturn",))
    assert ledger.read(tmp_path) == found
    ledger.settle(tmp_path, ())
    assert ledger.read(tmp_path).failed == {}


@pytest.mark.parametrize("content", [None, "", "[]", '{"last_run": 3}', '{"last_run": "soon"}'])
def test_a_file_that_is_gone_or_damaged_means_that_nothing_waits(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / ledger.FILE).write_text(content)
    assert ledger.read(tmp_path) == Ledger()
