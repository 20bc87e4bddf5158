import os
import socket

from rtcstack.engine import namespace


def test_a_process_that_is_not_there_tells_nothing() -> None:
    assert namespace.addresses(2**22 + 1) is None


def test_our_own_addresses_are_read_and_no_others() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        found = namespace.addresses(os.getpid())

    assert found is not None
    assert "127.0.0.1" in found
    assert "127.255.255.255" not in found
    assert not {"127.0.0.0", "198.51.100.10"} & found
