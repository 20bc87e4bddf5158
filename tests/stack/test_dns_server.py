"""The stack's own name server: it answers for its zones and for nothing else, and stays itself whatever happens to it."""

import json
import subprocess
import time

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.name_server import dig, ds, serial
from tests.stack.test_recovery import BACK, wait_healthy
from tests.stack.test_up import generation

OTHERS = ["example.org", "com", ".", "evilfalcot.com", "22.116.18.198.in-addr.arpa"]


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_ours_is_refused(stack: Stack, lab: Lab, name: str) -> None:
    asked = dig(lab, stack.address("dns"), name, "A")

    assert (asked.code, asked.answer) == ("REFUSED", set())


@pytest.mark.parametrize("name", ["version.bind", "version.server", "hostname.bind", "id.server"])
def test_who_and_what_it_is_stays_untold(stack: Stack, lab: Lab, name: str) -> None:
    asked = dig(lab, stack.address("dns"), "+nsid", "CH", "TXT", name)

    assert (asked.code, asked.answer) == ("REFUSED", set())
    assert "NSID" not in dig(lab, stack.address("dns"), "+nsid", "falcot.com", "SOA").text


@pytest.mark.parametrize("kind", ["AXFR", "IXFR=1"])
def test_nobody_gets_the_whole_zone(stack: Stack, lab: Lab, kind: str) -> None:
    said = lab.run(["dig", f"@{stack.address('dns')}", "falcot.com", kind]).stdout

    assert "Transfer failed" in said or "status: NOTAUTH" in said or "status: REFUSED" in said
    assert "sip-proxy" not in said


def test_nobody_changes_the_zone_from_outside(stack: Stack, lab: Lab) -> None:
    words = f"server {stack.address('dns')}\nzone falcot.com\nupdate add evil.falcot.com 60 A 192.0.2.1\nsend\n"
    done = lab.run(["nsupdate"], input=words)

    assert done.returncode != 0
    assert dig(lab, stack.address("dns"), "evil.falcot.com", "A").code == "NXDOMAIN"


def test_it_never_looks_anything_up_for_others(stack: Stack, lab: Lab) -> None:
    asked = dig(lab, stack.address("dns"), "+recurse", "falcot.com", "SOA")

    assert (asked.code, "aa" in asked.flags, "ra" in asked.flags) == ("NOERROR", True, False)


def test_any_is_answered_with_next_to_nothing(stack: Stack, lab: Lab) -> None:
    asked = dig(lab, stack.address("dns"), "+notcp", "falcot.com", "ANY")

    assert len({kind for _, kind, _ in asked.answer}) == 1
    assert len(asked.text.encode()) < 1000


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
@pytest.mark.parametrize("family", [4, 6])
def test_every_printed_record_is_served(stack: Stack, lab: Lab, transport: str, family: int) -> None:
    plan = stack.plan.service("dns")
    server = str(plan.address if family == 4 else plan.address6)
    records = [each for each in stack.json("zone")["records"] if each["type"] != "TLSA"]
    lab.put("/lab/questions", "".join(f"{each['owner']} {each['type']}\n" for each in records))

    answer = lab.run(["dig", "+noall", "+answer", transport, f"@{server}", "-f", "/lab/questions"]).stdout

    told = {(owner, kind, " ".join(value)) for owner, _, _, kind, *value in map(str.split, answer.splitlines())}
    assert told == {(each["owner"], each["type"], each["rdata"]) for each in records}


def test_a_flood_of_forged_questions_is_not_multiplied_and_others_are_served(stack: Stack, lab: Lab) -> None:
    server = stack.address("dns")
    lab.ensure("other")
    flooded = lab.run(["python3", "/lab/dns_flood.py", server, "falcot.com", "3000"], client="other", timeout=30).stdout
    found = json.loads(flooded)

    # 250 at once and 100 more each second are let through; the rest is told to ask by TCP, in no more bytes than it asked in.
    assert found["whole"] <= 300 + 120 * found["seconds"]
    assert found["truncated"] > 1000
    assert found["bytes_received"] < 2 * found["bytes_sent"]
    assert dig(lab, server, "+tcp", "falcot.com", "SOA", client="other").values("SOA")
    assert dig(lab, server, "falcot.com", "SOA").values("SOA")


