"""UDP with the client's part of reliability: ask, and ask again, until something comes that counts as an answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar, cast

from rtcstack.plan.listener import Listener

Answer = TypeVar("Answer")
AGAIN = (0.3, 0.6, 1.2, 2.4, 4.8)
"""Seconds between retransmissions; RFC 8489 section 6.2.1 doubles from 0.5, a local network may be asked sooner."""


class Datagrams(asyncio.DatagramProtocol):
    """A connected UDP socket with a queue of what came; ICMP errors end the wait as the OSError that they are."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for sending."""
        # asyncio's own class for it is no DatagramTransport by inheritance before Python 3.12.
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:  # noqa: ARG002 - asyncio's signature
        """Queue what came from the one peer that the socket is connected to."""
        self.queue.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        """Queue an ICMP error, such as ECONNREFUSED where nothing listens."""
        self.queue.put_nowait(exc if isinstance(exc, OSError) else OSError(str(exc)))

    @property
    def local(self) -> tuple[str, int]:
        """Our own address and port."""
        host, port = self.transport.get_extra_info("sockname")[:2]
        return str(host), int(port)

    async def ask(self, request: bytes, accept: Callable[[bytes], Answer | None]) -> Answer:
        """Given a request, send it until `accept` returns something for an answer, and return that. Raise OSError, TimeoutError."""
        for pause in AGAIN:
            self.transport.sendto(request)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    while True:
                        came = await self.queue.get()
                        if isinstance(came, OSError):
                            raise came
                        if (answer := accept(came)) is not None:
                            return answer
        raise TimeoutError


@asynccontextmanager
async def datagrams(listener: Listener) -> AsyncIterator[Datagrams]:
    """Given a UDP or DTLS listener, yield a socket connected to it. Raise OSError if there is no way there."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Datagrams, remote_addr=(str(listener.address), listener.port))
    try:
        yield protocol
    finally:
        transport.close()
