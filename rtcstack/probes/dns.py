"""DNS (RFC 1035): one question for the zone's SOA, over UDP or TCP; the answer must have authority and a fresh signature.

It is asked and read by hand, as everything here, because the probes also run where there is only Python's standard library.
"""

import secrets
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

from rtcstack.plan.listener import Listener, Transport
from rtcstack.probes.datagram import datagrams
from rtcstack.probes.result import Outcome, WrongAnswerError
from rtcstack.probes.stream import connected

SOA, OPT, RRSIG, IN = 6, 41, 46, 1
CODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 9: "NOTAUTH"}
RESPONSE, AUTHORITATIVE, CODE = 0x8000, 0x0400, 0x000F
HEADER = struct.Struct("!6H")
SIZE = 1232
"""Bytes of an answer over UDP that no network cuts in pieces (DNS flag day 2020)."""
SIGNED = 0x8000
"""DNSSEC OK (RFC 3225)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Flags of the header, the serial number of the SOA record (None without one), and its signature's first and last second."""

    flags: int
    serial: int | None
    signed: tuple[int, int] | None


def question(number: int, name: str) -> bytes:
    """Given an id and a name, return a query for its SOA record and signature."""
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".") if label]
    owner = b"".join(bytes([len(label)]) + label for label in labels) + b"\x00"
    options = b"\x00" + struct.pack("!HHIH", OPT, SIZE, SIGNED, 0)
    return HEADER.pack(number, 0, 1, 0, 0, 1) + owner + struct.pack("!HH", SOA, IN) + options


def read(data: bytes, number: int) -> Answer | None:
    """Given bytes and the id of our query, return the answer in them, or None if they are none to it."""
    try:
        found, flags, questions, answers, _, _ = HEADER.unpack_from(data)
        if found != number or not flags & RESPONSE:
            return None
        serial, signed = None, None
        for kind, rdata in _records(data, questions, answers):
            if kind == SOA:
                serial = struct.unpack("!I", rdata[-20:-16])[0]
            elif kind == RRSIG and rdata[:2] == SOA.to_bytes(2, "big"):
                last, first = struct.unpack_from("!II", rdata, 8)
                signed = first, last
    except (struct.error, IndexError):
        return None
    return Answer(flags, serial, signed)


def _records(data: bytes, questions: int, answers: int) -> Iterator[tuple[int, bytes]]:
    at = HEADER.size
    for _ in range(questions):
        at = _behind_name(data, at) + 4
    for _ in range(answers):
        at = _behind_name(data, at)
        kind, _, _, size = struct.unpack_from("!HHIH", data, at)
        begin, at = at + 10, at + 10 + size
        if at > len(data):
            raise IndexError(at)
        yield kind, data[begin:at]


def _behind_name(data: bytes, at: int) -> int:
    while (length := data[at]) != 0:
        if length & 0xC0:
            return at + 2
        at += 1 + length
    return at + 1


def judged(answer: Answer, now: float) -> str:
    """Given an answer and the time, return what it says, as a phrase. Raise WrongAnswerError if no resolver would take it."""
    code = answer.flags & CODE
    if code != 0:
        raise WrongAnswerError(f"answered {CODES.get(code, str(code))}")
    if not answer.flags & AUTHORITATIVE:
        raise WrongAnswerError("answered without authority")
    if answer.serial is None:
        raise WrongAnswerError("answered without a SOA record")
    if answer.signed is None:
        raise WrongAnswerError(f"answered with serial number {answer.serial}, but without a signature")
    first, last = answer.signed
    if not first <= now <= last:
        raise WrongAnswerError("the signature has run out" if now > last else "the signature is not valid yet: is a clock wrong?")
    return f"answered with serial number {answer.serial}, signed for {(last - now) / 86400:.0f} more days"


async def query(listener: Listener, ca: bytes) -> Outcome:
    """Given a DNS listener, ask for the SOA of its identity. Raise WrongAnswerError, OSError."""
    number = secrets.randbelow(65536)
    asked = question(number, listener.identity)
    if listener.transport is Transport.UDP:
        async with datagrams(listener) as socket:
            answer = await socket.ask(asked, lambda data: read(data, number))
    else:
        async with connected(listener, ca) as stream:
            stream.writer.write(len(asked).to_bytes(2, "big") + asked)
            size = int.from_bytes(await stream.reader.readexactly(2), "big")
            found = read(await stream.reader.readexactly(size), number)
        if found is None:
            raise WrongAnswerError("answered something else")
        answer = found
    return Outcome(judged(answer, time.time()))
