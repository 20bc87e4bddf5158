import asyncio
import time

import pytest

from rtcstack.plan.listener import Protocol, Transport
from rtcstack.probes.run import probe_all, tried
from tests.unit.probes.servers import NAME, ask_datagram, ask_stream, authority, listener, saying, served

HELLO = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del writer
    await reader.read()


def test_another_ca_is_refused_then_ours_is_accepted() -> None:
    wrong = ask_stream(saying(HELLO), Protocol.HTTPS, Transport.TLS, ca=authority("another CA")[0])
    none = ask_stream(saying(HELLO), Protocol.HTTPS, Transport.TLS, ca=b"")
    right = ask_stream(saying(HELLO), Protocol.HTTPS, Transport.TLS)
    assert not wrong.ok
    assert "the certificate is refused" in wrong.happened
    assert not none.ok
    assert "the certificate is refused" in none.happened
    assert (right.ok, right.happened, len(right.certificate_sha256)) == (True, "answered 404", 64)


def test_another_name_is_refused() -> None:
    result = ask_stream(saying(HELLO), Protocol.HTTPS, Transport.TLS, identity="wrong.example")
    assert (result.ok, result.code) == (False, "name")
    assert "wrong.example" in result.happened
    # Whoever mends it is told which certificate it was.
    assert len(result.certificate_sha256) == 64


async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader, writer


@pytest.mark.parametrize("protocol", list(Protocol))
def test_every_protocol_gives_up_on_a_silent_server(protocol: Protocol) -> None:
    transport = Transport.UDP if protocol is Protocol.DNS else Transport.TCP
    started = time.monotonic()
    if transport is Transport.UDP:
        result = ask_datagram(lambda _: [], protocol, patience=0.2)
    else:
        result = ask_stream(silent, protocol, transport, patience=0.2)
    assert (result.ok, result.happened) == (False, "no answer within 0.2 seconds")
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("protocol", list(Protocol))
@pytest.mark.parametrize("transport", list(Transport))
def test_a_closed_port_is_told_from_a_silent_one(protocol: Protocol, transport: Transport) -> None:
    (result,) = probe_all([listener(9, protocol, transport)], authority()[0], 1.0)
    assert (result.ok, result.happened) == (False, "nothing listens there")


@pytest.mark.parametrize(
    ("protocol", "starttls"),
    [(p, s) for p in Protocol if p is not Protocol.DNS for s in ((True, False) if p.startswith("xmpp") else (False,))],
)
def test_a_server_that_closes_at_once_is_red(protocol: Protocol, *, starttls: bool) -> None:
    result = ask_stream(closing, protocol, Transport.TCP, starttls=starttls)
    assert not result.ok
    assert "closed" in result.happened or "reset" in result.happened


def test_asks_all_at_once() -> None:
    async def both() -> float:
        async with served(silent) as port:
            many = [listener(port, Protocol.HTTPS, Transport.TCP)] * 20
            started = time.monotonic()
            results = await asyncio.to_thread(probe_all, many, b"", 0.3)
            assert [result.ok for result in results] == [False] * 20
            return time.monotonic() - started

    assert asyncio.run(both()) < 2


def test_says_what_it_tried() -> None:
    assert tried(listener(443, Protocol.XMPP_CLIENT, Transport.TCP, starttls=True)) == (
        f"XMPP client stream over TCP with STARTTLS to 127.0.0.1:443 as {NAME}"
    )
