"""What must be accepted at each step of a replacement, and that the steps follow in an order that refuses nobody."""

from pathlib import Path

import pytest

from rtcstack.engine import rotation
from rtcstack.engine.rotation import Phase
from rtcstack.plan.secret import accepted
from rtcstack.workflow.context import Installation, plan_text
from rtcstack.workflow.expired import acceptors
from rtcstack.workflow.secrets import advance, secrets_of, under_way, waiting

TEXT = 'domain = "falcot.com"\n[network]\nsubnet = "198.51.100.0/24"\n'
SHARED = "turn-ephemeral"
NOW = 1_800_000_000.0


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    found = plan_text(tmp_path, TEXT)
    for request in found.stack.secrets:
        found.vault.make(request)
    return found


def begin(installation: Installation, *names: str) -> None:
    for request in installation.stack.secrets:
        if request.name in names:
            rotation.begin(installation.vault, request)


def values(installation: Installation, name: str, now: float = NOW) -> tuple[str, ...]:
    return accepted(secrets_of(installation, now), name)


def phases(installation: Installation, now: float = NOW) -> dict[str, str]:
    return {state.request.name: str(state.phase) for state in under_way(installation, now)}


def overlap(installation: Installation, name: str) -> int | None:
    return next(request.overlap for request in installation.stack.secrets if request.name == name)


def test_every_secret_has_one_value_as_long_as_nothing_is_under_way(installation: Installation) -> None:
    assert phases(installation) == {}
    assert {name: values(installation, name) for name in (SHARED, "sip-route")} == {
        name: (installation.vault.secret(name),) for name in (SHARED, "sip-route")
    }


def test_what_is_not_made_yet_is_empty(tmp_path: Path) -> None:
    assert set(secrets_of(plan_text(tmp_path, TEXT), NOW).values()) == {""}


def test_handed_out_credentials_outlive_the_rotation_by_their_whole_life(installation: Installation) -> None:
    lifetime = next(service for service in installation.stack.services if service.role == "xmpp").secrets[0].overlap

    assert overlap(installation, SHARED) == lifetime
    assert (overlap(installation, SHARED) or 0) > 60
    assert overlap(installation, "sip-route") is None


def test_a_shared_secret_is_accepted_before_it_is_used_and_after_it_was(installation: Installation) -> None:
    old = installation.vault.secret(SHARED)
    begin(installation, SHARED)
    new = under_way(installation, NOW)[0].rotation.new
    assert (phases(installation), values(installation, SHARED)) == ({SHARED: Phase.ACCEPT}, (old, new))

    assert advance(installation, NOW, NOW)
    assert (phases(installation), values(installation, SHARED)) == ({SHARED: Phase.USE}, (new, old))

    assert not advance(installation, NOW, NOW)
    end = NOW + (overlap(installation, SHARED) or 0)
    assert (phases(installation), values(installation, SHARED)) == ({SHARED: Phase.OVERLAP}, (new, old))
    assert not advance(installation, end - 1, end - 1)
    assert values(installation, SHARED, end - 1) == (new, old)

    assert (phases(installation, end), values(installation, SHARED, end)) == ({SHARED: Phase.OVER}, (new,))
    assert not advance(installation, end, end)
    assert phases(installation, end) == {}
    assert values(installation, SHARED, end) == (new,)


def test_a_time_that_came_while_services_were_brought_up_to_date_counts_in_the_next_round(installation: Installation) -> None:
    begin(installation, SHARED)
    advance(installation, NOW, NOW)
    advance(installation, NOW, NOW)
    end = NOW + (overlap(installation, SHARED) or 0)

    advance(installation, end - 1, end + 1)

    assert phases(installation, end + 1) == {SHARED: Phase.OVER}


def test_services_that_must_restart_do_so_one_after_the_other(installation: Installation) -> None:
    names = ("database-coturn", "database-kamailio", "database-prosody", "sip-nonce")
    before = {name: installation.vault.secret(name) for name in names}
    begin(installation, *names)
    rounds = []
    while True:
        rounds.append(phases(installation))
        if not advance(installation, NOW, NOW):
            break

    assert rounds == [
        dict.fromkeys(names, "accept"),
        {**dict.fromkeys(names, "accept"), "database-coturn": "use"},
        {"database-coturn": "over", "database-kamailio": "use", "database-prosody": "accept", "sip-nonce": "use"},
        {"database-kamailio": "over", "database-prosody": "use", "sip-nonce": "over"},
        {"database-prosody": "over"},
    ]
    assert phases(installation) == {}
    assert not set(before.values()) & {installation.vault.secret(name) for name in names}


def test_what_waits_for_its_next_step_is_told_and_whether_it_cuts_somebody_off(installation: Installation) -> None:
    begin(installation, SHARED, "database-kamailio")
    assert waiting(installation, NOW) == {
        "database-kamailio": ("its replacement was begun", True),
        SHARED: ("its replacement was begun", False),
    }
    while advance(installation, NOW, NOW):
        pass
    assert waiting(installation, NOW) == {}
    assert waiting(installation, NOW + 1e6) == {SHARED: ("the time of the old one is over", False)}


def test_only_who_checks_the_secret_must_take_up_that_the_old_one_is_over(installation: Installation) -> None:
    begin(installation, SHARED)
    while advance(installation, NOW, 1):
        pass
    (state,) = under_way(installation, NOW)

    assert state.phase is Phase.OVER
    assert acceptors(installation, state) == ["coturn-ephemeral"]
