"""Every record that the zone should hold, asked of a real name server; what comes back is what the other steps then follow."""

import asyncio

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
from request import Wrong

Records = dict[tuple[str, int], list[tuple[int, bytes]]]
LIMIT = 3
AT_ONCE = 16


async def look_up(server: str, wanted: Records) -> Records:
    """Given a name server's address and the wanted records, return what it has under the same names and types."""
    gate = asyncio.Semaphore(AT_ONCE)
    silent = asyncio.Event()

    async def one(key: tuple[str, int]) -> tuple[tuple[str, int], list[tuple[int, bytes]]]:
        async with gate:
            if silent.is_set():
                return key, []
            try:
                return key, await _ask(server, *key)
            except (OSError, dns.exception.DNSException, Wrong):
                silent.set()
                return key, []

    return {key: found for key, found in await asyncio.gather(*map(one, wanted)) if found}


async def _ask(server: str, owner: str, kind: int) -> list[tuple[int, bytes]]:
    query = dns.message.make_query(dns.name.from_text(owner), dns.rdatatype.RdataType(kind), want_dnssec=False)
    answer, _ = await dns.asyncquery.udp_with_fallback(query, server, timeout=LIMIT)
    return [
        (found.ttl, rdata.to_wire())
        for found in answer.answer
        if found.rdtype == kind and found.rdclass == dns.rdataclass.IN and found.name == query.question[0].name
        for rdata in found
    ]


def plain(records: Records) -> list[list[object]]:
    """Given records, return them as the request has them: owner, type, time to live, rdata in hexadecimal."""
    return [[owner, kind, ttl, rdata.hex()] for (owner, kind), found in records.items() for ttl, rdata in found]
