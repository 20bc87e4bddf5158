"""The DS for the zone above, as made from what the running server tells; dnspython's own validation is the judge."""

import dns.dnssec
import dns.exception
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from rtcstack.plan.record import name
from rtcstack.zone.complete import name_server
from rtcstack.zone.delegation import delegated, keys, text
from rtcstack.zone.zone import zone
from tests.unit.zone.examples import stack

ORIGIN = name("falcot.com")
SIGNING, ZONE_ONLY = (
    dns.dnssec.make_dnskey(ec.generate_private_key(ec.SECP256R1()).public_key(), "ECDSAP256SHA256", flags) for flags in (257, 256)
)
SERVED = f"[falcot.com.] falcot.com. 3600 DNSKEY {SIGNING}\n[falcot.com.] falcot.com. 3600 DNSKEY {ZONE_ONLY}\n"


@pytest.mark.parametrize("served", ["", "error: (no such record in zone found)\n", "DNSKEY\n", f"x 3600 DNSKEY {ZONE_ONLY}\n"])
def test_without_a_key_to_trust_there_is_none(served: str) -> None:
    assert keys(served) == ()


def test_a_damaged_key_is_told() -> None:
    with pytest.raises(dns.exception.DNSException):
        keys("x 3600 DNSKEY 257 3 13 rubbish!\n")


def test_the_ds_names_the_signing_key_alone() -> None:
    found = delegated(zone(ORIGIN, ()), keys(SERVED))

    assert [str(each.rdata) for each in found.records] == [str(dns.dnssec.make_ds(ORIGIN, SIGNING, "SHA256"))]
    assert str(dns.dnssec.make_ds(ORIGIN, ZONE_ONLY, "SHA256")) not in text(found, name_server(stack()))


def test_only_the_ds_is_ready_to_paste() -> None:
    found = text(delegated(zone(ORIGIN, ()), keys(SERVED)), name_server(stack()))
    pasted = [line.split()[:4] for line in found.splitlines() if not line.startswith(";")]

    assert pasted == [["falcot.com.", "3600", "IN", "DS"]]
    assert ";   falcot.com. NS ns.falcot.com.\n;   ns.falcot.com. A 198.51.100.22\n" in found
