"""Many DNS questions at once to one server, over UDP, and over TCP where the answer does not fit. Every one is bounded in time."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.probes.datagram import datagrams
from rtcstack.probes.dns_key import Key
from rtcstack.probes.dns_server import Server

AT_ONCE = 32
"""Questions under way to one server: more look like an attack to some."""
PATIENCE = 2.0
"""Seconds for one question, over UDP asked again twice within them."""
GIVE_UP = 2
"""So many questions without any answer, and a server is asked no more."""
SIZE = 1232
"""Bytes of an answer over UDP that no network cuts in pieces (DNS flag day 2020)."""
TSIG_FAILURES = {dns.tsig.PeerBadKey: "badkey", dns.tsig.PeerBadSignature: "badsig", dns.tsig.PeerBadTime: "badtime"}

Question = tuple[dns.name.Name, str]
"""An owner and a type."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `failure` is "" for an answer of any code, else why there is none that counts, in one word.

    timeout, refused, closed, unreachable, rubbish, truncated (over UDP, and TCP fails); where a key was used: badkey, badsig and
    badtime as the server says, unsigned (the answer must not be believed, but is there to read), forged.
    """

    failure: str = ""
    message: dns.message.Message | None = field(default=None, repr=False)

    @property
    def code(self) -> str:
        """The answer's code, like "NOERROR" or "REFUSED"; "" without an answer."""
        return "" if self.message is None else dns.rcode.to_text(self.message.rcode())

    @property
    def said(self) -> str:
        """What came back in one word: the failure, or the code."""
        return self.failure or self.code

    @property
    def good(self) -> bool:
        """Whether the server told what is there, or that nothing is."""
        return not self.failure and self.code in ("NOERROR", "NXDOMAIN")

    @property
    def authoritative(self) -> bool:
        """Whether the server speaks for the zone itself."""
        return self.message is not None and bool(self.message.flags & dns.flags.AA)

    def rrset(self, owner: dns.name.Name, kind: str, covers: str = "NONE") -> dns.rrset.RRset | None:
        """Given an owner and a type (for RRSIG: of which type), return that set of the answer, or None."""
        if self.message is None:
            return None
        rdtype, covered = dns.rdatatype.from_text(kind), dns.rdatatype.from_text(covers)
        return self.message.get_rrset(self.message.answer, owner, dns.rdataclass.IN, rdtype, covered)

    def authority(self, kind: str) -> dns.name.Name | None:
        """Given a type, return the owner of such a set in the authority section: of SOA the zone, of NS a zone below."""
        if self.message is None:
            return None
        rdtype = dns.rdatatype.from_text(kind)
        return next((rrset.name for rrset in self.message.authority if rrset.rdtype == rdtype), None)


Replies = Mapping[Question, Reply]


def query(question: Question, *, key: Key | None = None, recursive: bool = False) -> dns.message.Message:
    """Given a question, return the message, asking for the zone's signatures too; signed with the key, if one is given."""
    owner, kind = question
    found = dns.message.make_query(owner, kind, use_edns=0, want_dnssec=True, payload=SIZE)
    if not recursive:
        found.flags &= ~dns.flags.RD
    if key is not None:
        found.use_tsig(key.tsig())
    return found


async def ask(
    server: Server, question: Question, *, key: Key | None = None, recursive: bool = False, patience: float = PATIENCE
) -> Reply:
    """Given a server and a question, return its answer, or why there is none."""
    message = query(question, key=key, recursive=recursive)
    wire = message.to_wire()
    listener = Listener(address=ip_address(server.address), port=server.port, transport=Transport.UDP, protocol=Protocol.DNS)
    reply = Reply("timeout")
    try:
        async with asyncio.timeout(patience), datagrams(listener) as socket:
            reply = await socket.ask(wire, lambda data: read(data, message))
    except (OSError, TimeoutError) as error:
        reply = _failed(error)
    if reply.message is not None and reply.message.flags & dns.flags.TC:
        reply = await _stream(server, wire, message, patience)
        return Reply("truncated") if reply.message is None else reply
    return reply


async def ask_all(
    server: Server,
    questions: Iterable[Question],
    *,
    key: Key | None = None,
    recursive: bool = False,
    patience: float = PATIENCE,
) -> Replies:
    """Given a server and questions, ask each once and return the replies; a server that is silent is given up soon."""
    gate = asyncio.Semaphore(AT_ONCE)
    silent = 0

    async def one(question: Question) -> Reply:
        nonlocal silent
        async with gate:
            if silent >= GIVE_UP:
                return Reply("timeout")
            reply = await ask(server, question, key=key, recursive=recursive, patience=patience)
            silent += reply.failure == "timeout"
            return reply

    asked = tuple(dict.fromkeys(questions))
    return dict(zip(asked, await asyncio.gather(*(one(question) for question in asked)), strict=True))


async def send(server: Server, message: dns.message.Message, patience: float) -> Reply:
    """Given an UPDATE, send it once, over TCP: what changes something must not arrive twice, and may be long."""
    return await _stream(server, message.to_wire(), message, patience)


def read(data: bytes, message: dns.message.Message) -> Reply | None:
    """Given bytes and the message that was sent, return the reply in them, or None if they are no answer to it."""
    try:
        found = dns.message.from_wire(data, keyring=message.keyring, request_mac=message.mac)
    except dns.tsig.PeerError as error:
        return Reply(TSIG_FAILURES.get(type(error), "badkey"))
    except dns.tsig.BadTime:
        return Reply("badtime")
    except (dns.tsig.BadSignature, dns.tsig.BadKey, dns.tsig.BadAlgorithm):
        return Reply("forged")
    except (dns.exception.DNSException, ValueError):
        return _unsigned(data, message)
    return Reply(message=found) if message.is_response(found) else None


def _unsigned(data: bytes, message: dns.message.Message) -> Reply | None:
    try:
        found = dns.message.from_wire(data, keyring=False)
    except (dns.exception.DNSException, ValueError):
        return None
    return Reply("unsigned", found) if message.keyring is not None and message.is_response(found) else None


async def _stream(server: Server, wire: bytes, message: dns.message.Message, patience: float) -> Reply:
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(server.address, server.port)
            try:
                writer.write(len(wire).to_bytes(2, "big") + wire)
                size = int.from_bytes(await reader.readexactly(2), "big")
                found = read(await reader.readexactly(size), message)
            finally:
                writer.close()
    except (OSError, EOFError, TimeoutError) as error:
        return _failed(error)
    return Reply("rubbish") if found is None else found


def _failed(error: Exception) -> Reply:
    match error:
        case TimeoutError():
            return Reply("timeout")
        case ConnectionRefusedError():
            return Reply("refused")
        case EOFError() | ConnectionResetError() | BrokenPipeError():
            return Reply("closed")
        case _:
            return Reply("unreachable")
