"""The memory of what was pushed: lost or damaged, it only means that nothing is ours to delete."""

import json
from pathlib import Path

import dns.name
import dns.rdata
import pytest

from rtcstack.workflow.dns.pushed import FILE, read, write

ORIGIN = dns.name.from_text("falcot.com")
KEY = dns.name.from_text("_sips._tcp.falcot.com"), "SRV"
VALUES = frozenset({dns.rdata.from_text("IN", "SRV", "0 0 443 sip-proxy.falcot.com.")})


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"servers": []}', '{"servers": {"192.0.2.1": {"falcot.com.": [1, {"owner": 3}]}}}']
)
def test_a_damaged_file_is_an_empty_memory(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, "192.0.2.1", ORIGIN) == {}
    (tmp_path / FILE).write_text(text)
    assert read(tmp_path, "192.0.2.1", ORIGIN) == {}


def test_each_server_and_zone_has_its_own_memory(tmp_path: Path) -> None:
    write(tmp_path, "192.0.2.1", ORIGIN, {KEY: VALUES})
    write(tmp_path, "192.0.2.2", ORIGIN, {})

    assert read(tmp_path, "192.0.2.1", ORIGIN) == {KEY: VALUES}
    assert read(tmp_path, "192.0.2.2", ORIGIN) == {}
    assert read(tmp_path, "192.0.2.1", dns.name.from_text("falcot.example")) == {}


@pytest.mark.parametrize(
    ("owner", "kind", "rdata"),
    [("falcot.com.", "MX", "10 mail.falcot.com."), ("falcot.com.", "NS", "ns1.falcot.com."), ("www.example.", "A", "192.0.2.1")],
)
def test_what_rtcstack_never_pushes_is_never_ours_whatever_the_file_says(tmp_path: Path, owner: str, kind: str, rdata: str) -> None:
    rows = [{"owner": owner, "type": kind, "rdata": rdata}]
    (tmp_path / FILE).write_text(json.dumps({"servers": {"192.0.2.1": {"falcot.com.": rows}}}))

    assert read(tmp_path, "192.0.2.1", ORIGIN) == {}
