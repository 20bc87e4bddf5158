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


def stream_error(came: bytes) -> str:
    """Given what came on a stream, return the condition of the error in it (RFC 6120 section 4.9.3), empty if there is none."""
    found = re.search(rb"<stream:error[^>]*><([a-z-]+)", came)
    return found[1].decode() if found else ""


async def _open(stream: Stream, kind: Kind, domain: str) -> bytes:
    stream.writer.write(header(kind, domain))
    return await stream.until(*FEATURES, *OVER)


def _features(came: bytes) -> bytes:
    if not any(mark in came for mark in FEATURES):
        condition = stream_error(came)
        raise WrongAnswerError(f"stream error {condition}" if condition else f"no XMPP stream: {shown(came)}")
    return came


async def _start_tls(stream: Stream, ca: bytes, kind: Kind, domain: str) -> None:
    if TLS_NAMESPACE.encode() not in _features(await _open(stream, kind, domain)):
        raise WrongAnswerError("STARTTLS is not offered")
    stream.writer.write(f"<starttls xmlns='{TLS_NAMESPACE}'/>".encode())
    if b"<proceed" not in await stream.until(b"<proceed", b"<failure", *OVER):
        raise WrongAnswerError("STARTTLS was refused")
    await stream.start_tls(ca, domain)


async def client(listener: Listener, ca: bytes) -> Outcome:
    """Given a listener for XMPP clients, open a stream as one. Raise WrongAnswerError, OSError."""
    domain = listener.identity
    async with connected(listener, ca, "xmpp-client") as stream:
        if listener.starttls:
            await _start_tls(stream, ca, "client", domain)
        if b"<mechanism>" not in _features(await _open(stream, "client", domain)):
            raise WrongAnswerError("no way to log in is offered inside TLS")
        return Outcome(f"opened a stream for {domain}", stream.certificate_sha256, stream.facts)


async def server(listener: Listener, ca: bytes) -> Outcome:
    """Given a listener for other XMPP servers, open a stream as one without a certificate. Raise WrongAnswerError, OSError.

    With STARTTLS the handshake is the proof. Inside direct TLS a server may show its features, or refuse us for having no
    certificate; both are a living server's answers.
    """
    domain = listener.identity
    async with connected(listener, ca, "xmpp-server") as stream:
        if listener.starttls:
            await _start_tls(stream, ca, "server", domain)
            return Outcome(f"began TLS for {domain}", stream.certificate_sha256, stream.facts)
        came = await _open(stream, "server", domain)
        if stream_error(came) == "not-authorized":
            return Outcome(f"asked for a server's certificate, for {domain}", stream.certificate_sha256)
        _features(came)
        return Outcome(f"opened a stream for {domain}", stream.certificate_sha256, stream.facts)
