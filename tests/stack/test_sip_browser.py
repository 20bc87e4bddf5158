"""SIP over WebSocket on 443, as web pages speak it: JsSIP registers, sends, and is sent to by a phone on TLS."""

import json

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.sip_client import Phone, tls
from tests.stack.sip_phones import another_name

URL = "wss://sip-proxy.falcot.com/"


def jssip(password: str, *, url: str = URL, ca: str = "/lab/ca.crt", to: str = "") -> tuple[list[str], str]:
    """Given what to do, return the command and its input."""
    command = ["env", f"NODE_EXTRA_CA_CERTS={ca}", "node", "--experimental-websocket", "/lab/sip_register.js"]
    told = {"url": url, "uri": "sip:roland@falcot.com", "password": password, "to": to}
    return command, json.dumps(told) + "\n"


def events(output: str) -> list[tuple[str, str]]:
    """Given what the script printed, return its events."""
    found = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [(event["event"], event["detail"]) for event in found]


@pytest.fixture
def password(stack: Stack) -> str:
    return stack.person("roland")


def test_a_wrong_password_is_refused(lab: Lab, password: str) -> None:
    command, told = jssip(f"not {password}")
    done = lab.run(command, input=told, client="browser")

    assert done.returncode == 1
    assert [event for event, _ in events(done.stdout)] == ["connected", "registrationFailed"]
    assert events(done.stdout)[1][1][:3] in ("401", "403")


def test_another_ca_is_refused(lab: Lab, password: str) -> None:
    command, told = jssip(password, ca="/lab/wrong-ca.crt")
    done = lab.run(command, input=told, client="browser")

    assert done.returncode == 1
    assert "connected" not in [event for event, _ in events(done.stdout)]


def test_another_name_is_refused(stack: Stack, lab: Lab, password: str) -> None:
    with another_name(stack, lab) as name:
        command, told = jssip(password, url=f"wss://{name}/")
        done = lab.run(command, input=told, client="browser")
        # Refused for its name alone: without the check, the server is there.
        unchecked = lab.run(["curl", "-sk", "-m", "3", f"https://{name}/health"], client="browser")

    assert done.returncode == 1
    assert "connected" not in [event for event, _ in events(done.stdout)]
    assert unchecked.stdout == "ok\n"


@pytest.mark.parametrize("host", ["sip-proxy.falcot.com", "sip.falcot.com"])
def test_it_registers(lab: Lab, password: str, host: str) -> None:
    command, told = jssip(password, url=f"wss://{host}/")
    done = lab.run(command, input=told, client="browser")

    assert [event for event, _ in events(done.stdout)] == ["connected", "registered"]


def test_a_page_and_a_phone_reach_each_other(stack: Stack, lab: Lab, password: str) -> None:
    laura = Phone(tls(lab, client="other"), "laura", stack.person("laura"))
    try:
        assert laura.register().status == 200
        command, told = jssip(password, to="sip:laura@falcot.com")
        page = lab.spawn(command, client="browser", timeout=30)
        assert page.stdin is not None
        page.stdin.write(told)
        page.stdin.flush()

        came = laura.await_request("MESSAGE")
        laura.reply(came, "200 OK")
        assert came.body == "from a browser"
        assert laura.ask("MESSAGE", "sip:roland@falcot.com", "Content-Type: text/plain", body="from a phone").status == 200

        output, _ = page.communicate(timeout=30)
        assert events(output)[2:] == [("delivered", ""), ("message", "from a phone")]
    finally:
        laura.register(0)
        laura.line.close()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", (), "404"),
        ("/health", (), "200"),
        ("/", ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Protocol: chat"), "400"),
        ("/", ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Protocol: sip"), "101"),
    ],
)
def test_http_is_for_the_handshake_only(lab: Lab, path: str, headers: tuple[str, ...], status: str) -> None:
    extra = [
        word
        for header in (*headers, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13")
        for word in ("-H", header)
    ]
    url = f"https://sip-proxy.falcot.com{path}"
    done = lab.run(["curl", "-s", "-m", "3", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", "/lab/ca.crt", *extra, url])

    assert done.stdout == status


def test_a_foreign_host_name_is_not_served(lab: Lab) -> None:
    upgrade = [
        "-H",
        "Upgrade: websocket",
        "-H",
        "Connection: Upgrade",
        "-H",
        "Sec-WebSocket-Protocol: sip",
        "-H",
        "Host: evil.example",
    ]
    key = ["-H", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "-H", "Sec-WebSocket-Version: 13"]
    ask = ["curl", "-s", "-m", "3", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", "/lab/ca.crt"]

    assert lab.run([*ask, *upgrade, *key, "https://sip-proxy.falcot.com/"]).stdout == "403"