def test_a_killed_name_server_is_back_with_the_same_keys(stack: Stack, lab: Lab) -> None:
    before, number = ds(stack), serial(lab, stack)
    stack.exec("dns", ["sh", "-c", "kill -KILL $(grep -l '^Name:.knotd' /proc/[0-9]*/status | cut -d/ -f3)"])
    time.sleep(0.5)

    assert wait_healthy(stack, BACK) < BACK
    assert ds(stack) == before
    assert serial(lab, stack) >= number


def test_it_says_when_its_files_are_not_those_that_it_serves(stack: Stack) -> None:
    done = stack.exec("dns", ["/usr/local/bin/dns-healthy", "127.0.0.1"])
    assert done.returncode == 1
    done = stack.exec("dns", ["/usr/local/bin/dns-healthy", stack.address("dns")])
    assert (done.returncode, done.stderr) == (0, "")


def test_a_changed_zone_is_taken_up_and_nobody_else_is_touched(stack: Stack, lab: Lab) -> None:
    file, server = stack.directory / "rtcstack.toml", stack.address("dns")
    right, six = file.read_text(), str(stack.plan.service("coturn").address6)
    before, number, key = generation(stack), serial(lab, stack), ds(stack)
    assert dig(lab, server, "turn-server.falcot.com", "AAAA").values("AAAA") == set()
    file.write_text(right + "\n[services.coturn]\naaaa = true\n")
    try:
        stack.ok("up", "--yes")
        assert dig(lab, server, "turn-server.falcot.com", "AAAA").values("AAAA") == {six}
        between = serial(lab, stack)
        assert between > number
        assert generation(stack) == before
    finally:
        file.write_text(right)
        stack.ok("up", "--yes")
    assert dig(lab, server, "turn-server.falcot.com", "AAAA").values("AAAA") == set()
    assert serial(lab, stack) > between
    assert ds(stack) == key


def test_a_reload_takes_up_a_zone_whose_file_has_the_same_time(stack: Stack, lab: Lab) -> None:
    # What a delivery does to the volume while the server runs, so that nothing but the reload can make it look.
    script = (
        "cd /v; old=$(readlink live); cp -a $old live-test; sed -i '$a extra 60 IN A 192.0.2.1' live-test/zones/falcot.com.zone;"
        "touch -d @0 live-test/zones/*; ln -sfn live-test .live; mv -T .live live; echo $old"
    )
    back = "cd /v; ln -sfn {} .live; mv -T .live live; rm -rf live-test"

    def inside(command: str) -> str:
        volume = f"{stack.plan.site.name}_dns-config:/v"
        argv = ["docker", "run", "--rm", "--network", "none", "-v", volume, lab_common(stack), "sh", "-c", command]
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout.strip()

    number, server = serial(lab, stack), stack.address("dns")
    old = inside(script)
    try:
        assert stack.exec("dns", ["/usr/local/bin/dns-reload"]).returncode == 0
        assert dig(lab, server, "extra.falcot.com", "A").values("A") == {"192.0.2.1"}
        assert serial(lab, stack) > number
    finally:
        inside(back.format(old))
        assert stack.exec("dns", ["/usr/local/bin/dns-reload"]).returncode == 0
    assert dig(lab, server, "extra.falcot.com", "A").code == "NXDOMAIN"


def lab_common(stack: Stack) -> str:
    """Given a stack, return an image that is there anyway."""
    named = ["docker", "inspect", "-f", "{{.Config.Image}}", stack.container("dns")]
    return subprocess.run(named, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_switched_off_it_goes_and_switched_on_it_comes_back_with_its_keys(stack: Stack) -> None:
    file, key = stack.directory / "rtcstack.toml", ds(stack)
    right = file.read_text()
    assert right.count("enabled = true") == 1
    file.write_text(right.replace("enabled = true", "enabled = false"))
    try:
        assert stack.run("up").returncode == 2
        stack.ok("up", "--yes")
        assert "dns" not in stack.json("status")["services"]
        assert not (stack.directory / "compose" / "dns").exists() or not list((stack.directory / "compose" / "dns").rglob("*.*"))
        label = f"label=com.rtcstack.stack={stack.plan.site.name}"
        shown = ["docker", "ps", "-a", "--filter", label, "--format", "{{.Names}}"]
        names = subprocess.run(shown, capture_output=True, text=True, timeout=60, check=True).stdout.split()
        assert stack.container("dns") not in names
        assert stack.run("zone", "--ds").returncode == 2
        assert "ns.falcot.com" not in stack.ok("zone")
    finally:
        file.write_text(right)
        stack.ok("up", "--yes")
    assert ds(stack) == key
