"""From answers to findings: what was not answered is not called missing, and each cause is told once."""

import dns.message
import dns.name

from rtcstack.plan.record import Record, record
from rtcstack.probes.dns_ask import Question, Reply
from rtcstack.probes.dns_look import Apex, told
from rtcstack.probes.dns_server import Server
from rtcstack.workflow.dns.findings import DnsFinding, meaning
from rtcstack.workflow.dns.judge import judge
from rtcstack.workflow.dns.survey import Served, Survey
from rtcstack.zone.zone import zone
from tests.unit.zone.examples import stack

ORIGIN = dns.name.from_text("falcot.com")
SIPS = record("_sips._tcp.falcot.com", "SRV", "0 0 443 gw.falcot.com.", "SIP over TLS")
HOST = record("gw.falcot.com", "A", "192.0.2.14", "the gateway")
OWN = (HOST, SIPS)
ONE, TWO = Server("ns1.falcot.com", "192.0.2.53"), Server("ns2.falcot.com", "192.0.2.54")


def answer(question: Question, *records: Record, flags: str = "QR AA") -> Reply:
    message = dns.message.from_text(f"id 1\nopcode QUERY\nrcode NOERROR\nflags {flags}\n")
    for found in records:
        if (found.owner, found.type) == question:
            rrset = message.find_rrset(message.answer, found.owner, found.rdata.rdclass, found.rdata.rdtype, create=True)
            rrset.add(found.rdata, found.ttl)
    return Reply(message=message)


def served(server: Server, *records: Record, serial: int = 1, silent: tuple[Record, ...] = ()) -> Served:
    questions = [(found.owner, found.type) for found in OWN]
    lost = {(found.owner, found.type) for found in silent}
    replies = {question: Reply("timeout") if question in lost else answer(question, *records) for question in questions}
    return Served(
        server=server,
        apex=Apex(origin=ORIGIN, serial=serial),
        replies=replies,
        sets=told(replies),
        keys=answer((ORIGIN, "DNSKEY")),
    )


def findings(*found: Served, resolvers: dict[Server, dict[Question, Reply]] | None = None) -> list[DnsFinding]:
    own = zone(ORIGIN, OWN)
    seen = Survey(served=found, resolvers=resolvers or {}, ds=None)
    return [each for each in judge(own, seen, meaning(stack(*OWN), OWN), 0.0)[0] if each.severity != "remark"]


def ids(*found: Served) -> list[str]:
    return [each.id for each in findings(*found)]


def test_what_was_not_answered_is_not_called_missing() -> None:
    (found,) = findings(served(ONE, HOST, silent=(SIPS,)))

    assert found.id == f"dns.unanswered:{ONE}"
    assert "1 of 2 questions were not answered (timeout)" in found.happened


def test_a_fault_of_all_servers_is_one_of_the_zone() -> None:
    assert ids(served(ONE, HOST), served(TWO, HOST)) == ["dns.missing:_sips._tcp.falcot.com/SRV"]


def test_a_fault_of_one_server_is_its_own() -> None:
    (found,) = findings(served(ONE, HOST, serial=7), served(TWO, *OWN, serial=8))

    assert found.id == f"dns.disagree:{ONE}"
    assert found.remedy.startswith(f"See why {ONE} does not fetch the zone")
    (same,) = findings(served(ONE, HOST, serial=8), served(TWO, *OWN, serial=8))
    assert same.remedy.startswith("Raise the serial number")


def test_the_finding_belongs_to_the_service_whose_record_it_is() -> None:
    (found,) = findings(served(ONE, HOST))

    assert (found.service, found.severity) == ("gateway", "error")
    assert found.add == ("_sips._tcp.falcot.com. 3600 IN SRV 0 0 443 gw.falcot.com.",)


def test_a_resolver_is_not_blamed_for_what_the_zone_itself_lacks() -> None:
    stale = {(found.owner, found.type): answer((found.owner, found.type), HOST, flags="QR RD RA") for found in OWN}

    assert [each.id for each in findings(served(ONE, HOST), resolvers={TWO: stale})] == ["dns.missing:_sips._tcp.falcot.com/SRV"]
    assert [each.id for each in findings(served(ONE, *OWN), resolvers={TWO: stale})] == [f"dns.old:{TWO}"]


def test_a_right_zone_has_no_finding() -> None:
    assert ids(served(ONE, *OWN), served(TWO, *OWN)) == []
