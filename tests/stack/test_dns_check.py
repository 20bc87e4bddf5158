"""`dns check` against real servers: each breakage of the zone is found and named, and nothing else; a right zone is clean."""

import datetime as dt
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from rtcstack.probes.dns_server import parse
from rtcstack.workflow.certificates import make_authority
from rtcstack.workflow.context import open_installation
from rtcstack.workflow.dns.check import CheckRequest, check
from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.zone_server import PREFIX, ZoneServer, installation, others, servers

Lines = list[str]


SIPS, HOST = "_sips._tcp.falcot.com", "sip-proxy.falcot.com"


@dataclass
class Office:
    """Two name servers, a resolver, and an installation whose zone they serve."""

    first: ZoneServer
    second: ZoneServer
    resolver: ZoneServer
    stack: Stack

    @cached_property
    def right(self) -> Lines:
        """The printed zone among other people's records, one line a record, absolute names."""
        records = self.stack.json("zone")["records"]
        return [f"{each['owner']} {each['ttl']} IN {each['type']} {each['rdata']}" for each in records]

    def serve(self, lines: Lines, *servers: ZoneServer, serial: int = 1, **options: str) -> None:
        text = others(self.first.address).replace("hostmaster 1 ", f"hostmaster {serial} ")
        text += f"@ NS ns2\nns2 A {self.second.address}\n" + "\n".join(lines) + "\n"
        for server in servers or (self.first,):
            server.bind(text, **options)

    def check(self, *options: str) -> dict[str, Any]:
        done = self.raw(*options, "--json")
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (1 if found["findings"] else 0)
        assert found["seconds"] < 6
        return found

    def raw(self, *options: str) -> subprocess.CompletedProcess[str]:
        asked = any(word in ("--server", "--resolver") for word in options)
        return self.stack.run("dns", "check", *options, *(() if asked else ("--server", self.first.address)), seconds=60)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    stack = installation(tmp_path_factory.mktemp("office"))
    make_authority(open_installation(stack.directory), dt.datetime.now(dt.UTC))
    with servers(tmp_path_factory.mktemp("build"), "first", "second", "resolver") as (first, second, resolver):
        yield Office(first, second, resolver, stack)


def without(*words: str) -> Callable[[Lines], Lines]:
    return lambda lines: [line for line in lines if not all(word in line for word in words)]


def instead(old: str, new: str) -> Callable[[Lines], Lines]:
    def change(lines: Lines) -> Lines:
        changed = [line.replace(old, new) for line in lines]
        assert changed != lines
        return changed

    return change


def beside(*more: str) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines, *more]


def alias(lines: Lines) -> Lines:
    return [*(line for line in lines if not line.startswith(f"{HOST}.")), f"{HOST}. 3600 IN CNAME www.falcot.com."]


