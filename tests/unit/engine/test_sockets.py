import socket

import pytest

from rtcstack.engine.sockets import waiting


@pytest.mark.parametrize(
    ("family", "kind", "address", "said"),
    [
        (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1", ("tcp", "127.0.0.1")),
        (socket.AF_INET, socket.SOCK_DGRAM, "127.3.2.1", ("udp", "127.3.2.1")),
        (socket.AF_INET6, socket.SOCK_STREAM, "::1", ("tcp", "::1")),
        (socket.AF_INET6, socket.SOCK_DGRAM, "::", ("udp", "*")),
    ],
)
def test_a_socket_that_waits_is_found_and_no_more_once_closed(
    family: socket.AddressFamily, kind: socket.SocketKind, address: str, said: tuple[str, str]
) -> None:
    with socket.socket(family, kind) as server:
        server.bind((address, 0))
        port = server.getsockname()[1]
        if kind is socket.SOCK_STREAM:
            assert (*said, port) not in waiting()
            server.listen()
        assert (*said, port) in waiting()
    assert (*said, port) not in waiting()
