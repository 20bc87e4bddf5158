import asyncio
import base64
import hashlib

import pytest

from rtcstack.plan.listener import Protocol, Transport
from rtcstack.probes import sip, web, xmpp
from tests.unit.probes.servers import ask_datagram, ask_stream, listener, saying, server_context

STREAM = b"<?xml version='1.0'?><stream:stream from='falcot.com' xmlns:stream='http://etherx.jabber.org/streams'>"
FEATURES = STREAM + b"<stream:features><mechanisms><mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>"
STARTTLS = STREAM + b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
REFUSED = STREAM + b"<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"


@pytest.mark.parametrize(
    ("answer", "ok", "happened"),
    [
        (b"SIP/2.0 200 OK\r\n\r\n", True, "answered 200 OK"),
        (b"SIP/2.0 404 Not here\r\n\r\n", True, "answered 404 Not here"),
        (b"SIP/2.0 503 Service Unavailable\r\n\r\n", False, "answered 503 Service Unavailable"),
        (b"HTTP/1.1 200 OK\r\n\r\n", False, "not SIP: 'HTTP/1.1 200 OK\\r\\n\\r\\n'"),
    ],
)
def test_judges_a_sip_answer(answer: bytes, *, ok: bool, happened: str) -> None:
    result = ask_stream(saying(answer), Protocol.SIP, Transport.TLS)
    assert (result.ok, result.happened) == (ok, happened)


def test_ignores_a_sip_answer_to_somebody_else() -> None:
    assert not ask_datagram(lambda _: [b"SIP/2.0 200 OK\r\nCall-ID: other\r\n\r\n"], Protocol.SIP, patience=0.5).ok
    assert ask_datagram(lambda data: [b"SIP/2.0 200 OK\r\n" + data], Protocol.SIP).ok


def test_writes_the_options_request_that_rfc_3261_wants() -> None:
    request = sip.options(listener(443, Protocol.SIP, Transport.TLS), ("198.51.100.27", 40000), "abc").decode()
    assert request.split("\r\n") == [
        "OPTIONS sip:falcot.com SIP/2.0",
        "Via: SIP/2.0/TLS 198.51.100.27:40000;rport;branch=z9hG4bKabc",
        "Max-Forwards: 1",
        "From: <sip:probe@falcot.com>;tag=abc",
        "To: <sip:falcot.com>",
        "Call-ID: abc@198.51.100.27",
        "CSeq: 1 OPTIONS",
        "Contact: <sip:probe@198.51.100.27:40000;transport=tls>",
        "User-Agent: rtcstack",
        "Accept: application/sdp",
        "Content-Length: 0",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("key", "protocol", "ok"),
    [(b"", b"sip", False), (web.MAGIC, b"xmpp", False), (web.MAGIC, b"", False), (web.MAGIC, b"sip", True)],
)
def test_a_websocket_must_be_accepted_for_sip(key: bytes, protocol: bytes, *, ok: bool) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        accept = base64.b64encode(hashlib.sha1(web.header(asked, b"sec-websocket-key") + key, usedforsecurity=False).digest())
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + accept + b"\r\n")
        writer.write(b"Sec-WebSocket-Protocol: " + protocol + b"\r\n\r\n")
        await writer.drain()

    assert ask_stream(talk, Protocol.SIP_WS, Transport.TLS).ok is ok


@pytest.mark.parametrize(("code", "ok"), [(200, True), (404, True), (500, False), (503, False)])
def test_judges_an_https_answer(code: int, *, ok: bool) -> None:
    assert ask_stream(saying(f"HTTP/1.1 {code} Words\r\n\r\n".encode()), Protocol.HTTPS, Transport.TLS).ok is ok


@pytest.mark.parametrize(
    ("protocol", "answer", "ok", "happened"),
    [
        (Protocol.XMPP_CLIENT, FEATURES, True, "opened a stream for falcot.com"),
        (Protocol.XMPP_CLIENT, STARTTLS, False, "no way to log in is offered inside TLS"),
        (Protocol.XMPP_CLIENT, REFUSED, False, "stream error not-authorized"),
        (Protocol.XMPP_SERVER, REFUSED, True, "asked for a server's certificate, for falcot.com"),
        (Protocol.XMPP_SERVER, REFUSED.replace(b"not-authorized", b"host-unknown"), False, "stream error host-unknown"),
        (Protocol.XMPP_SERVER, FEATURES, True, "opened a stream for falcot.com"),
        (Protocol.XMPP_CLIENT, b"-ERR go away</stream:stream>", False, "no XMPP stream: '-ERR go away</stream:stream>'"),
    ],
)
def test_judges_an_xmpp_stream(protocol: Protocol, answer: bytes, *, ok: bool, happened: str) -> None:
    result = ask_stream(saying(answer), protocol, Transport.TLS)
    assert (result.ok, result.happened) == (ok, happened)


@pytest.mark.parametrize("protocol", [Protocol.XMPP_CLIENT, Protocol.XMPP_SERVER])
def test_starttls_goes_on_inside_tls_and_verifies_the_name(protocol: Protocol) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b">")
        await reader.readuntil(b">")
        writer.write(STARTTLS)
        await reader.readuntil(b"/>")
        writer.write(b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        await writer.start_tls(server_context())
        if protocol is Protocol.XMPP_CLIENT:
            await reader.read(4096)
            writer.write(FEATURES)
        await reader.read()

    wrong = ask_stream(talk, protocol, Transport.TCP, starttls=True, identity="wrong.example")
    right = ask_stream(talk, protocol, Transport.TCP, starttls=True)
    assert not wrong.ok
    assert "the certificate is refused" in wrong.happened
    assert (right.ok, len(right.certificate_sha256)) == (True, 64)


@pytest.mark.parametrize(
    ("answers", "happened"),
    [
        ((FEATURES,), "STARTTLS is not offered"),
        ((STARTTLS, b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), "STARTTLS was refused"),
    ],
)
def test_starttls_that_is_missing_or_refused_is_red(answers: tuple[bytes, ...], happened: str) -> None:
    result = ask_stream(saying(*answers), Protocol.XMPP_CLIENT, Transport.TCP, starttls=True)
    assert (result.ok, result.happened) == (False, happened)


def test_names_the_condition_of_a_stream_error() -> None:
    assert (xmpp.stream_error(REFUSED), xmpp.stream_error(FEATURES)) == ("not-authorized", "")


def packet(body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + b"\x00" + body


@pytest.mark.parametrize(
    ("greeting", "ok", "happened"),
    [
        (packet(b"\x0a11.8.6-MariaDB\x00rest"), True, "greeted as 11.8.6-MariaDB"),
        (packet(b"\xff\x10\x04Too many connections"), False, "refused: 'Too many connections'"),
    ],
)
def test_judges_the_databases_greeting(greeting: bytes, *, ok: bool, happened: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read()

    result = ask_stream(talk, Protocol.MYSQL, Transport.TCP)
    assert (result.ok, result.happened) == (ok, happened)
