import hashlib

import pytest

from rtcstack.plan.listener import Protocol, Transport
from rtcstack.probes import dtls
from rtcstack.probes.result import WrongAnswerError
from tests.unit.probes.servers import ask_datagram

LEAF = bytes(range(256)) * 3
CHAIN = (len(LEAF) + 3).to_bytes(3, "big") + len(LEAF).to_bytes(3, "big") + LEAF


def fragment(kind: int, whole: bytes, start: int, end: int, sequence: int = 0) -> bytes:
    part = whole[start:end]
    sizes = len(whole).to_bytes(3, "big"), start.to_bytes(3, "big"), len(part).to_bytes(3, "big")
    return dtls.record(22, sequence, bytes([kind]) + sizes[0] + b"\x00\x01" + sizes[1] + sizes[2] + part)


VERIFY = dtls.record(22, 0, bytes([3]) + b"\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x07" + b"\xfe\xff\x04COOK")


def test_puts_fragments_together_in_any_order_and_twice() -> None:
    flight = dtls.Flight()
    flight.take(fragment(11, CHAIN, 300, 600) + fragment(2, b"hello", 0, 5))
    flight.take(fragment(11, CHAIN, 0, 300))
    assert flight.leaf == b""
    flight.take(fragment(11, CHAIN, 600, len(CHAIN)) + fragment(11, CHAIN, 0, 300))
    assert flight.leaf == LEAF


def test_brings_the_cookie_back_and_ends_with_the_certificate() -> None:
    seen: list[bytes] = []

    def server(data: bytes) -> list[bytes]:
        seen.append(data)
        if data[0] == dtls.ALERT:
            return []
        return [fragment(11, CHAIN, 0, 500), fragment(11, CHAIN, 500, len(CHAIN))] if b"COOK" in data else [VERIFY]

    result = ask_datagram(server, Protocol.TURN, Transport.DTLS)
    assert (result.ok, result.certificate_sha256) == (True, hashlib.sha256(LEAF).hexdigest())
    assert b"falcot.com" in seen[0]


@pytest.mark.parametrize(
    ("answer", "happened"),
    [(dtls.record(21, 0, b"\x02\x28"), "DTLS alert 40"), (b"no", "not DTLS")],
)
def test_an_alert_or_anything_else_is_red(answer: bytes, happened: str) -> None:
    result = ask_datagram(lambda _: [answer], Protocol.TURN, Transport.DTLS)
    assert (result.ok, result.happened) == (False, happened)
    with pytest.raises(WrongAnswerError):
        dtls.Flight().take(answer)
