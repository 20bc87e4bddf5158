"""Name servers as people type them."""

import pytest

from rtcstack.errors import RequestError
from rtcstack.probes.dns_server import Place, Server, parse, resolve


@pytest.mark.parametrize(
    "text",
    ["", ":53", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:dns", "192.0.2.256", "[192.0.2.1", "[::1]x", "a b",
     "-x.example", "http://ns1.example", "ns1.example/", "fe80::1%eth0", "::1:x", "ns..example", "1.2.3", "٣.example"],
)  # fmt: skip
def test_what_is_no_name_server_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.0.2.1", Place("192.0.2.1", 53)),
        ("192.0.2.1:5353", Place("192.0.2.1", 5353)),
        ("2001:DB8::1", Place("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", Place("2001:db8::1", 5353)),
        ("NS1.Example.net.", Place("ns1.example.net", 53)),
        ("ns1.example.net:54", Place("ns1.example.net", 54)),
    ],
)
def test_what_people_type_is_understood(text: str, place: Place) -> None:
    assert parse(text) == place


def test_an_address_is_shown_as_it_is_typed() -> None:
    assert [str(parse(text)) for text in ("192.0.2.1", "[2001:db8::1]:54")] == ["192.0.2.1", "[2001:db8::1]:54"]
    assert str(Server("ns1.example.net", "2001:db8::1")) == "ns1.example.net ([2001:db8::1])"


def test_an_address_is_asked_of_nobody() -> None:
    assert resolve(parse("192.0.2.1:54")) == (Server("192.0.2.1", "192.0.2.1", 54),)
