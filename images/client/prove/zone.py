"""A name server for the printed zone, on this container's own loopback: the clients find the services as they would outside."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Records = dict[tuple[str, int], list[tuple[int, bytes]]]
HEADER = struct.Struct("!6H")
ANSWER, AUTHORITATIVE, NXDOMAIN = 0x8000, 0x0400, 3


def answer(query: bytes, records: Records) -> bytes:
    """Given a query with one question and the records, return the answer (RFC 1035 section 4.1)."""
    number, flags, *_ = HEADER.unpack_from(query)
    labels, at = [], HEADER.size
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii", "replace").lower())
        at += 1 + query[at]
    kind = struct.unpack_from("!H", query, at + 1)[0]
    question = query[HEADER.size : at + 5]
    owner = ".".join(labels)
    found = records.get((owner, kind), [])
    code = 0 if found or any(name == owner for name, _ in records) else NXDOMAIN
    body = b"".join(struct.pack("!HHHIH", 0xC00C, kind, 1, ttl, len(rdata)) + rdata for ttl, rdata in found)
    head = HEADER.pack(number, ANSWER | AUTHORITATIVE | flags & 0x7900 | code, 1, len(found), 0, 0)
    return head + question + body


class Server(asyncio.DatagramProtocol):
    """Answers every datagram that holds a question."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for answers."""
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer, or say nothing to what is no question."""
        try:
            said = answer(data, self.records)
        except (IndexError, struct.error):
            return
        self.transport.sendto(said, addr)  # type: ignore[attr-defined]


@asynccontextmanager
async def serve(records: Records, loopback: str) -> AsyncIterator[None]:
    """Given records, answer for them on our loopback address, port 53, which the container's resolver asks."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: Server(records), local_addr=(loopback, 53))
    try:
        yield
    finally:
        transport.close()
