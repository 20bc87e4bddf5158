"""`dns push` against real BIND and Knot, in whose zone other people's records live."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtcstack.errors import RtcstackError, WorldError
from rtcstack.probes.dns_key import read_key
from rtcstack.probes.dns_server import parse
from rtcstack.workflow.context import open_installation
from rtcstack.workflow.dns import push as dns_push
from rtcstack.workflow.dns import pushed as dns_pushed
from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.zone_server import FOREIGN, STRANGER, ZoneServer, installation, key_file, others, servers

SIPS = ("_sips._tcp.falcot.com.", "SRV")
OURS = "0 0 443 sip-proxy.falcot.com."


@dataclass
class Place:
    """One kind of server, and an installation that pushes to it."""

    server: ZoneServer
    kind: str
    stack: Stack

    def push(self, *options: str, key: str = "") -> subprocess.CompletedProcess[str]:
        key = key or key_file(self.stack.directory)
        return self.stack.run("dns", "push", "--server", self.server.address, "--key-file", key, *options, seconds=90)

    def serve(self, more: str = "") -> dict[tuple[str, str], set[str]]:
        self.server.serve(self.kind, others(self.server.address) + more)
        return self.server.whole()

    @property
    def wanted(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for record in self.stack.json("zone")["records"]:
            found.setdefault((record["owner"], record["type"]), set()).add(record["rdata"])
        return found


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ZoneServer, ...]]:
    with servers(tmp_path_factory.mktemp("build"), "push", "second") as found:
        yield found


@pytest.fixture(params=["bind", "knot"])
def place(machines: tuple[ZoneServer, ...], request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(machines[0], request.param, installation(tmp_path))


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert STRANGER[:10] not in done.stderr


def test_a_wrong_key_changes_nothing(place: Place) -> None:
    before = place.serve()
    folder = place.stack.directory

    refused(place.push("--yes", key=key_file(folder, secret=STRANGER)), 2, "another secret")
    for name, algorithm in (("nobody", "hmac-sha256"), ("rtcstack", "hmac-sha512")):
        refused(
            place.push("--yes", key=key_file(folder, name, algorithm=algorithm)), 2, f"does not know the key {name} ({algorithm})"
        )
    # A key that the server knows, and that may not write here; Knot then says of it what it says of a key it does not know.
    stranger = place.push("--yes", key=key_file(folder, "stranger", STRANGER))
    assert stranger.returncode in (1, 2)
    assert "the key stranger" in stranger.stderr
    weak = place.push("--yes", key=key_file(folder, algorithm="hmac-md5"))
    refused(weak, 2, "too weak")

    assert place.server.whole() == before
    assert not (folder / "compose").exists() or "_sips" not in (folder / "compose" / "dns-pushed.json").read_text()


def test_a_wrong_zone_or_server_is_told(place: Place, machines: tuple[ZoneServer, ...]) -> None:
    before = place.serve()
    key = ("--key-file", key_file(place.stack.directory), "--yes")

    refused(place.push("--yes", "--zone", "falcot.example"), 2, "falcot.example is no zone of this stack")
    refused(place.push("--yes", "--zone", "com"), 2, "lie in the zone falcot.com, not in com")
    machines[1].stop()
    refused(place.stack.run("dns", "push", "--server", machines[1].address, *key), 1, "does not listen there")
    refused(place.stack.run("dns", "push", "--server", f"{machines[1].address[:-1]}13", *key), 1, "does not answer")
    refused(place.stack.run("dns", "push", "--server", "nobody.invalid", *key), 1, "has no address")
    machines[1].bind("")
    refused(place.stack.run("dns", "push", "--server", machines[1].address, *key), 2, "does not")

    assert place.server.whole() == before


def test_without_a_yes_nobody_writes(place: Place) -> None:
    before = place.serve()

    done = place.push()
    assert done.returncode == 2
    assert "There is no terminal to ask." in done.stderr
    dry = place.push("--dry-run")
    assert (dry.returncode, dry.stdout) == (0, done.stdout)
    assert f"+ {SIPS[0]} 3600 IN SRV {OURS}" in dry.stdout.splitlines()

    assert place.server.whole() == before
    assert not (place.stack.directory / "compose" / "dns-pushed.json").exists()


def test_a_foreign_record_is_kept_until_it_is_given_up_by_name(place: Place) -> None:
    before = place.serve(FOREIGN + "sip-proxy CNAME www\n")

    done = place.push("--yes")
    refused(
        done, 2, "_sips._tcp.falcot.com/SRV: there is 0 0 5061 pbx.example.", "sip-proxy.falcot.com/CNAME: there is www.falcot.com."
    )
    assert place.server.whole() == before
    refused(place.push("--yes", "--replace", "www.falcot.com/A"), 2, "no such set to push")
    half = place.push("--yes", "--replace", "sip-proxy.falcot.com/CNAME")
    refused(half, 2, "_sips._tcp.falcot.com/SRV: there is")
    assert place.server.whole() == before

    beside = place.push("--yes", "--replace", "sip-proxy.falcot.com/CNAME", "--beside", "_sips._tcp.falcot.com/SRV")
    assert beside.returncode == 0, beside.stderr
    assert place.server.whole()[SIPS] == {OURS, "0 0 5061 pbx.example."}
    assert place.server.dig("sip-proxy.falcot.com", "A") == "203.0.113.14"


def test_a_push_adds_ours_touches_nobody_and_has_nothing_to_do_then(place: Place) -> None:
    before = place.serve("* A 192.0.2.99\n")

    first = place.push("--yes", "--json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert (told["schema"], told["zone"], told["sent"]) == (1, "falcot.com.", True)
    assert told["served"] == [{"server": place.server.address, "wrong": []}]
    assert {(each["owner"], each["type"]) for each in told["changes"]} == set(place.wanted)

    after = place.server.whole()
    # dig prints an IPv6 address and a digest in its own way; this zone has neither.
    assert after == before | place.wanted
    serial = place.server.dig("falcot.com", "SOA")
    again = place.push("--yes")
    assert (again.returncode, again.stdout) == (0, "")
    assert "Nothing to do" in again.stderr
    assert place.server.dig("falcot.com", "SOA") == serial


def test_after_a_change_of_ports_stale_records_go_and_others_stay(place: Place) -> None:
    before = place.serve()
    assert place.push("--yes").returncode == 0
    place.server.update("update add _ldap._tcp.falcot.com. 3600 SRV 1 0 636 www.falcot.com.")
    installation(place.stack.directory, 'ports = "standard"\n')

    done = place.push("--yes")
    assert done.returncode == 0, done.stderr
    assert f"- {SIPS[0]} 3600 IN SRV {OURS}" in done.stdout.splitlines()
    others_now = before | {("_ldap._tcp.falcot.com.", "SRV"): before["_ldap._tcp.falcot.com.", "SRV"] | {"1 0 636 www.falcot.com."}}
    assert place.server.whole() == others_now | place.wanted
    assert "443" not in " ".join(value for (_, kind), values in place.server.whole().items() if kind == "SRV" for value in values)
    assert place.push("--dry-run").stdout == ""


def test_without_its_memory_rtcstack_deletes_nothing(place: Place) -> None:
    place.serve()
    assert place.push("--yes").returncode == 0
    (place.stack.directory / "compose" / "dns-pushed.json").unlink()
    installation(place.stack.directory, 'ports = "standard"\n')
    before = place.server.whole()

    refused(
        place.push("--yes"),
        2,
        "_sips._tcp.falcot.com/SRV: there is 0 0 443 sip-proxy.falcot.com.",
        "--replace _sips._tcp.falcot.com/SRV",
    )
    assert place.server.whole() == before


@pytest.mark.parametrize(
    "change",
    ["update add _sips._tcp.falcot.com. 60 SRV 0 0 5061 pbx.example.", "update add sip-proxy.falcot.com. 60 CNAME www.falcot.com."],
)
def test_who_changes_a_record_between_the_look_and_the_update_wins(place: Place, change: str) -> None:
    place.serve()
    stack = open_installation(place.stack.directory)
    request = dns_push.PushRequest(place=parse(place.server.address), key=read_key(Path(key_file(place.stack.directory))))
    plan = dns_push.look(stack, request)
    place.server.update(change)
    before = place.server.whole()

    with pytest.raises(WorldError, match=r"somebody changed .*falcot.com/(SRV|CNAME).* in the meantime; nothing was changed"):
        dns_push.send(stack, plan)

    assert place.server.whole() == before
    assert dns_pushed.read(stack.compose, place.server.address, plan.zone) == {}


def test_a_set_that_grew_since_it_was_pushed_is_not_overwritten(place: Place) -> None:
    place.serve()
    assert place.push("--yes").returncode == 0
    installation(place.stack.directory, 'ports = "standard"\n')
    stack = open_installation(place.stack.directory)
    request = dns_push.PushRequest(place=parse(place.server.address), key=read_key(Path(key_file(place.stack.directory))))
    plan = dns_push.look(stack, request)
    place.server.update("update add _sips._tcp.falcot.com. 3600 SRV 9 0 5061 pbx.example.")
    before = place.server.whole()

    with pytest.raises(RtcstackError, match=r"_sips\._tcp\.falcot\.com/SRV"):
        dns_push.send(stack, plan)

    assert place.server.whole() == before


def test_a_time_to_live_that_somebody_changed_is_set_again(place: Place) -> None:
    place.serve()
    assert place.push("--yes").returncode == 0
    place.server.update("update delete _sips._tcp.falcot.com. SRV", f"update add _sips._tcp.falcot.com. 60 SRV {OURS}")

    done = place.push("--yes")
    assert done.stdout.splitlines() == [f"- {SIPS[0]} 60 IN SRV {OURS}", f"+ {SIPS[0]} 3600 IN SRV {OURS}"]
    assert place.push().stdout == ""


def test_after_an_update_without_an_answer_the_next_push_goes_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.serve()
    stack = open_installation(place.stack.directory)
    request = dns_push.PushRequest(place=parse(place.server.address), key=read_key(Path(key_file(place.stack.directory))))
    plan = dns_push.look(stack, request)
    monkeypatch.setattr(dns_push, "PATIENCE", 1.0)
    docker("pause", place.server.container)
    try:
        with pytest.raises(WorldError, match="whether it took the update is not known"):
            dns_push.send(stack, plan)
    finally:
        docker("unpause", place.server.container)

    assert place.push("--yes").returncode == 0
    assert place.wanted.items() <= place.server.whole().items()
    # What the unanswered update wrote is known as ours: it can be taken away again.
    assert set(dns_pushed.read(stack.compose, place.server.address, plan.zone)) == set(plan.wanted)


def test_names_that_are_delegated_are_refused(place: Place) -> None:
    before = place.serve("conference NS ns1\n")

    refused(place.push("--yes"), 2, "hands some of these names to other name servers", "lies in conference.falcot.com.")
    assert place.server.whole() == before


def test_the_zone_above_can_hold_the_domain(place: Place) -> None:
    place.serve()
    text = (place.stack.directory / "rtcstack.toml").read_text()
    (place.stack.directory / "rtcstack.toml").write_text(text.replace('"falcot.com"', '"rtc.falcot.com"'))

    assert place.push("--yes").returncode == 0
    assert place.server.dig("_sips._tcp.rtc.falcot.com", "SRV") == "0 0 443 sip-proxy.rtc.falcot.com."
    assert "Nothing to do" in place.push("--zone", "falcot.com").stderr


def test_other_name_servers_are_waited_for_and_a_deaf_one_is_told(machines: tuple[ZoneServer, ...], tmp_path: Path) -> None:
    primary, second = machines
    both = others(primary.address) + f"@ NS ns2\nns2 A {second.address}\n"
    place = Place(primary, "bind", installation(tmp_path))
    primary.bind(both, notify=f"explicit; also-notify {{ {second.address}; }}")
    second.secondary(primary.address)

    done = place.push("--yes", "--all-servers")
    assert done.returncode == 0, done.stderr
    assert f"ns2.falcot.com ({second.address}) serves every record as it should be." in done.stderr
    second.stop()
    deaf = place.push("--all-servers")
    assert deaf.returncode == 1
    assert "no answer (refused)" in deaf.stderr


def test_a_policy_that_lets_only_some_types_through_is_all_or_nothing(machines: tuple[ZoneServer, ...], tmp_path: Path) -> None:
    server = machines[0]
    place = Place(server, "bind", installation(tmp_path))
    server.bind(others(server.address), policy="grant rtcstack zonesub SRV NAPTR;")
    before = server.whole()

    done = place.push("--yes")
    assert done.returncode == 1
    assert "refuses to change falcot.com for the key rtcstack; nothing was changed" in done.stderr
    assert server.whole() == before
