"""`rotate-secrets`: no running relay and no credential just handed out fails, and in the end the old secret is refused."""

import json
import time

import pytest

from rtcstack.services.mariadb.schema import backend_address
from tests.stack.database import sql
from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.rotation import SHARED, TRIES, Watching, age, allocations, made_with, secret, state
from tests.stack.test_mariadb_access import REFUSED, login
from tests.stack.turn_server import ask, credential
from tests.stack.xmpp_client import Staying

DATABASES = ("coturn", "kamailio", "prosody")
TEN_DAYS = 864_000
SECONDS = 300


def started(stack: Stack, *containers: str) -> list[str]:
    """Given containers, return which ones they are and since when they run."""
    return [docker("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", stack.container(name)) for name in containers]


def test_a_credential_by_a_secret_that_was_never_ours_is_refused(stack: Stack, lab: Lab) -> None:
    assert allocations(lab, credential("neverours"), credential(secret(stack))) == [401, 0]


def test_the_shared_secret_changes_under_running_relays(stack: Stack, lab: Lab) -> None:
    old = secret(stack)
    before = started(stack, "coturn-ephemeral", "prosody")
    with Watching.relay(lab, *credential(old)) as relay, Watching.person(stack, lab, "anna") as anna:
        at_last = credential(old)
        shown = stack.run("rotate-secrets", "--json", seconds=SECONDS)
        new = secret(stack)
        told = json.loads(shown.stdout)["rotated"]
        assert (shown.returncode, [entry["secret"] for entry in told]) == (0, [SHARED])
        assert new != old
        assert allocations(lab, at_last, credential(old), credential(new), credential("neverours")) == [0, 0, 0, 401]
        assert state(stack).stat().st_mode & 0o777 == 0o600
        assert stack.ok("plan") == "Nothing to do.\n"

        # While the old one is accepted, no third one comes.
        assert stack.json("rotate-secrets") == {"schema": 1, "rotated": told}
        assert secret(stack) == new

        age(stack, TEN_DAYS)
        assert "rotate secret turn-ephemeral: the time of the old one is over" in stack.ok("plan")
        shown_up = stack.run("up", "--yes", seconds=SECONDS)
        assert shown_up.returncode == 0, shown_up.stderr
        assert allocations(lab, at_last, credential(old), credential(new)) == [401, 401, 0]
        assert not state(stack).exists()
        asked, kept = anna.end(), relay.end()

    makers = [made_with(user, password, old, new) for user, password, _ in asked["relays"]]
    assert {code for *_, code in asked["relays"]} == {0}
    assert makers == sorted(makers, key=(old, new).index)
    assert set(makers) == {old, new}
    assert asked["lost"] == 0
    assert (kept[0], set(kept[1])) == (0, {0})
    assert len(kept[1]) > 10
    assert started(stack, "coturn-ephemeral", "prosody") == before
    assert [value for value in (old, new) if value in shown.stdout + shown.stderr + shown_up.stdout + shown_up.stderr] == []
    logs = "".join(docker("logs", stack.container(name)) for name in ("coturn-ephemeral", "prosody"))
    assert [value for value in (old, new) if value in logs] == []


def test_the_overlap_can_be_ended_after_a_question(stack: Stack, lab: Lab) -> None:
    old = secret(stack)
    stack.ok("rotate-secrets", seconds=SECONDS)
    refused = stack.run("rotate-secrets", "--finish")
    assert refused.returncode == 2
    assert "credentials made with the old one are refused from now on" in refused.stderr
    assert allocations(lab, credential(old)) == [0]

    stack.ok("rotate-secrets", "--finish", "--yes", seconds=SECONDS)

    assert allocations(lab, credential(old), credential(secret(stack))) == [401, 0]
    assert stack.ok("rotate-secrets", "--finish", "--json") == '{\n  "schema": 1,\n  "rotated": []\n}\n'


def test_nothing_begins_while_the_file_asks_for_something_else(stack: Stack) -> None:
    path = stack.directory / "rtcstack.toml"
    text, before = path.read_text(), secret(stack)
    path.write_text(text.replace('admins = ["roland"]', 'admins = ["roland", "dora"]'))
    try:
        done = stack.run("rotate-secrets")
    finally:
        path.write_text(text)

    assert done.returncode == 2
    assert "Type `rtcstack up` first." in done.stderr
    assert (secret(stack), state(stack).exists()) == (before, False)


@pytest.mark.timeout(900)
def test_database_passwords_change_one_service_at_a_time_and_no_stream_is_lost(stack: Stack, lab: Lab) -> None:
    old = {name: secret(stack, f"database-{name}") for name in DATABASES}
    assert [login(stack, name, name, "wrong")[1] for name in DATABASES] == [REFUSED] * 3
    assert [login(stack, name, name, old[name]) for name in DATABASES] == [("1", "")] * 3
    asked = stack.run("rotate-secrets", "--database", seconds=SECONDS)
    assert asked.returncode == 2
    assert [line.split(":")[0] for line in asked.stderr.splitlines() if line.endswith("(!)")] == [
        f"  recreate container {stack.container('coturn')}",
        f"  recreate container {stack.container('kamailio')}",
    ]
    assert {name: secret(stack, f"database-{name}") for name in DATABASES} == old
    before = started(stack, "mariadb", "prosody", "prosody-starttls", "coturn-ephemeral")

    with Staying(lab, "anna", stack.person("anna")) as anna:
        assert anna.say() >= 0
        shown = stack.run("rotate-secrets", "--database", "--yes", seconds=SECONDS)
        assert shown.returncode == 0, shown.stderr
        assert anna.say() >= 0
        # Whoever goes on only by a connection from before must log in now.
        for name in DATABASES:
            sql(stack, f"KILL USER '{name}'@'{backend_address(stack.plan, stack.plan.service(name))}'")
        assert anna.say() >= 0
        assert anna.lost() == 0
    password = stack.person("anna")
    assert ask(lab, TRIES.format(people=[["anna", "wrong"], ["anna", password]], name="turn-server.falcot.com")) == [401, 0]
    time.sleep(3)
    asked_kamailio = stack.exec("kamailio", ["kamcmd", "-s", "unix:/run/kamailio/kamailio_ctl", "pv.shvGet", "database"])
    assert "value: 1" in asked_kamailio.stdout, asked_kamailio

    new = {name: secret(stack, f"database-{name}") for name in DATABASES}
    assert not set(old.values()) & set(new.values())
    assert [login(stack, name, name, old[name])[1] for name in DATABASES] == [REFUSED] * 3
    assert [login(stack, name, name, new[name]) for name in DATABASES] == [("1", "")] * 3
    assert started(stack, "mariadb", "prosody", "prosody-starttls", "coturn-ephemeral") == before
    assert stack.ok("plan") == "Nothing to do.\n"
    assert not any(state(stack, f"database-{name}").exists() for name in DATABASES)
    assert [value for value in (*old.values(), *new.values()) if value in shown.stdout + shown.stderr] == []
