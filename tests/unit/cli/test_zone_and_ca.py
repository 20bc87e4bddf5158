"""`zone` and `ca` by the real program in a directory of its own, with no engine in reach."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rtcstack.workflow.certificates import make_authority
from rtcstack.workflow.context import open_installation

TEXT = """\
domain = "falcot.com"
aliases = ["sip.falcot.com", "falcot.example"]

[network]
subnet = "198.51.100.0/24"
subnet6 = "2001:db8:1000:2000::/64"
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "rtcstack.toml").write_text(TEXT)
    return tmp_path


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rtcstack", "--directory", str(directory), *arguments],
        env=os.environ | {"DOCKER_HOST": "unix:///nowhere/docker.sock"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_ca_there_is_nothing_to_print(directory: Path) -> None:
    done = run(directory, "ca")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("yet\nType `rtcstack up`: it makes one, and keeps it.\n")


def test_the_ca_is_printed_as_it_lies_there(directory: Path) -> None:
    make_authority(open_installation(directory), datetime.now(UTC))

    done = run(directory, "ca")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (directory / "secrets" / "ca.crt").read_text()
    assert done.stdout.count("-----BEGIN CERTIFICATE-----") == 1


def test_a_damaged_ca_is_told(directory: Path) -> None:
    make_authority(open_installation(directory), datetime.now(UTC))
    (directory / "secrets" / "ca.crt").write_text("rubbish")

    done = run(directory, "zone")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("rtcstack: the CA's certificate secrets/ca.crt cannot be read\n")


def test_printing_writes_nothing(directory: Path) -> None:
    for form in ("bind", "table", "json", "octodns"):
        assert run(directory, "zone", "--format", form).returncode == 0
    assert [path.name for path in directory.iterdir()] == ["rtcstack.toml"]


def test_an_unknown_zone_is_a_wrong_request(directory: Path) -> None:
    done = run(directory, "zone", "--origin", "evil.example")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rtcstack: evil.example is no zone of this stack\nIts zones: falcot.com, falcot.example.\n"


@pytest.mark.parametrize("wrong", [("--format", "xml"), ("--serial", "0"), ("--serial", "4294967296"), ("extra",)])
def test_an_unknown_option_is_a_wrong_request(directory: Path, wrong: tuple[str, ...]) -> None:
    done = run(directory, "zone", *wrong)

    assert (done.returncode, done.stdout) == (2, "")


def test_without_options_every_zone_is_printed_to_paste(directory: Path) -> None:
    text = run(directory, "zone").stdout

    assert [line for line in text.splitlines() if line.startswith("$ORIGIN")] == ["$ORIGIN falcot.com.", "$ORIGIN falcot.example."]
    assert " SOA " not in text


def test_a_whole_zone_is_one(directory: Path) -> None:
    done = run(directory, "zone", "--complete", "--serial", "2026030101")

    assert [line for line in done.stdout.splitlines() if line.startswith("$ORIGIN")] == ["$ORIGIN falcot.com."]
    assert "ns.falcot.com. hostmaster.falcot.com. 2026030101 " in done.stdout
    assert "Not shown: the zone falcot.example." in done.stderr
    assert run(directory, "zone", "--complete", "--origin", "falcot.example.").stdout.count("SOA") == 1


def test_json_is_one_object_with_the_records_of_every_zone(directory: Path) -> None:
    done = run(directory, "zone", "--json")
    found = json.loads(done.stdout)

    assert done.stdout == run(directory, "zone", "--format", "json").stdout
    assert list(found) == ["schema", "origin", "records"]
    assert (found["schema"], found["origin"]) == (1, "falcot.com.")
    assert {tuple(each) for each in found["records"]} == {("owner", "ttl", "type", "rdata", "why", "required")}
    assert {each["owner"] for each in found["records"] if not each["owner"].endswith((".falcot.com.", ".falcot.example."))} == {
        "falcot.com.",
        "falcot.example.",
    }


def test_in_443_every_port_is_443_and_every_reason_is_told(directory: Path) -> None:
    records = json.loads(run(directory, "zone", "--json").stdout)["records"]

    assert {each["rdata"].split()[2] for each in records if each["type"] == "SRV" and not each["rdata"].endswith(" .")} == {"443"}
    assert [each for each in records if not each["why"]] == []


def test_the_table_says_who_is_locked_out_and_what_others_must_serve(directory: Path) -> None:
    text = run(directory, "zone", "--format", "table").stdout

    locked_out, remarks = text.split("Locked out:\n")[1].split("Remarks:\n")
    assert "_sip._tcp.falcot.com" in locked_out
    assert "host-meta" in remarks


def test_the_bare_domain_is_printed_only_when_asked_for(directory: Path) -> None:
    def apex() -> list[str]:
        records = json.loads(run(directory, "zone", "--json").stdout)["records"]
        return sorted(each["type"] for each in records if each["owner"] == "falcot.com." and each["type"] in ("A", "AAAA", "CAA"))

    assert apex() == []
    (directory / "rtcstack.toml").write_text("apex = true\n" + TEXT)
    assert apex() == ["A", "AAAA"]
    assert "host-meta" not in run(directory, "zone", "--format", "table").stdout.split("Remarks:")[1]


def test_without_a_name_server_of_its_own_there_is_no_ds(directory: Path) -> None:
    done = run(directory, "zone", "--ds")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rtcstack: this stack has no name server of its own, so there are no keys\n")
    assert "enabled = true" in done.stderr


def test_without_an_engine_there_is_no_ds_either(directory: Path) -> None:
    (directory / "rtcstack.toml").write_text(TEXT + "[services.dns]\nenabled = true\n")
    done = run(directory, "zone", "--ds")

    assert (done.returncode, done.stdout) == (1, "")


def test_octodns_gets_one_zone_at_a_time(directory: Path) -> None:
    done = run(directory, "zone", "--format", "octodns")

    assert done.stdout.startswith("---\n# falcot.com: ")
    assert "falcot.example:" not in done.stdout
    assert "Not shown: the zone falcot.example." in done.stderr
    other = run(directory, "zone", "--format", "octodns", "--origin", "falcot.example").stdout
    assert other.startswith("---\n# falcot.example: ")


def test_the_table_explains_caa_and_tlsa_and_never_gives_lines_for_the_bare_domain(directory: Path) -> None:
    before = run(directory, "zone", "--format", "table").stdout.split("Remarks:")[1]
    make_authority(open_installation(directory), datetime.now(UTC))
    after = run(directory, "zone", "--format", "table").stdout.split("Remarks:")[1]

    assert "once `rtcstack up` has made the CA" in before
    assert "wait until the old answer has run out" in after
    for remarks in (before, after):
        assert "At falcot.com itself it would bind every certificate" in remarks
        assert " CAA 0 " not in remarks
