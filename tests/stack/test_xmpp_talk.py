"""People talk: to each other, in a room that remembers, and with files."""

from uuid import uuid4

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.xmpp_client import CA, client, jid


def test_messages_go_both_ways_between_a_tls_and_a_starttls_client(stack: Stack, lab: Lab) -> None:
    passwords = (stack.person("roland"), stack.person("laura"))

    _, said = client(lab, "xmpp_talk", jid("roland"), jid("laura"), CA, passwords=passwords)

    assert said["heard"] == ["one to two", "two to one"]
    assert said["first"]["peer"] != said["second"]["peer"]


def test_who_comes_later_finds_the_history_of_a_room(stack: Stack, lab: Lab) -> None:
    room = f"{uuid4()}@conference.falcot.com"
    passwords = (stack.person("roland"), stack.person("laura"))

    _, said = client(lab, "xmpp_room", room, jid("roland"), jid("laura"), CA, passwords=passwords)

    assert said == {"heard": ["before", "after"], "archive": ["before", "after"]}


def test_a_file_can_be_put_with_the_token_only_and_fetched_by_the_certificates_name(stack: Stack, lab: Lab) -> None:
    status, said = client(lab, "xmpp_upload", jid("roland"), CA, "12000000", passwords=(stack.person("roland"),))

    assert status == 0
    assert said.pop("url").startswith("https://upload.falcot.com/file_share/")
    assert said == {"service": "upload.falcot.com", "forged": 403, "put": 201, "get": 200, "same": True}


def test_a_file_over_the_limit_gets_no_place(stack: Stack, lab: Lab) -> None:
    size = str(101 * 1024 * 1024)

    status, said = client(lab, "xmpp_upload", jid("roland"), CA, size, passwords=(stack.person("roland"),))

    assert (status, said["refused"]) == (1, "not-acceptable")
