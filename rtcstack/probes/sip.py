"""SIP (RFC 3261): an OPTIONS request (section 11), over UDP, TCP or TLS; any final answer below 500 is a living proxy's."""

import re
import secrets

from rtcstack.plan.listener import Listener, Transport
from rtcstack.probes.datagram import datagrams
from rtcstack.probes.result import Outcome, WrongAnswerError
from rtcstack.probes.stream import connected, shown

STATUS = re.compile(rb"SIP/2\.0 (\d{3}) ([^\r\n]*)")


def _host(text: str) -> str:
    return f"[{text}]" if ":" in text else text


def options(listener: Listener, local: tuple[str, int], call: str) -> bytes:
    """Given a listener, our own address and port and a fresh token, return the OPTIONS request."""
    target = _host(listener.identity or str(listener.address))
    here = f"{_host(local[0])}:{local[1]}"
    via = f"SIP/2.0/{listener.transport.upper()} {here};rport;branch=z9hG4bK{call}"
    lines = (
        f"OPTIONS sip:{target} SIP/2.0",
        f"Via: {via}",
        "Max-Forwards: 1",
        f"From: <sip:probe@{target}>;tag={call}",
        f"To: <sip:{target}>",
        f"Call-ID: {call}@{_host(local[0])}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:probe@{here};transport={listener.transport}>",
        "User-Agent: rtcstack",
        "Accept: application/sdp",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def status(answer: bytes) -> str:
    """Given an answer, return its status line. Raise WrongAnswerError if it is not SIP, or says that the server failed."""
    found = STATUS.match(answer.lstrip(b"\r\n"))
    if found is None:
        raise WrongAnswerError(f"not SIP: {shown(answer)}")
    words = f"{found[1].decode()} {found[2].decode(errors='replace')}"
    if int(found[1]) >= 500:
        raise WrongAnswerError(f"answered {words}")
    return f"answered {words}"


async def ping(listener: Listener, ca: bytes) -> Outcome:
    """Given a SIP listener, send OPTIONS and return the answer. Raise WrongAnswerError, OSError."""
    call = secrets.token_hex(8)
    if listener.transport is Transport.UDP:
        async with datagrams(listener) as socket:

            def accept(data: bytes) -> str | None:
                return status(data) if call.encode() in data else None

            return Outcome(await socket.ask(options(listener, socket.local, call), accept))
    async with connected(listener, ca, "sip") as stream:
        stream.writer.write(options(listener, stream.local, call))
        return Outcome(status(await stream.until(b"\r\n\r\n")), stream.certificate_sha256, stream.facts)
