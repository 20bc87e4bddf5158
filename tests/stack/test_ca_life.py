"""The CA's life before real clients: partners' certificates and their revocation, a key under a passphrase, one CA after another.

In this order, each test leaving the stack well for the next one: a CA has one life.
"""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcstack.engine.images import reference
from rtcstack.pki.certificates import spki_sha256
from tests.stack.baresip import Baresip
from tests.stack.ca_stack import DOORS, ClientOf, answered, ca_lab, ca_stack, refusing, stranger
from tests.stack.installation import Stack
from tests.stack.lab import Lab, wrong_ca
from tests.stack.tls_client import openssl_by_tlsa
from tests.stack.xmpp_client import client, jid
from tests.stack.xmpp_partner import DOMAIN, Partner, zone

PASSPHRASE = "correct horse battery"
OLD, NEW, WRONG = "/lab/ca.crt", "/lab/new.crt", "/lab/wrong-ca.crt"
BOTH = "/lab/both.crt"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with ca_stack(tmp_path_factory.mktemp("ca")) as found:
        yield found


@pytest.fixture(scope="module")
def place(own: Stack) -> Iterator[Lab]:
    with ca_lab(own) as found:
        found.ensure("client")
        yield found


def issued(own: Stack, place: Lab, name: str) -> str:
    """Given a partner's domain, let the real command issue a certificate; return its path in the lab."""
    file = own.directory / f"{name}.pem"
    file.unlink(missing_ok=True)
    own.ok("certs", "issue-client", name, "--output", str(file))
    place.put(f"/lab/{name}.pem", file.read_bytes())
    return f"/lab/{name}.pem"


def by_tlsa(place: Lab, ca: str) -> bool:
    """Given a CA as PEM, return whether every door is accepted by its TLSA record alone, or none is."""
    record = f"2 1 1 {spki_sha256(ca.encode())}"
    answers = {openssl_by_tlsa(place, door, record)[0] for door in DOORS}
    assert len(answers) == 1
    return answers.pop()


def until(what: str, true: object, seconds: float = 10) -> float:
    """Given a question and what answers it, wait until the answer is yes; return how long that took."""
    begin = time.monotonic()
    while True:
        assert callable(true)
        if true():
            return time.monotonic() - begin
        assert time.monotonic() < begin + seconds, what
        time.sleep(0.2)


def test_kamailio_answers_without_a_certificate_and_with_ours_and_refuses_strangers_and_the_revoked(own: Stack, place: Lab) -> None:
    good, bad = issued(own, place, "good.example"), issued(own, place, "bad.example")
    place.put("/lab/stranger.pem", stranger("Stranger CA"))
    place.put("/lab/namesake.pem", stranger("rtcstack CA falcot.com"))
    assert not answered(place, "/lab/stranger.pem")
    assert not answered(place, "/lab/namesake.pem")
    assert answered(place)
    assert answered(place, good)
    assert answered(place, bad)

    own.ok("certs", "revoke", "bad.example")

    until("the revoked one is refused", lambda: not answered(place, bad))
    assert answered(place, good)
    assert answered(place)
    states = {row["name"]: row["state"] for row in own.json("certs", "clients")["clients"]}
    assert states == {"good.example": "valid", "bad.example": "revoked"}
    assert own.ok("certs", "crl", "--format", "text").count("\n") == 2


def test_prosody_hears_a_partner_by_our_certificate_until_it_is_revoked(own: Stack, place: Lab) -> None:
    roland = own.person("roland")
    network, trusted = own.plan.site.network, own.ca.read_bytes()
    place.serve({**place.zones, DOMAIN: zone(network)})

    def heard(certificate: bytes) -> str:
        authority = ClientOf(certificate)
        place.put(BOTH, trusted + authority.pem)
        with Partner(network=network, image=reference("prosody"), authority=authority, trusted=trusted, shows="ours") as server:
            alice = server.person("alice", "rabbit-hole")
            _, said = client(place, "xmpp_across", jid("roland"), alice, BOTH, passwords=(roland, "rabbit-hole"))
        return str(said["in"])

    try:
        issued(own, place, DOMAIN)
        issued(own, place, "other.example")
        right, other = ((own.directory / f"{name}.pem").read_bytes() for name in (DOMAIN, "other.example"))
        assert heard(stranger("rtcstack CA falcot.com")) != "to us"
        assert heard(other) != "to us"
        assert heard(right) == "to us"
        own.ok("certs", "revoke", DOMAIN)
        assert heard(right) != "to us"
        assert "The certificate of partner.example is revoked" in own.ok("logs", "prosody")
    finally:
        place.serve(place.zones)


def test_a_key_under_a_passphrase_signs_for_who_knows_it_and_nothing_else_needs_it(own: Stack) -> None:
    key = own.directory / "secrets" / "ca.key"
    clear = key.read_bytes()
    own.ok("certs", "protect-ca", "--passphrase-stdin", feed=f"{PASSPHRASE}\n")

    assert own.run("certs", "revoke", "good.example").returncode == 2
    assert own.run("certs", "revoke", "good.example", "--passphrase-stdin", feed="wrong horse battery\n").returncode == 2
    own.ok("up", "--yes")
    (own.directory / "secrets" / "kamailio.crt").unlink()
    assert own.run("up", "--yes").returncode == 2
    own.ok("up", "--yes", "--passphrase-stdin", feed=f"{PASSPHRASE}\n", seconds=120)

    key.write_bytes(clear)
    assert own.json("status")["services"]["kamailio"]["health"] == "healthy"


