"""Who gets a relay from the TURN server with people: the right password, on every transport, found through the zone."""

import json
import re

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.turn_server import ask

NAME = "turn-server.falcot.com"
SERVICES = {"turn.udp": "udp", "turn.tcp": "tcp", "turn.tls": "tls"}
TRIES = """
result = {{}}
for user, password in {people}:
    client = Client({name!r}, {port}, user, password, transport={transport!r}, name={name!r})
    result[user + " " + password] = [client.anonymous(), client.allocate(), client.relayed[0]]
print(json.dumps(result))
"""


def dig(lab: Lab, kind: str, owner: str) -> list[list[str]]:
    done = lab.run(["dig", "+short", "+time=2", "+tries=2", kind, owner], timeout=15)
    return [line.split() for line in done.stdout.splitlines()]


@pytest.mark.parametrize("service", SERVICES)
def test_the_zone_leads_to_a_relay_for_people_alone(stack: Stack, lab: Lab, service: str) -> None:
    (owner,) = (row[5] for row in dig(lab, "NAPTR", "falcot.com") if row[3] == f'"RELAY:{service}"')
    ((_priority, _weight, port, target),) = dig(lab, "SRV", owner)
    password = stack.person("roland")
    people = [["roland", "wrong"], ["nobody", password], ["Roland", password], ["roland", password]]
    code = TRIES.format(people=people, name=target.rstrip("."), port=port, transport=SERVICES[service])

    answers = ask(lab, code)

    assert answers == {
        "roland wrong": [401, 401, ""],
        f"nobody {password}": [401, 401, ""],
        f"Roland {password}": [401, 401, ""],
        f"roland {password}": [401, 0, stack.address("coturn")],
    }


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_another_client_gets_a_relay_too(stack: Stack, lab: Lab, transport: str) -> None:
    right = stack.person("roland")
    outcomes = {}
    for password, ca in (("wrong", "ca"), (right, "wrong-ca"), (right, "ca")):
        argv = ["python3", "/lab/turn_relay.py", NAME, "443", transport, "roland", f"/lab/{ca}.crt"]
        done = lab.run(argv, input=f"{password}\n", timeout=40)
        outcomes[password == right, ca] = [host for host, _ in json.loads(done.stdout or "[]")]

    relay = [stack.address("coturn")]
    without_tls = [] if transport == "tls" else relay
    assert outcomes == {(False, "ca"): [], (True, "wrong-ca"): without_tls, (True, "ca"): relay}


BURST = """
one, other = (Client({name!r}, 443, "roland", {password!r}, transport=kind, name={name!r}) for kind in {kinds!r})
assert (one.allocate(), other.allocate(), one.permit(other.relayed[0]), other.permit(one.relayed[0])) == (0, 0, 0, 0)
for number in range(50):
    one.send(other.relayed, str(number).encode())
print(json.dumps(sorted(int(other.receive()[1]) for _ in range(50))))
"""


@pytest.mark.parametrize("kinds", [("udp", "udp"), ("tcp", "tcp"), ("tls", "tls"), ("tls", "udp"), ("udp", "tls")], ids="-".join)
def test_a_burst_is_relayed_whole(stack: Stack, lab: Lab, kinds: tuple[str, str]) -> None:
    assert ask(lab, BURST.format(name=NAME, password=stack.person("roland"), kinds=kinds)) == list(range(50))


@pytest.mark.parametrize("options", [[], ["-t"], ["-t", "-S"], ["-S"]], ids=["udp", "tcp", "tls", "dtls"])
def test_the_utility_relays_on_every_transport(stack: Stack, lab: Lab, options: list[str]) -> None:
    # Its exit status is 0 even when all was lost, so what it prints counts. Over TLS it misses packets that arrive together.
    utility = ["turnutils_uclient", "-p", "443", *options, "-y", "-c", "-n", "5", "-m", "2", "-z", "40", "-u", "roland", "-w"]

    if options:  # over UDP it asks for another fifteen seconds after a refusal
        refused = lab.run([*utility, "wrong", NAME], timeout=30)
        assert "Cannot complete Allocation" in refused.stdout + refused.stderr

    served = lab.run([*utility, stack.person("roland"), NAME], timeout=30)
    lost = re.findall(r"Total lost packets \d+ \(([\d.]+)%\)", served.stdout + served.stderr)
    assert lost
    assert float(lost[-1]) < 100


def handshake(lab: Lab, *options: str, ca: str = "ca", name: str = NAME) -> tuple[bool, str]:
    """Whether a handshake was verified to its end (s_client says "ok" before it has seen a certificate), and what was said."""
    argv = ["openssl", "s_client", "-connect", f"{NAME}:443", "-servername", name, "-verify_hostname", name]
    done = lab.run([*argv, "-CAfile", f"/lab/{ca}.crt", "-verify_return_error", *options], input="", timeout=15)
    text = done.stdout + done.stderr
    return done.returncode == 0 and "Verify return code: 0 (ok)" in text and "BEGIN CERTIFICATE" in text, text


@pytest.mark.parametrize("datagrams", [(), ("-dtls",)], ids=["tls", "dtls"])
def test_the_certificate_is_ours_and_for_this_name(lab: Lab, datagrams: tuple[str, ...]) -> None:
    assert not handshake(lab, *datagrams, ca="wrong-ca")[0]
    served, said = handshake(lab, *datagrams, name="turn-ephemeral.falcot.com")
    assert not served
    assert "hostname mismatch" in said
    assert handshake(lab, *datagrams)[0]


@pytest.mark.parametrize("version", ["tls1", "tls1_1", "dtls1"])
def test_old_versions_of_tls_are_refused(lab: Lab, version: str) -> None:
    # The client itself must be willing to speak them, or nothing is shown.
    served, said = handshake(lab, f"-{version}", "-cipher", "ALL:@SECLEVEL=0")
    assert not served
    assert "alert protocol version" in said


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3", "dtls1_2"])
def test_current_versions_of_tls_are_served(lab: Lab, version: str) -> None:
    assert handshake(lab, f"-{version}")[0]
