"""What a process in a container writes is read to its last byte, however early it comes."""

import contextlib
import socket
import struct
import threading
from http.client import HTTPResponse
from types import SimpleNamespace

import pytest

from rtcstack.engine.attached import converse


def frame(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BxxxL", kind, len(payload)) + payload


class Upgraded:
    """A connection as the SDK returns it, once the engine's answer has been read."""

    def __init__(self, connection: socket.socket) -> None:
        self._sock = connection
        answer = HTTPResponse(connection)
        answer.begin()
        self._response = SimpleNamespace(raw=SimpleNamespace(_fp=answer), close=connection.close)


@pytest.mark.parametrize("at_once", [True, False])
def test_output_that_comes_together_with_the_engines_answer_is_not_lost(*, at_once: bool) -> None:
    ours, engines = socket.socketpair()
    answer = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    early = frame(1, b"early ") + frame(2, b"wrong")
    heard = bytearray()

    def engine() -> None:
        with contextlib.closing(engines):
            while chunk := engines.recv(100):
                heard.extend(chunk)
            engines.sendall((b"" if at_once else early) + frame(1, b"late"))

    engines.sendall(answer + (early if at_once else b""))
    thread = threading.Thread(target=engine)
    thread.start()
    assert converse(Upgraded(ours), b"input", 5) == (b"early late", b"wrong")
    thread.join(5)
    assert heard == b"input"


def test_a_process_that_says_nothing_is_given_up() -> None:
    ours, engines = socket.socketpair()
    with contextlib.closing(engines):
        engines.sendall(b"HTTP/1.1 101 UPGRADED\r\n\r\n")
        with pytest.raises(TimeoutError):
            converse(Upgraded(ours), b"", 0.1)