SRV = f"{SIPS}. 3600 IN SRV 0 0 443 {HOST}."
PHONES = "phones cannot find the SIP proxy (SIP over TLS)"
BROKEN: dict[str, tuple[Callable[[Lines], Lines], str, str]] = {
    "no sips": (without(SRV), f"dns.missing:{SIPS}/SRV", PHONES),
    "wrong port": (instead(SRV, SRV.replace(" 443 ", " 5061 ")), f"dns.port:{SIPS}/SRV", PHONES),
    "wrong target": (instead(SRV, SRV.replace(HOST, "www.falcot.com")), f"dns.target:{SIPS}/SRV", PHONES),
    "wrong priority": (instead(SRV, SRV.replace("SRV 0", "SRV 7")), f"dns.value:{SIPS}/SRV", PHONES),
    "old port beside": (
        beside(SRV.replace(" 443 ", " 5061 ")),
        f"dns.extra:{SIPS}/SRV",
        "some clients try a place where nothing like it answers",
    ),
    "no turn": (
        without("_turns._tcp.falcot.com. 3600"),
        "dns.missing:_turns._tcp.falcot.com/SRV",
        "in hotels and offices with strict firewalls",
    ),
    "no chat": (
        without("_xmpps-client._tcp"),
        "dns.missing:_xmpps-client._tcp.falcot.com/SRV",
        "chat programs that begin with TLS",
    ),
    "no federation": (
        without("_xmpp-server._tcp.conference"),
        "dns.missing:_xmpp-server._tcp.conference.falcot.com/SRV",
        "other organisations' servers",
    ),
    "not said that it is not offered": (
        without("_sip._udp.falcot.com"),
        "dns.missing:_sip._udp.falcot.com/SRV",
        "they try a closed port, and wait",
    ),
    "offered though it is not": (
        instead("_sip._udp.falcot.com. 3600 IN SRV 0 0 0 .", f"_sip._udp.falcot.com. 3600 IN SRV 0 0 5060 {HOST}."),
        "dns.target:_sip._udp.falcot.com/SRV",
        "clients try a place where nothing like it answers",
    ),
    "a label of a former setting": (
        beside("_stun-behavior._udp SRV 0 0 3478 turn-server"),
        "dns.stale:_stun-behavior._udp.falcot.com/SRV",
        "nothing like it answers",
    ),
    "no address": (
        without("turn-server.falcot.com. 3600 IN A "),
        "dns.missing:turn-server.falcot.com/A",
        "nobody reaches turn-server.falcot.com",
    ),
    "old address": (
        instead(f"{HOST}. 3600 IN A 203.0.113.14", f"{HOST}. 3600 IN A 203.0.113.99"),
        f"dns.address:{HOST}/A",
        f"nobody reaches {HOST}",
    ),
    "two addresses": (
        beside("upload A 203.0.113.99"),
        "dns.extra:upload.falcot.com/A",
        "some clients go to an address of upload.falcot.com",
    ),
    "an AAAA of nobody": (
        beside("turn-server AAAA 2001:db8::99"),
        "dns.stale:turn-server.falcot.com/AAAA",
        "where none of ours answers",
    ),
    "an alias as target": (alias, f"dns.alias:{HOST}/CNAME", "an SRV record must not lead to one (RFC 2782)"),
    "no NAPTR": (
        without("SIPS+D2T", "falcot.com. 3600 IN NAPTR 10 10", "_sips._tcp.falcot.com."),
        "dns.missing:falcot.com/NAPTR",
        "TLS is offered",
    ),
    "NAPTR in another order": (
        instead('100 10 "s" "RELAY:turn.udp"', '90 10 "s" "RELAY:turn.udp"'),
        "dns.value:falcot.com/NAPTR",
        "TURN server",
    ),
    "TLSA of another CA": (
        instead("_443._tcp.sip-proxy.falcot.com. 3600 IN TLSA 2 1 1 ", "_443._tcp.sip-proxy.falcot.com. 3600 IN TLSA 3 1 1 "),
        "dns.value:_443._tcp.sip-proxy.falcot.com/TLSA",
        "clients that know DANE refuse the certificate",
    ),
    "CAA for somebody": (
        instead('sip-proxy.falcot.com. 3600 IN CAA 0 issue ";"', 'sip-proxy.falcot.com. 3600 IN CAA 0 issue "ca.example"'),
        f"dns.value:{HOST}/CAA",
        "public CAs are told something else",
    ),
    "handed to another zone": (
        lambda lines: [*without(".conference.")(lines), "conference NS ns2"],
        "dns.delegated:conference.falcot.com",
        "is not found",
    ),
}


def test_a_right_zone_gives_no_finding(office: Office) -> None:
    office.serve(office.right)
    found = office.check()

    assert found["findings"] == []
    assert found["passed"] == len({tuple(line.split()[0:4:3]) for line in office.right})
    assert [each["id"] for each in found["remarks"]] == ["dns.unsigned:falcot.com"]
    text = office.raw()
    assert text.returncode == 0
    assert [line for line in text.stdout.splitlines() if not line.startswith(";")] == []
    assert "nothing is wrong" in text.stderr


@pytest.mark.parametrize("breakage", BROKEN)
def test_each_breakage_is_found_and_named_and_nothing_else(office: Office, breakage: str) -> None:
    change, name, words = BROKEN[breakage]
    office.serve(change(office.right))
    found = office.check()

    assert [each["id"] for each in found["findings"]] == [name], found["findings"]
    (finding,) = found["findings"]
    assert words in finding["breaks"]
    assert set(finding) >= {"id", "service", "severity", "tried", "happened", "remedy"}
    if not finding["add"] and not finding["remove"]:
        return
    # What is printed to paste is all that is needed: "remove" out, "add" in.
    gone = {_same(line) for line in finding["remove"]}
    office.serve([line for line in change(office.right) if _same(line) not in gone] + finding["add"])
    request = CheckRequest(servers=(parse(office.first.address),))
    assert check(open_installation(office.stack.directory), request).findings == ()


def _same(line: str) -> str:
    # A line as people write it and as it is printed: absolute owner, type and value.
    words = line.split()
    owner = words[0] if words[0].endswith(".") else f"{words[0]}.falcot.com."
    kind = next(index for index, word in enumerate(words) if word in ("A", "AAAA", "SRV", "NAPTR", "CAA", "TLSA", "CNAME", "NS"))
    value = [
        word if word.endswith(".") or not word.replace("-", "").isalpha() else f"{word}.falcot.com." for word in words[kind + 1 :]
    ]
    return " ".join([owner, words[kind], *(value if words[kind] in ("SRV", "CNAME", "NS") else words[kind + 1 :])])


