import struct

import pytest

from rtcstack.plan.listener import Protocol, Transport
from rtcstack.probes import stun
from rtcstack.probes.result import WrongAnswerError
from tests.unit.probes.servers import ask_datagram, ask_stream, saying

# RFC 5769 section 2.2: a sample IPv4 response, with its fingerprint and integrity left out of the question.
SAMPLE = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
# RFC 5769 section 2.3: the same over IPv6.
SAMPLE6 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c"
)


def test_reads_the_address_in_the_sample_of_the_rfc() -> None:
    assert stun.mapped_address(stun.decode(SAMPLE)) == "192.0.2.1"
    assert stun.mapped_address(stun.decode(SAMPLE6)) == "2001:db8:1234:5678:11:2233:4455:6677"


def test_what_it_writes_it_reads() -> None:
    written = stun.encode(stun.ALLOCATE, b"transaction!", {stun.REALM: b"falcot.com", stun.REQUESTED_TRANSPORT: stun.RELAY_UDP})
    assert stun.decode(written) == stun.Message(
        stun.ALLOCATE, b"transaction!", {stun.REALM: b"falcot.com", stun.REQUESTED_TRANSPORT: stun.RELAY_UDP}
    )


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", SAMPLE[:-1], bytes(20)])
def test_refuses_what_is_not_stun(data: bytes) -> None:
    with pytest.raises(WrongAnswerError, match="not STUN"):
        stun.decode(data)


MAPPED = {stun.XOR_MAPPED_ADDRESS: struct.pack("!BBHI", 0, 1, 0x1234, 0x7F000001 ^ stun.COOKIE)}
CHALLENGE = {stun.ERROR_CODE: bytes([0, 0, 4, 1]), stun.REALM: b"falcot.com", stun.NONCE: b"fresh"}


@pytest.mark.parametrize(
    ("protocol", "kind", "attributes", "ok", "happened"),
    [
        (Protocol.STUN, 0x0101, MAPPED, True, "answered; it sees us at 127.0.0.1"),
        (Protocol.STUN, 0x0101, {}, False, "a Binding success without XOR-MAPPED-ADDRESS"),
        (Protocol.STUN, 0x0111, CHALLENGE, False, "the Binding was refused with 401"),
        (Protocol.TURN, 0x0113, CHALLENGE, True, "asked for credentials of realm falcot.com"),
        (Protocol.TURN, 0x0103, {}, False, "an allocation was given without credentials: this is an open relay"),
        (
            Protocol.TURN,
            0x0113,
            {stun.ERROR_CODE: bytes([0, 0, 5, 8])},
            False,
            "the Allocate was refused with 508 instead of a challenge",
        ),
    ],
)
def test_judges_the_answer(protocol: Protocol, kind: int, attributes: dict[int, bytes], *, ok: bool, happened: str) -> None:
    result = ask_datagram(lambda data: [stun.encode(kind, data[8:20], attributes)], protocol)
    assert (result.ok, result.happened) == (ok, happened)


def test_asks_again_when_a_packet_is_lost_and_ignores_another_transaction() -> None:
    seen: list[bytes] = []

    def late(data: bytes) -> list[bytes]:
        seen.append(data)
        other = stun.encode(0x0101, b"someone else", {})
        return [other] if len(seen) < 2 else [stun.encode(0x0101, data[8:20], MAPPED)]

    assert ask_datagram(late, Protocol.STUN).ok
    assert seen == [seen[0]] * 2


def test_a_stream_that_speaks_something_else_is_wrong() -> None:
    result = ask_stream(saying(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), Protocol.STUN, Transport.TCP)
    assert not result.ok
