"""The printed zone, as the checkers of two name servers judge it, in every mode; what is wrong is refused by them first."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.stack.installation import Stack, toml
from tests.stack.lab import Lab

ZONE = "/lab/zone"
BIND = ("named-checkzone", "-i", "full", "-k", "fail", "-n", "fail", "-m", "fail", "-S", "fail", "falcot.com", ZONE)
KNOT = ("kzonecheck", "-v", "-o", "falcot.com", ZONE)
CHECKERS = pytest.mark.parametrize("checker", [BIND, KNOT], ids=["bind", "knot"])
MODES = {
    "443": "",
    "standard": 'ports = "standard"',
    "apex": "apex = true",
    "udp": "[services.kamailio]\nudp = true",
    "second-turn-address": '[services.coturn]\nalt_address = "203.0.113.11"',
}


def printed(directory: Path, text: str, *options: str) -> str:
    """Given a file's text, print its zone by the real program, with no engine in reach."""
    (directory / "rtcstack.toml").write_text(text)
    done = subprocess.run(
        Stack(directory).argv("zone", *options),
        env=os.environ | {"DOCKER_HOST": "unix:///nowhere/docker.sock"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def text(mode: str) -> str:
    plain = toml("zonetext", "203.0.113.0/24", "2001:db8:443::/64")
    setting = MODES[mode]
    return plain + setting + "\n" if setting.startswith("[") else setting + "\n" + plain


def judged(lab: Lab, zone: str, checker: tuple[str, ...]) -> tuple[bool, str]:
    lab.put(ZONE, zone)
    done = lab.run(checker)
    said = done.stdout + done.stderr
    # named-checkzone ends with 0 although it complains, so only silence counts.
    calm = checker is not BIND or re.fullmatch(r"zone falcot\.com/IN: loaded serial \d+\nOK\n", said) is not None
    return done.returncode == 0 and calm, said


@CHECKERS
def test_a_fragment_is_no_zone(lab: Lab, tmp_path: Path, checker: tuple[str, ...]) -> None:
    assert not judged(lab, printed(tmp_path, text("443")), checker)[0]


@CHECKERS
def test_a_cname_beside_an_address_is_refused(lab: Lab, tmp_path: Path, checker: tuple[str, ...]) -> None:
    whole = printed(tmp_path, text("443"), "--complete")

    assert not judged(lab, whole + "turn-server 3600 IN CNAME ns\n", checker)[0]


def test_a_target_without_address_is_refused(lab: Lab, tmp_path: Path) -> None:
    whole = printed(tmp_path, text("443"), "--complete")

    accepted, said = judged(lab, whole + "_sips._tcp.x 3600 IN SRV 0 0 443 nowhere\n", BIND)

    assert not accepted
    assert "nowhere.falcot.com" in said


@CHECKERS
@pytest.mark.parametrize("mode", MODES)
def test_a_whole_zone_passes_in_every_mode(lab: Lab, tmp_path: Path, mode: str, checker: tuple[str, ...]) -> None:
    accepted, said = judged(lab, printed(tmp_path, text(mode), "--complete"), checker)

    assert accepted, said


@CHECKERS
def test_the_zone_of_the_running_stack_passes(lab: Lab, stack: Stack, checker: tuple[str, ...]) -> None:
    accepted, said = judged(lab, stack.zone, checker)

    assert accepted, said
    assert "TLSA" in stack.zone


def test_a_name_server_hands_out_what_was_printed(lab: Lab, stack: Stack) -> None:
    records = stack.json("zone")["records"]
    lab.put("/lab/questions", "".join(f"{each['owner']} {each['type']}\n" for each in records))

    answer = lab.run(["dig", "+noall", "+answer", "-f", "/lab/questions"]).stdout

    told = {(owner, kind, " ".join(value)) for owner, _, _, kind, *value in map(str.split, answer.splitlines())}
    # dig breaks a digest in two and writes it in capitals.
    assert told - {each for each in told if each[1] == "TLSA"} == {
        (each["owner"], each["type"], each["rdata"]) for each in records if each["type"] != "TLSA"
    }
    assert {(owner, value.replace(" ", "").lower()) for owner, kind, value in told if kind == "TLSA"} == {
        (each["owner"], each["rdata"].replace(" ", "")) for each in records if each["type"] == "TLSA"
    }


def test_the_zone_of_the_numbers_is_whole_too(lab: Lab, tmp_path: Path) -> None:
    origin = "4.3.2.1.0.3.9.4.e164.arpa"
    whole = printed(tmp_path, text("443") + '[enum]\nprefix = "+49301234"\n', "--complete", "--origin", origin)
    lab.put(ZONE, whole)
    for checker in ((*BIND[:-2], origin, ZONE), (*KNOT[:-2], origin, ZONE)):
        done = lab.run(checker)
        assert done.returncode == 0, done.stdout + done.stderr

    assert '"E2U+sip"' in whole
    lab.put(ZONE, whole.replace('"E2U+sip"', ""))
    assert lab.run((*BIND[:-2], origin, ZONE)).returncode != 0
