"""The database goes away: streams go on, at their speed, and everything works again by itself soon after."""

import time
from uuid import uuid4

from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.xmpp_client import CA, Staying, client, jid

SLOW = 1500
"""Milliseconds that a message may take meanwhile: each look for the database is short, and there is one a second."""


def _login(stack: Stack, lab: Lab) -> bool:
    return client(lab, "xmpp_login", jid("roland"), "starttls", CA, passwords=(stack.person("roland"),))[0] == 0


def _back(stack: Stack, lab: Lab) -> float:
    """Start the database; return the seconds until a login works, which must be under ten."""
    docker("start", stack.container("mariadb"))
    began = time.monotonic()
    while not _login(stack, lab):
        assert time.monotonic() - began < 10
    return time.monotonic() - began


def test_streams_live_through_a_database_outage(stack: Stack, lab: Lab) -> None:
    with Staying(lab, "roland", stack.person("roland")) as roland:
        assert _login(stack, lab)
        docker("stop", "--time", "30", stack.container("mariadb"))
        stopped = time.monotonic()
        took = []
        try:
            assert not _login(stack, lab)
            while time.monotonic() - stopped < 20:
                took.append(roland.say())
                time.sleep(0.5)
        finally:
            assert _back(stack, lab) < 10
        assert roland.lost() == 0

    assert len(took) > 10
    assert 0 <= min(took) <= max(took) < SLOW


def test_prosody_started_without_its_database_works_as_soon_as_that_is_there(stack: Stack, lab: Lab) -> None:
    room = f"{uuid4()}@conference.falcot.com"
    passwords = (stack.person("roland"), stack.person("laura"))
    docker("stop", "--time", "30", stack.container("mariadb"))
    try:
        docker("restart", "--time", "10", stack.container("prosody"))
        time.sleep(3)
        assert not _login(stack, lab)
    finally:
        assert _back(stack, lab) < 10

    _, said = client(lab, "xmpp_room", room, jid("roland"), jid("laura"), CA, passwords=passwords)
    assert said == {"heard": ["before", "after"], "archive": ["before", "after"]}