def test_a_target_that_is_an_alias_is_told_as_such(office: Office) -> None:
    office.serve([*instead(SRV, SRV.replace(HOST, "phones.falcot.com"))(office.right), "phones CNAME sip-proxy"])

    (finding,) = office.check()["findings"]
    assert (finding["id"], "which is an alias" in finding["happened"]) == (f"dns.target:{SIPS}/SRV", True)


def test_optional_records_and_times_to_live_are_remarks(office: Office) -> None:
    office.serve(instead(SRV, SRV.replace("3600", "60"))(without(" TLSA ")(office.right)))
    found = office.check()

    assert found["findings"] == []
    told = {each["id"].split(":")[0] for each in found["remarks"]}
    assert told == {"dns.unsigned", "dns.missing", "dns.ttl"}


def test_servers_that_are_silent_lame_or_hold_another_zone_are_told_each(office: Office) -> None:
    office.serve(office.right)
    office.second.stop()
    nowhere = f"{PREFIX}.13"
    both = ("--server", office.first.address, "--server")

    assert [each["id"] for each in office.check(*both, office.second.address)["findings"]] == [
        f"dns.silent:falcot.com@{office.second.address}"
    ]
    assert [each["id"] for each in office.check(*both, nowhere)["findings"]] == [f"dns.silent:falcot.com@{nowhere}"]
    office.second.bind("")
    (lame,) = office.check(*both, office.second.address)["findings"]
    assert (lame["id"], lame["severity"]) == (f"dns.lame:falcot.com@{office.second.address}", "error")
    docker("pause", office.second.container)
    try:
        (paused,) = office.check(*both, office.second.address)["findings"]
    finally:
        docker("unpause", office.second.container)
    assert (paused["id"], paused["happened"]) == (f"dns.silent:falcot.com@{office.second.address}", "it does not answer")


def test_a_secondary_that_was_left_behind_is_told_once(office: Office) -> None:
    office.serve(office.right, office.first, serial=8)
    office.serve(instead(" 443 sip-proxy", " 5061 sip-proxy")(office.right), office.second, serial=7)
    (finding,) = office.check("--server", office.first.address, "--server", office.second.address)["findings"]

    assert finding["id"] == f"dns.disagree:{office.second.address}"
    assert "serial number 7" in finding["happened"]
    assert f"{office.first.address} has 8" in finding["happened"]
    assert f"{SIPS} SRV (port)" in finding["happened"]


def signed(office: Office, *, spoil: str = "") -> str:
    """Serve the zone signed, inline; `spoil` is a shell command on the signed zone's text. Return its DS."""
    office.serve(office.right, office.first)
    # A signed file that is served as it is, so that it can be spoilt.
    office.first.sh(
        "cd /lab && rm -f K* zone.signed && sed -i 's/^ns1 A/ns1 A/' zone && dnssec-keygen -q -a ECDSAP256SHA256 -f KSK falcot.com"
        " && dnssec-keygen -q -a ECDSAP256SHA256 falcot.com && dnssec-signzone -S -q -o falcot.com zone"
    )
    if spoil:
        office.first.sh(f"cd /lab && {spoil}")
    text = office.first.sh("cat /lab/zone.signed")
    ds = (
        office.first.sh("cat /lab/dsset-falcot.com.").split(" DS ")[1]
        if "DS" in office.first.sh("cat /lab/dsset-falcot.com.")
        else ""
    )
    office.first.bind(text)
    return " ".join(ds.split())


SPOILT = {
    "run out": (
        "dnssec-signzone -S -P -q -s $(date -u -d -20days +%Y%m%d%H%M%S) -e $(date -u -d -10days +%Y%m%d%H%M%S) -o falcot.com zone",
        "has run out",
    ),
    "wrong": ("sed -i 's/A\\t*203.0.113.14/A 203.0.113.15/; s/A 203.0.113.14/A 203.0.113.15/' zone.signed", "is wrong"),
}


def test_a_signed_zone_is_right_and_a_spoilt_one_is_bogus(office: Office) -> None:
    signed(office)
    found = office.check()
    assert (found["findings"], found["remarks"]) == ([], [])

    for spoil, words in SPOILT.values():
        signed(office, spoil=spoil)
        bogus = next(each for each in office.check()["findings"] if each["id"].startswith("dns.bogus:"))
        assert (bogus["severity"], words in bogus["happened"]) == ("error", True)


