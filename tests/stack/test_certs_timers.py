"""Timers are put where the machine looks for them, by a container, and taken away again without a trace."""

from pathlib import Path

import pytest

from rtcstack.engine import timers
from rtcstack.engine.docker import Engine
from rtcstack.engine.images import reference
from rtcstack.render.timers import Call, cron_file, service_unit, timer_unit
from tests.stack.installation import Stack

CALL = Call(python="/usr/bin/python3", package="/opt/rtcstack", directory="/srv/rtc", user="nobody")


def test_they_are_written_whole_and_taken_away(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units, cron = tmp_path / "units", tmp_path / "cron.d"
    for folder in (units, cron):
        folder.mkdir()
    monkeypatch.setattr(timers, "UNITS", units)
    monkeypatch.setattr(timers, "CRON", cron)
    name = f"rtcstack-{stack.plan.site.name}-renew"
    with Engine() as engine:
        assert timers.installed(stack.plan) == ""
        for _ in range(2):
            timers.install(engine, reference("tools"), stack.plan, CALL, "systemd")
        assert timers.installed(stack.plan) == "systemd"
        assert (units / f"{name}.service").read_bytes() == service_unit(stack.plan, CALL)
        assert (units / f"{name}.timer").read_bytes() == timer_unit(stack.plan)
        assert (units / "timers.target.wants" / f"{name}.timer").resolve() == units / f"{name}.timer"
        assert timers.remove(engine, reference("tools"), stack.plan)
        assert [path.name for path in units.rglob("*")] == ["timers.target.wants"]

        timers.install(engine, reference("tools"), stack.plan, CALL, "cron")
        assert timers.installed(stack.plan) == "cron"
        assert (cron / name).read_bytes() == cron_file(stack.plan, CALL)
        assert (cron / name).stat().st_mode & 0o777 == 0o644
        assert timers.remove(engine, reference("tools"), stack.plan)
        assert not timers.remove(engine, reference("tools"), stack.plan)
        assert list(cron.iterdir()) == []
