"""Many listeners at once: one probe each, all together, every one bounded in time and turned into a result."""

import asyncio
import errno
import os
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.probes import dns, dtls, mysql, sip, stun, web, xmpp
from rtcstack.probes.result import Outcome, ProbeResult, Roots, WrongAnswerError
from rtcstack.probes.stream import connected

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


VERIFY_CODES = {9: "early", 10: "expired", 18: "issuer", 19: "issuer", 20: "issuer", 21: "issuer", 30: "issuer", 62: "name"}
"""OpenSSL's X509_V_ERR_… of a leaf that is refused, as one word."""


def _probe(listener: Listener) -> tuple[Probe, str]:
    if listener.transport is Transport.DTLS:
        return dtls.certificate, f"Handshake for {listener.protocol.upper()}"
    return PROBES[listener.protocol]


def tried(listener: Listener) -> str:
    """Given a listener, return what its probe does, as a phrase: protocol, transport, address, port, and the name verified."""
    how = f"{_probe(listener)[1]} over {'TCP with STARTTLS' if listener.starttls else listener.transport.upper()}"
    host = f"[{listener.address}]" if listener.address.version == 6 else str(listener.address)
    return f"{how} to {host}:{listener.port}" + (f" as {listener.identity}" if listener.identity else "")


def failure(error: Exception, patience: float) -> tuple[str, str]:
    """Given what a probe ended with, return why, in one word for programs, and what happened, as a phrase for people."""
    match error:
        case WrongAnswerError():
            found = error.code, str(error)
        case ssl.SSLCertVerificationError():
            code = VERIFY_CODES.get(error.verify_code, "certificate")
            found = code, f"the certificate is refused: {error.verify_message} (OpenSSL code {error.verify_code})"
        case ssl.SSLError():
            found = "tls", f"the TLS handshake failed: {error.reason or error}"
        case asyncio.IncompleteReadError():
            found = "closed", "the connection was closed before an answer"
        case TimeoutError():
            found = "timeout", f"no answer within {patience:g} seconds"
        case ConnectionRefusedError():
            found = "refused", "nothing listens there"
        case ConnectionResetError() | BrokenPipeError():
            found = "reset", "the connection was reset"
        case OSError(errno=errno.EHOSTUNREACH | errno.ENETUNREACH):
            found = "unreachable", "there is no way to this address"
        case OSError(errno=int(number)):
            found = "failed", os.strerror(number)
        case _:
            found = "failed", f"{type(error).__name__}: {error}"
    return found


async def shown_certificate(listener: Listener, patience: float) -> str:
    """Given a TLS listener, return the SHA-256 of the certificate that it shows, believed or not; "" if it shows none."""
    if listener.transport is not Transport.TLS:
        return ""
    try:
        async with asyncio.timeout(patience), connected(listener, b"", trusting=True) as stream:
            return stream.certificate_sha256
    except (OSError, EOFError):
        return ""


async def probe(listener: Listener, ca: bytes, patience: float = PATIENCE) -> ProbeResult:
    """Given a listener, our CA in PEM and a limit in seconds, ask it in its own protocol and return what happened."""
    started = time.perf_counter()
    code = ""
    try:
        async with asyncio.timeout(patience):
            outcome = await _probe(listener)[0](listener, ca)
    except (WrongAnswerError, OSError, EOFError, ValueError) as error:
        code, happened = failure(error, patience)
        # Whoever wants to mend it must know which certificate is shown.
        shown = await shown_certificate(listener, patience) if isinstance(error, ssl.SSLCertVerificationError) else ""
        outcome = Outcome(happened, shown)
    return ProbeResult(
        listener=listener,
        ok=not code,
        tried=tried(listener),
        happened=outcome.happened,
        seconds=round(time.perf_counter() - started, 4),
        certificate_sha256=outcome.certificate_sha256,
        code=code,
        facts=outcome.facts,
    )


async def _all(listeners: Iterable[Listener], ca: bytes | Roots, patience: float) -> tuple[ProbeResult, ...]:
    gate = asyncio.Semaphore(AT_ONCE)
    roots = ca if isinstance(ca, Roots) else Roots(ca)

    async def one(listener: Listener) -> ProbeResult:
        async with gate:
            return await probe(listener, roots.of(listener), patience)

    return tuple(await asyncio.gather(*(one(listener) for listener in listeners)))


def probe_all(listeners: Iterable[Listener], ca: bytes | Roots, patience: float = PATIENCE) -> tuple[ProbeResult, ...]:
    """Given listeners, whom to believe and a limit in seconds for each, ask all of them at once and return a result for each."""
    return asyncio.run(_all(listeners, ca, patience))
