"""`check` on a stack that is broken from outside in many ways: each is named, with what to type, and nothing else is."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rtcstack.engine.images import reference
from tests.stack.breaking import faults_image, healthy, pair_shown, unreadable
from tests.stack.conftest import NUMBER
from tests.stack.database import sql
from tests.stack.faults_table import CASES, Case, other_pair
from tests.stack.installation import UP, Stack, toml
from tests.stack.lab import Lab

SUBNET = f"198.19.{100 + NUMBER}.0/24"
SECONDS = 150
EVERYBODY = (
    "SELECT name FROM coturn.turnusers_lt UNION SELECT username FROM kamailio.subscriber UNION "
    "SELECT `user` FROM prosody.prosody UNION SELECT EVENT_NAME FROM information_schema.EVENTS"
)


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of these tests' own, which may be broken."""
    found = Stack(tmp_path_factory.mktemp("victim"))
    text = toml(f"rtcchk{NUMBER or ''}", SUBNET, f"2001:db8:444:{NUMBER}::/64")
    (found.directory / "rtcstack.toml").write_text(text)
    found.clear()
    faults_image(reference("common"))
    try:
        found.ok("up", "--yes", seconds=UP)
        yield found
    finally:
        found.remove()


def check(stack: Stack, *words: str) -> tuple[int, dict[str, Any]]:
    done = stack.run("check", *words, "--json", seconds=SECONDS)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def throw_aways(stack: Stack) -> list[str]:
    return [name for (name,) in sql(stack, EVERYBODY) if "_check-" in name]


@pytest.mark.parametrize("run", [1, 2, 3])
def test_a_healthy_stack_gives_no_finding(victim: Stack, run: int) -> None:
    code, data = check(victim)
    assert data["findings"] == []
    assert (run, code, data["schema"], data["not_tried"]) == (run, 0, 1, {})
    assert data["passed"] > 100
    assert throw_aways(victim) == []


@pytest.mark.parametrize("words", ["--quick", "--only sip", "--only turn,xmpp", "--only tls", "--only host", "--quick --from host"])
def test_a_part_of_a_healthy_stack_gives_no_finding(victim: Stack, words: str) -> None:
    code, data = check(victim, *words.split())
    assert (code, data["findings"]) == (0, []), data["findings"]


@pytest.mark.parametrize("broken", CASES, ids=lambda case: case.name)
def test_what_is_broken_is_named_and_nothing_else(victim: Stack, broken: Case) -> None:
    with broken.how(victim):
        code, data = check(victim, *broken.words)
    healthy(victim)
    assert [found["id"] for found in data["findings"]] == [broken.finding], data["findings"]
    (found,) = data["findings"]
    assert set(found) == {"id", "service", "severity", "tried", "happened", "remedy"}
    assert broken.remedy in found["remedy"]
    assert broken.happened in found["happened"]
    assert code == 1


ZONES = {
    "wrong SRV port": ("_sips._tcp ", " 443 ", " 5061 ", "dns.kamailio"),
    "missing NAPTR": ('"RELAY:turn.udp"', '"RELAY:turn.udp"', None, "dns.coturn"),
    "stale address": ("xmpp-gw  ", "  A  ", "10.1.2.3", "dns.prosody"),
}


@pytest.mark.parametrize("name", ZONES)
def test_a_wrong_record_is_named_with_the_right_one(victim: Stack, name: str) -> None:
    where, old, new, finding = ZONES[name]
    zone = []
    for line in victim.zone.splitlines():
        hit = line.startswith(where) or (where.startswith('"') and where in line)
        if hit and new is None:
            continue
        if hit and old == "  A  " and " A " in line:
            zone.append(line.replace(victim.address("prosody"), str(new)))
        else:
            zone.append(line.replace(old, str(new), 1) if hit and old != "  A  " else line)
    assert zone != victim.zone.splitlines()
    network = victim.plan.site.network
    with Lab(
        network=network, zones={"falcot.com": "\n".join(zone) + "\n"}, ca=victim.ca.read_bytes(), common=reference("common")
    ) as lab:
        code, data = check(victim, "--only", "dns", "--resolver", lab.address("dns"))
    assert (code, [found["id"] for found in data["findings"]]) == (1, [finding])
    assert "IN" in data["findings"][0]["remedy"]


def test_a_name_server_that_is_none_is_one_finding(victim: Stack) -> None:
    code, data = check(victim, "--only", "dns", "--resolver", victim.address("kamailio"))
    assert (code, [found["id"] for found in data["findings"]]) == (1, ["dns.silent"])


def test_only_what_changed_is_printed(victim: Stack) -> None:
    words = ("check", "--quick", "--changes")
    victim.run(*words, seconds=SECONDS)
    assert victim.ok(*words, seconds=SECONDS) == ""
    with unreadable(victim, "coturn"):
        first = victim.run(*words, seconds=SECONDS)
        second = victim.run(*words, seconds=SECONDS)
    third = victim.run(*words, seconds=SECONDS)
    assert (first.returncode, "coturn.key" in first.stdout) == (1, True)
    assert (second.returncode, second.stdout) == (1, "")
    assert (third.returncode, third.stdout) == (0, "gone: coturn.key\n")


def test_the_remedy_of_a_wrong_certificate_mends_it(victim: Stack) -> None:
    with pair_shown(victim, "kamailio", *other_pair(victim, "kamailio", host="other.falcot.com")):
        assert check(victim, "--quick")[0] == 1
        victim.ok("up", "--yes", seconds=120)
        assert check(victim, "--quick")[1]["findings"] == []
        # What was saved goes into the generation that `up` made; it is the same pair.
    healthy(victim)


@pytest.mark.parametrize("words", [["--only", "nonsense"], ["--from", "moon"], ["--resolver", "name.example"]])
def test_a_wrong_request_is_no_finding(victim: Stack, words: list[str]) -> None:
    done = victim.run("check", *words)
    assert (done.returncode, done.stdout) == (2, "")


def test_nobody_can_have_the_name_of_a_check(victim: Stack) -> None:
    done = victim.run("add-user", "_check-1-ab")
    assert done.returncode == 2


def test_accounts_end_by_themselves_after_a_kill(victim: Stack) -> None:
    killed = subprocess.Popen(victim.argv("check", "--only", "sip"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + SECONDS
        while len([name for name in throw_aways(victim) if name.startswith("_check-")]) < 2:
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.wait(20)
    assert victim.ok("list-users") == ""
    people = {name for name in throw_aways(victim) if name.startswith("_check-")}
    assert len(people) == 2
    assert {f"remove {name}" for name in people} <= set(throw_aways(victim))
    # The database's own event removes them; that its time comes is not worth waiting three minutes for.
    for name in [name for name in throw_aways(victim) if name.startswith("remove ")]:
        sql(victim, f"ALTER EVENT rtcstack.`{name}` ON SCHEDULE EVERY 1 SECOND STARTS CURRENT_TIMESTAMP;")
    end = time.monotonic() + 20
    while [name for name in throw_aways(victim) if name.startswith("_check-")]:
        assert time.monotonic() < end
        time.sleep(0.2)


def test_the_next_check_sweeps_what_a_kill_left(victim: Stack) -> None:
    sql(victim, "INSERT INTO coturn.turnusers_lt (realm, name, hmackey) VALUES ('falcot.com', '_check-1000-abcd', 'x')")
    sql(victim, "INSERT INTO coturn.admin_hash (name, realm, password) VALUES ('_check-1000-abcd', 'falcot.com', 'x')")
    assert check(victim, "--only", "sip")[0] == 0
    assert [name for name in throw_aways(victim) if name.startswith("_check-")] == []
