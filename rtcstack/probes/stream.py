"""TCP and TLS as a strict client opens them: our CA only, the name checked, everything closed afterwards."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache

from rtcstack.plan.listener import Listener, Transport
from rtcstack.probes.result import WrongAnswerError

GOODBYE = 0.3
"""Seconds for an orderly close; who does not answer by then is left alone."""
LONGEST = 65536
"""Bytes of an answer that a probe is willing to read."""


@cache
def client_context(ca: bytes, alpn: str = "") -> ssl.SSLContext:
    """Given a CA in PEM (empty: nobody is trusted), return a strict client's context, TLS 1.2 or newer, offering `alpn`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Who is told to believe an intermediate certificate believes it.
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    if ca:
        context.load_verify_locations(cadata=ca.decode("ascii"))
    if alpn:
        context.set_alpn_protocols([alpn])
    return context


@dataclass(frozen=True, slots=True)
class Stream:
    """An open connection and the deadline-free reads that probes need; the caller bounds the time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def certificate_sha256(self) -> str:
        """SHA-256 of the leaf's DER in hex, "" without TLS."""
        tls = self.writer.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) if isinstance(tls, ssl.SSLObject) else None
        return hashlib.sha256(der).hexdigest() if der else ""

    @property
    def facts(self) -> dict[str, str]:
        """The version of TLS and the protocol that ALPN chose; empty without TLS."""
        tls = self.writer.get_extra_info("ssl_object")
        if not isinstance(tls, ssl.SSLObject):
            return {}
        return {"tls": tls.version() or "", "alpn": tls.selected_alpn_protocol() or ""}

    @property
    def local(self) -> tuple[str, int]:
        """Our own address and port, as SIP's Via wants them."""
        host, port = self.writer.get_extra_info("sockname")[:2]
        return str(host), int(port)

    async def until(self, *marks: bytes) -> bytes:
        """Given byte strings, read until one has come and return all that was read. Raise WrongAnswerError at an early end."""
        found = b""
        while not any(mark in found for mark in marks):
            chunk = await self.reader.read(4096)
            if not chunk or len(found) > LONGEST:
                raise WrongAnswerError(
                    f"the connection ended after {shown(found)}" if found else "the connection was closed without an answer"
                )
            found += chunk
        return found

    async def start_tls(self, ca: bytes, name: str) -> None:
        """Given a CA and the name to be verified, go on inside TLS. Raise ssl.SSLError, OSError."""
        await self.writer.start_tls(client_context(ca), server_hostname=name)


def _trusting_context() -> ssl.SSLContext:
    # To look at what is shown, never to say anything.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@asynccontextmanager
async def connected(listener: Listener, ca: bytes, alpn: str = "", *, trusting: bool = False) -> AsyncIterator[Stream]:
    """Given a TCP or TLS listener, yield a connection to it; TLS verifies `listener.identity`. Raise ssl.SSLError, OSError.

    `trusting` verifies nothing: only for looking at the certificate.
    """
    host = str(listener.address)
    if listener.transport is Transport.TLS:
        reader, writer = await asyncio.open_connection(
            host,
            listener.port,
            ssl=_trusting_context() if trusting else client_context(ca, alpn),
            server_hostname=listener.identity or host,
            ssl_shutdown_timeout=GOODBYE,
        )
    else:
        reader, writer = await asyncio.open_connection(host, listener.port)
    try:
        yield Stream(reader, writer)
    finally:
        writer.close()
        with suppress(OSError, TimeoutError, ssl.SSLError):
            async with asyncio.timeout(GOODBYE):
                await writer.wait_closed()
        writer.transport.abort()


def shown(found: bytes) -> str:
    """Given bytes from the wire, return their beginning in a form that is safe in a sentence."""
    return ascii(found[:80].decode("latin-1"))
