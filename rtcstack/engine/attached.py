"""The standard streams of a process in a container, over the connection that the engine turned into one for both ways."""

import socket
import struct
from typing import Any


def converse(stream: object, stdin: bytes, seconds: float) -> tuple[bytes, bytes]:
    """Given what the SDK returns for an attached process, send it its input and return its whole standard output and error.

    Raise OSError if it says nothing for so many seconds. Source: Engine API, "Attach to a container".
    """
    response: Any = getattr(stream, "_response", stream)
    connection: Any = getattr(stream, "_sock", stream)
    try:
        connection.settimeout(seconds)
        connection.sendall(stdin)
        connection.shutdown(socket.SHUT_WR)
        # Not from the connection itself: what the process wrote at once may have come together with the engine's answer, and then
        # lies in the buffer of the reader that read that answer's headers.
        return _frames(response.raw._fp.fp.read())  # noqa: SLF001 - the SDK offers only the connection below the buffer
    finally:
        # The response closes both the stream and its connection; the stream closed alone leaves the connection open, and
        # Python 3.13 complains about it on standard error.
        response.close()


def _frames(data: bytes) -> tuple[bytes, bytes]:
    # A header of stream type, three zero bytes and a big-endian length, then the payload.
    streams: dict[int, bytearray] = {1: bytearray(), 2: bytearray()}
    position = 0
    while position + 8 <= len(data):
        kind, length = struct.unpack_from(">BxxxL", data, position)
        streams.setdefault(kind, bytearray()).extend(data[position + 8 : position + 8 + length])
        position += 8 + length
    return bytes(streams[1]), bytes(streams[2])
