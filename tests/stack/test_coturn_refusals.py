"""coturn by itself starts in spite of these mistakes; ours does not, and says which one it was."""

import pytest

from rtcstack.pki.keys import dump, make
from tests.stack.turn_server import Change, Files, eventually, place, turn_server

PLACE = place("rtcturnbad", "192.168.78.0/24", "2001:db8:3478:78::/64")


def unreadable_key(_current: Files, tls: Files) -> None:
    content, mode, _uid, _gid = tls["key.pem"]
    tls["key.pem"] = (content, mode, 0, 0)


def no_certificate(_current: Files, tls: Files) -> None:
    del tls["cert.pem"]


def key_of_another(_current: Files, tls: Files) -> None:
    tls["key.pem"] = (dump(make("ecdsa")), *tls["key.pem"][1:])


def append(current: Files, line: bytes) -> None:
    content, mode, uid, gid = current["turnserver.conf"]
    current["turnserver.conf"] = (content + line, mode, uid, gid)


def unknown_directive(current: Files, _tls: Files) -> None:
    append(current, b"denied-peer-ipp=192.0.2.1\n")


def value_that_is_none(current: Files, _tls: Files) -> None:
    append(current, b"denied-peer-ip=192.0.2.0/24\n")


DAMAGES = {
    unreadable_key: "cannot read /config/tls/key.pem",
    no_certificate: "cannot read /config/tls/cert.pem",
    key_of_another: "is not for the key",
    unknown_directive: "Bad configuration format: denied-peer-ipp",
    value_that_is_none: "invalid denied-peer-ip value 192.0.2.0/24",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_mistake_stops_the_start_and_is_named(damage: Change) -> None:
    with turn_server(PLACE, damage=damage) as server:
        eventually(lambda: int(server.inspect("{{.RestartCount}}")) > 0, 10)
        assert DAMAGES[damage] in server.logs()
        assert not server.answers()
        assert server.inspect("{{.State.Health.Status}}") in ("unhealthy", "starting")


def test_without_a_mistake_it_starts() -> None:
    with turn_server(PLACE) as server:
        eventually(server.answers, 10)
        eventually(lambda: server.inspect("{{.State.Health.Status}}") == "healthy", 20)
        assert "Bad configuration" not in server.logs()
        assert server.inspect("{{.RestartCount}}") == "0"


def test_a_key_that_becomes_unreadable_turns_a_running_server_red() -> None:
    with turn_server(PLACE) as server:
        eventually(server.answers, 10)
        server.redeliver(unreadable_key)
        assert not server.answers()
        eventually(lambda: server.inspect("{{.State.Health.Status}}") == "unhealthy", 40)


def test_a_pair_that_does_not_belong_together_is_not_taken_up() -> None:
    with turn_server(PLACE) as server:
        eventually(server.answers, 10)
        server.redeliver(key_of_another)
        assert server.reload() != 0
        assert "Reloading" not in server.logs()
