"""XMPP from the web: host-meta tells where (XEP-0156), and a browser's very first contact may be the WebSocket."""

import json
from xml.etree import ElementTree as ET

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.xmpp_client import CA, WRONG_CA, jid

WEBSOCKET = "wss://xmpp-gw.falcot.com/xmpp-websocket"
BOSH = "https://xmpp-gw.falcot.com/http-bind"

BODY = (
    '<body xmlns="http://jabber.org/protocol/httpbind" to="falcot.com" rid="1" hold="1" wait="5" ver="1.6"'
    ' xmpp:version="1.0" xmlns:xmpp="urn:xmpp:xbosh"/>'
)


def _get(lab: Lab, url: str, *options: str, ca: str = CA) -> tuple[int, str]:
    done = lab.run(["curl", "-sS", "--max-time", "10", "--cacert", ca, *options, url], timeout=15)
    return done.returncode, done.stdout


def test_host_meta_says_the_same_in_both_forms_and_by_both_names(stack: Stack, lab: Lab) -> None:
    elsewhere = ("--resolve", f"falcot.com:443:{stack.address('prosody')}")
    assert _get(lab, "https://xmpp-gw.falcot.com/.well-known/host-meta", ca=WRONG_CA)[0] == 60

    for host, options in (("xmpp-gw.falcot.com", ()), ("falcot.com", elsewhere)):
        _, xml = _get(lab, f"https://{host}/.well-known/host-meta", *options)
        _, text = _get(lab, f"https://{host}/.well-known/host-meta.json", *options)
        found = {link["rel"]: link["href"] for link in json.loads(text)["links"]}

        assert found == {"urn:xmpp:alt-connections:xbosh": BOSH, "urn:xmpp:alt-connections:websocket": WEBSOCKET}
        links = ET.fromstring(xml).iter("{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link")  # noqa: S314 - our own server's
        assert {link.attrib["rel"]: link.attrib["href"] for link in links} == found


def test_bosh_opens_a_session_for_the_domain(stack: Stack, lab: Lab) -> None:
    del stack

    status, answer = _get(lab, BOSH, "--data", BODY)

    assert status == 0
    assert "SCRAM-SHA-256" in answer


def test_in_clear_nobody_can_log_in(stack: Stack, lab: Lab) -> None:
    clear = f"http://{stack.address('prosody', second=True)}:443/http-bind"

    status, answer = _get(lab, clear, "--header", "Host: xmpp-gw.falcot.com", "--data", BODY)

    assert status == 0
    assert "mechanism" not in answer


@pytest.mark.parametrize(
    ("password", "ca", "came"),
    [
        (None, WRONG_CA, ["closed 1006"]),
        ("wrong", CA, ["open xmpp", "features", "failure"]),
        (None, CA, ["open xmpp", "features", "success"]),
    ],
)
def test_the_first_contact_of_a_fresh_browser_is_the_websocket(
    stack: Stack, lab: Lab, password: str | None, ca: str, came: list[str]
) -> None:
    secret = password or stack.person("roland")

    done = lab.run(
        ["python3", "/lab/xmpp_websocket.py", WEBSOCKET, jid("roland"), ca], input=secret + "\n", timeout=60, client="browser"
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == came
