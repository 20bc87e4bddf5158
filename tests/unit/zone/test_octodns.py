"""octoDNS's own provider reads what we write for it, in its own order, to the same records."""

from pathlib import Path

import dns.rdata
import octodns.zone  # type: ignore[import-untyped]
import pytest
import yaml
from octodns.provider.yaml import YamlProvider  # type: ignore[import-untyped]
from octodns.yaml import SortEnforcingLoader  # type: ignore[import-untyped]

from rtcstack.plan.record import record
from rtcstack.spec.model import CaaSpec
from rtcstack.zone import octodns as printer
from rtcstack.zone.build import zones
from rtcstack.zone.complete import complete, name_server
from rtcstack.zone.zone import Zone, zone
from tests.unit.sites import demo_site
from tests.unit.zone.examples import records, stack

ORIGIN = "falcot.com."


def read(text: str, folder: Path, *, escaped: bool = False) -> set[tuple[str, str, int, dns.rdata.Rdata]]:
    """Given text and one of octoDNS's two ways with semicolons, return what it finds there, its values as ours."""
    (folder / "falcot.com.yaml").write_text(text)
    found = octodns.zone.Zone(ORIGIN, [])
    YamlProvider("config", str(folder), escaped_semicolons=escaped).populate(found)
    return {
        (each.fqdn, each._type, each.ttl, _rdata(each._type, value.to_rdata_text()))  # noqa: SLF001 - octoDNS's own name for a record's type
        for each in found.records
        for value in (getattr(each, "values", None) or [each.value])
    }


def _rdata(kind: str, text: str) -> dns.rdata.Rdata:
    # octoDNS holds the flags of a NAPTR record in capitals; they mean the same (RFC 3403 section 4.1).
    return dns.rdata.from_text("IN", kind, text.replace('"S"', '"s"', 1) if kind == "NAPTR" else text)


def told(found: Zone) -> set[tuple[str, str, int, dns.rdata.Rdata]]:
    return {(str(each.owner), each.type, each.ttl, each.rdata) for each in found.records if each.type != "SOA"}


def whole() -> Zone:
    return complete(zones(stack(), "ab" * 32)[0], name_server(stack()))


def test_another_order_is_refused(tmp_path: Path) -> None:
    first, second = "b:\n  type: A\n  value: 192.0.2.1\n", "a:\n  type: A\n  value: 192.0.2.1\n"
    with pytest.raises(yaml.constructor.ConstructorError, match="out of order"):
        read(first + second, tmp_path)


def test_a_whole_zone_goes_there_and_back(tmp_path: Path) -> None:
    assert {kind for _, kind, _, _ in told(whole())} == {"A", "AAAA", "CAA", "NAPTR", "NS", "SRV", "TLSA"}
    assert read(printer.text(whole()), tmp_path) == told(whole())


@pytest.mark.parametrize("escaped", [True, False])
def test_a_caa_record_with_parameters_goes_there_and_back(tmp_path: Path, *, escaped: bool) -> None:
    allowed = CaaSpec(issuer="letsencrypt.org", account="https://acme.example/acct/1?x=%20'", methods=("dns-01", "http-01"))
    found = zones(stack(site=demo_site(caa=allowed)))[0]

    assert read(printer.text(found), tmp_path, escaped=escaped) == told(found)
    assert "accounturi" in printer.text(found)


def test_numbers_in_names_are_in_natural_order() -> None:
    names = [f"{label}.falcot.com" for label in ("_5223._tcp.b", "_443._tcp.b", "x10", "x9", "a", "9", "10")]
    text = printer.text(zone(whole().origin, [record(name, "A", "192.0.2.1", "") for name in names]))

    assert list(yaml.load(text, SortEnforcingLoader)) == ["9", "10", "_443._tcp.b", "_5223._tcp.b", "a", "x9", "x10"]  # noqa: S506


def test_every_reason_is_there_and_none_can_leave_its_line() -> None:
    text = printer.text(zone(whole().origin, [record("x.falcot.com", "A", "192.0.2.1", "one\nevil:\n  type: A")]))

    assert "# A: one evil: type: A\n" in text
    assert list(yaml.safe_load(text)) == ["x"]
    assert all(f" {found.why}\n" in printer.text(zones(stack())[0]) for found in records())
