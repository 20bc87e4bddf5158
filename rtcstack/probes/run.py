"""Many listeners at once: one probe each, all together, every one bounded in time and turned into a result."""

import asyncio
import errno
import os
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.probes import dns, dtls, mysql, sip, stun, web, xmpp
from rtcstack.probes.result import Outcome, ProbeResult, WrongAnswerError

__all__ = ["ProbeResult", "probe", "probe_all"]
PATIENCE = 3.0
"""Seconds for one probe; on a network of ours an answer takes milliseconds."""
AT_ONCE = 64

Probe = Callable[[Listener, bytes], Awaitable[Outcome]]
PROBES: dict[Protocol, tuple[Probe, str]] = {
    Protocol.STUN: (stun.binding, "STUN Binding"),
    Protocol.TURN: (stun.allocate, "TURN Allocate without credentials"),
    Protocol.SIP: (sip.ping, "SIP OPTIONS"),
    Protocol.SIP_WS: (web.sip_websocket, "WebSocket for SIP"),
    Protocol.HTTPS: (web.get, "HTTPS GET"),
    Protocol.XMPP_CLIENT: (xmpp.client, "XMPP client stream"),
    Protocol.XMPP_SERVER: (xmpp.server, "XMPP server stream"),
    Protocol.MYSQL: (mysql.greeting, "MariaDB greeting"),
    Protocol.DNS: (dns.query, "DNS query"),
}


def _probe(listener: Listener) -> tuple[Probe, str]:
    if listener.transport is Transport.DTLS:
        return dtls.certificate, f"Handshake for {listener.protocol.upper()}"
    return PROBES[listener.protocol]


def tried(listener: Listener) -> str:
    """Given a listener, return what its probe does, as a phrase: protocol, transport, address, port, and the name verified."""
    how = f"{_probe(listener)[1]} over {'TCP with STARTTLS' if listener.starttls else listener.transport.upper()}"
    host = f"[{listener.address}]" if listener.address.version == 6 else str(listener.address)
    return f"{how} to {host}:{listener.port}" + (f" as {listener.identity}" if listener.identity else "")


def failure(error: Exception, patience: float) -> str:
    """Given what a probe ended with, return what happened, as a phrase for people."""
    match error:
        case WrongAnswerError():
            text = str(error)
        case ssl.SSLCertVerificationError():
            text = f"the certificate is refused: {error.verify_message} (OpenSSL code {error.verify_code})"
        case ssl.SSLError():
            text = f"the TLS handshake failed: {error.reason or error}"
        case asyncio.IncompleteReadError():
            text = "the connection was closed before an answer"
        case TimeoutError():
            text = f"no answer within {patience:g} seconds"
        case ConnectionRefusedError():
            text = "nothing listens there"
        case ConnectionResetError() | BrokenPipeError():
            text = "the connection was reset"
        case OSError(errno=errno.EHOSTUNREACH | errno.ENETUNREACH):
            text = "there is no way to this address"
        case OSError(errno=int(number)):
            text = os.strerror(number)
        case _:
            text = f"{type(error).__name__}: {error}"
    return text


async def probe(listener: Listener, ca: bytes, patience: float = PATIENCE) -> ProbeResult:
    """Given a listener, our CA in PEM and a limit in seconds, ask it in its own protocol and return what happened."""
    started = time.perf_counter()
    try:
        async with asyncio.timeout(patience):
            outcome, ok = await _probe(listener)[0](listener, ca), True
    except (WrongAnswerError, OSError, EOFError, ValueError) as error:
        outcome, ok = Outcome(failure(error, patience)), False
    return ProbeResult(
        listener=listener,
        ok=ok,
        tried=tried(listener),
        happened=outcome.happened,
        seconds=round(time.perf_counter() - started, 4),
        certificate_sha256=outcome.certificate_sha256,
    )


async def _all(listeners: Iterable[Listener], ca: bytes, patience: float) -> tuple[ProbeResult, ...]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(listener: Listener) -> ProbeResult:
        async with gate:
            return await probe(listener, ca, patience)

    return tuple(await asyncio.gather(*(one(listener) for listener in listeners)))


def probe_all(listeners: Iterable[Listener], ca: bytes, patience: float = PATIENCE) -> tuple[ProbeResult, ...]:
    """Given listeners, our CA in PEM and a limit in seconds for each, ask all of them at once and return a result for each."""
    return asyncio.run(_all(listeners, ca, patience))