def test_a_new_ca_is_announced_first_and_may_not_be_used_at_once(own: Stack, place: Lab) -> None:
    own.ok("certs", "rotate-ca")
    early = own.run("certs", "rotate-ca")

    assert early.returncode == 2
    assert "remembered until" in early.stderr
    tlsa = {each["rdata"] for each in own.json("zone")["records"] if each["type"] == "TLSA"}
    assert len(tlsa) == 2
    place.put(NEW, own.ok("ca", "--next"))
    assert refusing(place, OLD) == []
    assert len(refusing(place, NEW)) == 10
    assert by_tlsa(place, own.ok("ca"))
    assert not by_tlsa(place, own.ok("ca", "--next"))


def test_killed_in_the_middle_it_goes_on_and_then_who_knows_the_old_or_the_new_ca_is_served(own: Stack, place: Lab) -> None:
    roland = own.person("roland")
    old = own.ok("ca")
    with subprocess.Popen(own.argv("certs", "rotate-ca", "--now"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        switched = own.directory / "secrets" / "ca-old.crt"
        until("the switch", switched.exists, 30)
        time.sleep(0.2)
        program.send_signal(signal.SIGKILL)
        program.communicate(timeout=30)
    own.ok("certs", "rotate-ca", "--now", seconds=120)

    new = own.ok("ca")
    assert new == place.run(["cat", NEW]).stdout != old
    assert own.ok("ca", "--old") == old
    assert len(refusing(place, WRONG)) == 10
    place.put("/lab/wrong-new.crt", wrong_ca(new.encode()))
    assert len(refusing(place, "/lab/wrong-new.crt")) == 10
    assert refusing(place, OLD) == []
    assert refusing(place, NEW) == []
    assert by_tlsa(place, new)
    assert not by_tlsa(place, old)
    served = {row["service"]: row["sha256"] for row in own.json("certs")["certificates"]}
    own.ok("certs", "rotate-ca", seconds=120)
    assert {row["service"]: row["sha256"] for row in own.json("certs")["certificates"]} == served
    for ca in (OLD, NEW):
        with Baresip(place, "roland", roland, ca=ca) as phone:
            phone.registered()
        assert client(place, "xmpp_login", jid("roland"), "direct", ca, passwords=(roland,))[0] == 0
    with Baresip(place, "roland", roland, ca="/lab/wrong-new.crt") as phone:
        assert phone.event("REGISTER_OK", "REGISTER_FAIL")["type"] == "REGISTER_FAIL"
    assert {s["health"] for s in own.json("status")["services"].values()} == {"healthy"}


def test_partners_of_the_old_and_the_new_ca_are_answered_while_both_are_trusted(own: Stack, place: Lab) -> None:
    assert answered(place, "/lab/good.example.pem")
    assert not answered(place, "/lab/bad.example.pem")
    assert answered(place, issued(own, place, "later.example"))
    own.ok("certs", "revoke", "good.example")
    until("the revoked one of the old CA is refused", lambda: not answered(place, "/lab/good.example.pem"))


def test_finished_who_knows_only_the_old_ca_is_refused(own: Stack, place: Lab) -> None:
    assert own.run("certs", "rotate-ca", "--finish").returncode == 2

    with subprocess.Popen(
        own.argv("certs", "rotate-ca", "--finish", "--yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        until("the end of the old one", lambda: not (own.directory / "secrets" / "ca-old.crt").exists(), 30)
        program.send_signal(signal.SIGKILL)
        program.communicate(timeout=30)
    own.ok("certs", "rotate-ca", "--finish", "--yes", seconds=120)
    assert own.run("certs", "rotate-ca", "--finish", "--yes").returncode == 2

    assert len(refusing(place, OLD)) == 10
    assert refusing(place, NEW) == []
    tlsa = {each["rdata"] for each in own.json("zone")["records"] if each["type"] == "TLSA"}
    assert len(tlsa) == 1
    assert answered(place, "/lab/later.example.pem")
    assert not {path.name for path in (own.directory / "secrets").glob("ca[.-]*")} - {"ca.crt", "ca.key", "ca.crl"}


def test_with_a_lost_key_what_runs_goes_on_and_a_new_ca_begins_without_the_old_one(own: Stack, place: Lab) -> None:
    (own.directory / "secrets" / "ca.key").unlink()
    own.ok("up", "--yes")
    missing = own.run("certs", "issue-client", "x.example", "--output", str(own.directory / "x.pem"))
    assert missing.returncode == 1
    assert "--lost" in missing.stderr
    assert not Path(own.directory / "x.pem").exists()
    assert own.run("certs", "rotate-ca", "--now").returncode == 1
    assert own.run("certs", "rotate-ca", "--lost", "--now").returncode == 2
    assert refusing(place, NEW) == []

    own.ok("certs", "rotate-ca", "--lost", "--now", "--yes", seconds=120)

    place.put("/lab/newest.crt", own.ok("ca"))
    assert len(refusing(place, NEW)) == 10
    assert refusing(place, "/lab/newest.crt") == []
    own.ok("certs", "rotate-ca", "--finish", "--yes", seconds=120)
    assert refusing(place, "/lab/newest.crt") == []
