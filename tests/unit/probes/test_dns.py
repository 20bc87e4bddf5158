"""A name server's answers, made and signed by dnspython: what no resolver would take is red, over UDP and over TCP."""

import asyncio
import time
from collections.abc import Callable

import dns.dnssec
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from rtcstack.plan.listener import Protocol, Transport
from rtcstack.probes.dns import question, read
from rtcstack.probes.result import ProbeResult
from tests.unit.probes.servers import NAME, ask_datagram, ask_stream

KEY = ec.generate_private_key(ec.SECP256R1())
DAY = 86400
SOA = dns.rrset.from_text(f"{NAME}.", 300, "IN", "SOA", f"ns.{NAME}. hostmaster.{NAME}. 2026030101 3600 600 1209600 300")
Answer = Callable[[dns.message.Message], None]


def signature(*, first: float = -1, last: float = 14) -> dns.rrset.RRset:
    now = int(time.time())
    public = dns.dnssec.make_dnskey(KEY.public_key(), "ECDSAP256SHA256", 257)
    begin, end = now + int(first * DAY), now + int(last * DAY)
    return dns.rrset.from_rdata(SOA.name, 300, dns.dnssec.sign(SOA, KEY, SOA.name, public, inception=begin, expiration=end))


def right(answer: dns.message.Message) -> None:
    answer.flags |= dns.flags.AA
    answer.answer += [SOA, signature()]


def unauthoritative(answer: dns.message.Message) -> None:
    answer.answer += [SOA, signature()]


def unsigned(answer: dns.message.Message) -> None:
    answer.flags |= dns.flags.AA
    answer.answer.append(SOA)


def expired(answer: dns.message.Message) -> None:
    answer.flags |= dns.flags.AA
    answer.answer += [SOA, signature(first=-20, last=-6)]


def early(answer: dns.message.Message) -> None:
    answer.flags |= dns.flags.AA
    answer.answer += [SOA, signature(first=1)]


def empty(answer: dns.message.Message) -> None:
    answer.flags |= dns.flags.AA


def failing(answer: dns.message.Message) -> None:
    answer.set_rcode(dns.rcode.SERVFAIL)


def refusing(answer: dns.message.Message) -> None:
    answer.set_rcode(dns.rcode.REFUSED)


def answered(query: bytes, change: Answer) -> bytes:
    answer = dns.message.make_response(dns.message.from_wire(query))
    change(answer)
    return answer.to_wire()


def asked(change: Answer, transport: Transport) -> ProbeResult:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        query = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
        found = answered(query, change)
        writer.write(len(found).to_bytes(2, "big") + found)
        await writer.drain()

    if transport is Transport.TCP:
        return ask_stream(talk, Protocol.DNS, Transport.TCP)
    return ask_datagram(lambda query: [b"xx", query, answered(query, change)], Protocol.DNS)


@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
@pytest.mark.parametrize(
    ("change", "ok", "happened"),
    [
        (failing, False, "answered SERVFAIL"),
        (refusing, False, "answered REFUSED"),
        (unauthoritative, False, "answered without authority"),
        (empty, False, "answered without a SOA record"),
        (unsigned, False, "answered with serial number 2026030101, but without a signature"),
        (expired, False, "the signature has run out"),
        (early, False, "the signature is not valid yet: is a clock wrong?"),
        (right, True, "answered with serial number 2026030101, signed for 14 more days"),
    ],
)
def test_judges_an_answer(change: Answer, transport: Transport, *, ok: bool, happened: str) -> None:
    result = asked(change, transport)
    assert (result.ok, result.happened) == (ok, happened)


def test_what_is_no_answer_to_our_question_is_waited_past() -> None:
    query = question(7, NAME)
    whole = answered(query, right)
    assert read(query, 7) is None
    assert read(whole, 8) is None
    # Cut anywhere in its records it is none; behind them stand eleven bytes of the additional section.
    assert [length for length in range(len(whole) - 11) if read(whole[:length], 7) is not None] == []
    assert read(whole, 7) is not None


def test_asks_for_the_signature_too() -> None:
    query = dns.message.from_wire(question(7, NAME))

    assert (query.id, query.question[0].to_text(), query.payload) == (7, f"{NAME}. IN SOA", 1232)
    assert query.ednsflags & dns.flags.DO


def test_a_server_that_hangs_up_is_red() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(b"\x00")

    result = ask_stream(talk, Protocol.DNS, Transport.TCP)
    assert (result.ok, result.happened) == (False, "the connection was closed before an answer")
