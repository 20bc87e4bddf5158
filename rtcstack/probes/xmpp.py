"""XMPP (RFC 6120): a stream until its features, inside TLS; direct TLS (XEP-0368) or STARTTLS, for clients or for servers."""

import re
from typing import Literal

from rtcstack.plan.listener import Listener
from rtcstack.probes.result import Outcome, WrongAnswerError
from rtcstack.probes.stream import Stream, connected, shown

FEATURES = (b"</stream:features>", b"<stream:features/>")
OVER = (b"<stream:error", b"</stream:stream>")
TLS_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-tls"
Kind = Literal["client", "server"]


def header(kind: Kind, domain: str) -> bytes:
    """Given "client" or "server" and the domain, return the opening of a stream (RFC 6120 section 4.7)."""
    return (
        f"<?xml version='1.0'?><stream:stream to='{domain}' version='1.0' xml:lang='en' "
        f"xmlns='jabber:{kind}' xmlns:stream='http://etherx.jabber.org/streams'>"
    ).encode()


async def features(stream: Stream, kind: Kind, domain: str) -> bytes:
    """Given a connection, open a stream and return what came up to its features. Raise WrongAnswerError."""
    stream.writer.write(header(kind, domain))
    came = await stream.until(*FEATURES, *OVER)
    if not any(mark in came for mark in FEATURES):
        error = re.search(rb"<stream:error[^>]*><([a-z-]+)", came)
        raise WrongAnswerError(f"stream error {error[1].decode()}" if error else f"no XMPP stream: {shown(came)}")
    return came


async def _ask(listener: Listener, ca: bytes, kind: Kind) -> Outcome:
    domain = listener.identity
    async with connected(listener, ca, f"xmpp-{kind}") as stream:
        if listener.starttls:
            if TLS_NAMESPACE.encode() not in await features(stream, kind, domain):
                raise WrongAnswerError("STARTTLS is not offered")
            stream.writer.write(f"<starttls xmlns='{TLS_NAMESPACE}'/>".encode())
            if b"<proceed" not in await stream.until(b"<proceed", b"<failure", *OVER):
                raise WrongAnswerError("STARTTLS was refused")
            await stream.start_tls(ca, domain)
        came = await features(stream, kind, domain)
        if kind == "client" and b"<mechanism>" not in came:
            raise WrongAnswerError("no way to log in is offered inside TLS")
        return Outcome(f"opened a stream for {domain}" + (" by STARTTLS" if listener.starttls else ""), stream.certificate_sha256)


async def client(listener: Listener, ca: bytes) -> Outcome:
    """Given a listener for XMPP clients, open a stream as one. Raise WrongAnswerError, OSError."""
    return await _ask(listener, ca, "client")


async def server(listener: Listener, ca: bytes) -> Outcome:
    """Given a listener for other XMPP servers, open a stream as one, unauthenticated. Raise WrongAnswerError, OSError."""
    return await _ask(listener, ca, "server")
