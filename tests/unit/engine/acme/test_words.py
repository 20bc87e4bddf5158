"""What a CA says when it says no, in words."""

from datetime import UTC, datetime, timedelta

from rtcstack.engine.acme.network import retry_at
from rtcstack.engine.acme.words import Complaint, refusal

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_a_limit_is_told_as_one_with_the_time_of_the_next_try() -> None:
    error = refusal("ca.example", Complaint("rateLimited", "too many certificates (5) already issued"), NOW)

    assert error.message == "ca.example has had enough requests for now (rateLimited): too many certificates (5) already issued"
    assert "Nothing is wrong here" in error.hint
    assert "after 2026-03-01 12:00 UTC" in error.hint
    assert error.retry_at == NOW


def test_each_name_is_told_with_its_own_reason() -> None:
    parts = (Complaint("dns", "NXDOMAIN", "a.falcot.com"), Complaint("caa", "forbidden", "b.falcot.com"))
    error = refusal("ca.example", Complaint("", "2 names", parts=parts))

    assert error.message == "ca.example refuses: 2 names; a.falcot.com: NXDOMAIN; b.falcot.com: forbidden"
    assert "dns check" in error.hint


def test_what_a_stranger_says_does_not_reach_the_terminal_as_it_is() -> None:
    error = refusal("ca.example", Complaint("malformed", "no\x1b[31m\nrtcstack: all is well" + "x" * 5000))

    assert "\x1b" not in error.message
    assert "\n" not in error.message
    assert len(error.message) < 1000


def test_retry_after_is_seconds_or_a_date_in_every_time_zone_and_never_for_good() -> None:
    assert retry_at("90", NOW) == NOW + timedelta(seconds=90)
    assert retry_at("Sun, 01 Mar 2026 12:05:00 GMT", NOW) == NOW + timedelta(minutes=5)
    assert retry_at("Sun, 01 Mar 2026 11:00:00 GMT", NOW) == NOW
    assert retry_at("99999999", NOW) == NOW + timedelta(days=14)
    for rubbish in ("", "soon", "-5", "²", "9" * 5000):
        assert retry_at(rubbish, NOW) is None, rubbish