RESOLVER = """\
zone "falcot.com" {{ type static-stub; server-addresses {{ {first}; }}; }};
zone "com" {{ type primary; file "/lab/com"; }};
zone "in-addr.arpa" {{ type primary; file "/lab/arpa"; }};
"""
COM = "$TTL 60\n@ SOA . . 1 3600 600 1209600 300\n@ NS ns.com.\nns A {address}\nfalcot NS ns1.falcot\nfalcot NS ns2.falcot\n"
COM += "ns1.falcot A {first}\nns2.falcot A {second}\n"


def resolving(office: Office, *, ds: str = "", ptr: str = "") -> tuple[str, ...]:
    """Start the resolver: it knows the servers of falcot.com, the zone above it with the DS, and a reverse zone."""
    addresses = {"address": office.resolver.address, "first": office.first.address, "second": office.second.address}
    office.resolver.write("/lab/com", COM.format(**addresses) + (f"falcot DS {ds}\n" if ds else ""))
    office.resolver.write("/lab/arpa", f"$TTL 60\n@ SOA . . 1 3600 600 1209600 300\n@ NS ns.com.\n{ptr}")
    office.resolver.bind("", also=RESOLVER.format(**addresses), recursion="yes")
    return ("--resolver", office.resolver.address)


def test_the_servers_are_found_through_a_resolver_and_a_missing_name_of_an_address_is_a_remark(office: Office) -> None:
    office.serve(office.right, office.first, office.second)
    found = office.check(*resolving(office, ptr="14.113.0.203 PTR sip-proxy.falcot.com.\n"))

    assert found["findings"] == []
    assert found["servers"] == [f"ns1.falcot.com ({office.first.address})", f"ns2.falcot.com ({office.second.address})"]
    hints = {each["id"] for each in found["remarks"] if each["id"].startswith("dns.ptr")}
    assert "dns.ptr:203.0.113.10" in hints
    assert "dns.ptr:203.0.113.14" not in hints


def test_a_ds_that_names_no_key_is_bogus_and_the_right_one_is_not(office: Office) -> None:
    ds = signed(office)
    office.second.stop()
    asked = ("--server", office.first.address, *resolving(office, ds=ds))
    assert [each for each in office.check(*asked)["findings"] if "bogus" in each["id"]] == []

    resolving(office, ds=f"1 {ds.split(' ', 1)[1]}")
    assert "dns.bogus-ds:falcot.com" in [each["id"] for each in office.check(*asked)["findings"]]
    office.serve(office.right)
    resolving(office, ds=ds)
    (unsigned,) = [each for each in office.check(*asked)["findings"] if "bogus" in each["id"]]
    assert "the zone is not signed" in unsigned["happened"]


def test_a_resolver_that_remembers_the_old_port_is_told_and_only_it(office: Office) -> None:
    office.serve(instead(" 443 sip-proxy", " 5061 sip-proxy")(office.right))
    asked = ("--server", office.first.address, *resolving(office))
    # The zone's own fault is told once: by the zone.
    assert [each["id"].split(":")[0] for each in office.check(*asked)["findings"]] == ["dns.port", "dns.port"]
    office.serve(office.right)

    (finding,) = office.check(*asked)["findings"]
    assert (finding["id"], finding["severity"]) == (f"dns.old:{office.resolver.address}", "warning")
    assert "seconds more" in finding["happened"]
    resolving(office)
    assert office.check(*asked)["findings"] == []


def test_a_resolver_that_is_silent_is_told(office: Office) -> None:
    office.serve(office.right)
    office.resolver.stop()
    (finding,) = office.check("--server", office.first.address, "--resolver", office.resolver.address)["findings"]

    assert finding["id"] == f"dns.resolver:{office.resolver.address}/falcot.com"


def test_a_domain_that_nobody_answers_for_is_told(office: Office) -> None:
    office.resolver.write("/lab/empty", "$TTL 60\n@ SOA . . 1 3600 600 1209600 300\n@ NS ns.com.\nns A 192.0.2.1\n")
    office.resolver.bind("", also='zone "com" { type primary; file "/lab/empty"; };')
    found = office.check("--resolver", office.resolver.address)

    assert "dns.nobody:falcot.com" in [each["id"] for each in found["findings"]]


def test_a_wrong_request_asks_nobody(office: Office) -> None:
    for words in (("--server", "not a server"), ("--zone", "falcot.example"), ("--seconds", "0"), ("--server", "192.0.2.1:99999")):
        done = office.raw(*words)
        assert (done.returncode, done.stdout) == (2, "")


def test_an_empty_zone_lists_every_record_to_paste(office: Office, tmp_path: Path) -> None:
    del tmp_path
    office.serve([])
    done = office.raw()

    assert done.returncode == 1
    pasted = [line for line in done.stdout.splitlines() if not line.startswith(";")]
    assert {_same(line) for line in pasted} == {_same(line) for line in office.right}
    office.serve(pasted)
    assert office.check()["findings"] == []
