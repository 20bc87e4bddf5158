"""A whole stack that a public CA certifies: real pebble, real BIND, real services, and clients that trust its root alone."""

import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509

from tests.stack.conftest import NUMBER
from tests.stack.installation import UP, Stack, toml
from tests.stack.lab import wrong_ca
from tests.stack.pebble_server import Pebble, pebble
from tests.stack.zone_server import STRANGER, ZoneServer, key_file, others, servers

SUBNET = f"198.18.{110 + NUMBER}.0/24"
SERVICES = ("coturn", "coturn-ephemeral", "kamailio", "prosody")


@dataclass
class Place:
    """The stack, its CA, its name server."""

    stack: Stack
    ca: Pebble
    server: ZoneServer

    @property
    def root(self) -> Path:
        return self.stack.directory / "root.pem"

    def digests(self) -> dict[str, str]:
        found = json.loads(self.stack.run("status", "--json").stdout)["services"]
        return {name: found[name]["certificate"]["sha256"] for name in SERVICES}

    def proofs(self) -> set[tuple[str, str]]:
        return {key for key in self.server.whole() if key[1] == "TXT"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("acme")
    with servers(folder, "acme") as (server,), pebble(folder) as ca:
        server.bind(others(server.address))
        ca.start(server.address)
        found = Place(Stack(folder), ca, server)
        found.root.write_bytes(ca.root())
        text = (
            f'[certificates]\nsource = "acme"\ntrust_file = "root.pem"\n[certificates.acme]\ndirectory = "{ca.directory}"\n'
            f'ca_file = "{ca.ca_file}"\nserver = "{server.address}"\nkey_file = "{key_file(folder)}"\n'
        )
        (folder / "rtcstack.toml").write_text(toml(f"rtcacme{NUMBER or ''}", SUBNET, f"2001:db8:446:{NUMBER}::/64", extra=text))
        try:
            found.stack.clear()
            yield found
        finally:
            found.stack.remove()


def shown(address: str, name: str, root: bytes) -> x509.Certificate:
    """Given an address, a name and a root, return the certificate that is shown there. Raise ssl.SSLCertVerificationError."""
    context = ssl.create_default_context(cadata=root.decode())
    with socket.create_connection((address, 443), timeout=5) as plain, context.wrap_socket(plain, server_hostname=name) as tls:
        return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")


def test_up_orders_what_is_missing_and_says_before_what_will_differ(place: Place) -> None:
    planned = place.stack.json("plan")
    assert {row["target"] for row in planned["operations"] if row["action"] == "issue certificate"} == set(SERVICES)
    assert any("no SRV-ID" in line and line.startswith("prosody") for line in planned["remarks"])
    assert any("no URI sip:falcot.com" in line for line in planned["remarks"])

    place.stack.ok("up", "--yes", seconds=UP)

    assert place.ca.orders() == len(SERVICES)
    assert place.proofs() == set()
    status = place.stack.json("status")
    assert {name: status["services"][name]["health"] for name in SERVICES} == dict.fromkeys(SERVICES, "healthy")
    names = ["conference.falcot.com", "falcot.com", "upload.falcot.com", "xmpp-gw.falcot.com"]
    assert sorted(status["services"]["prosody"]["certificate"]["names"]) == names
    assert place.stack.json("plan")["operations"] == []


def test_clients_trust_the_public_root_and_not_our_own_ca(place: Place) -> None:
    address = place.stack.address("kamailio")
    with pytest.raises(ssl.SSLCertVerificationError):
        shown(address, "falcot.com", place.stack.ca.read_bytes())
    with pytest.raises(ssl.SSLCertVerificationError):
        shown(address, "evil.example", place.root.read_bytes())
    assert "Pebble" in shown(address, "falcot.com", place.root.read_bytes()).issuer.rfc4514_string()


def test_with_another_root_in_the_file_status_says_that_clients_refuse(place: Place) -> None:
    right = place.root.read_bytes()
    place.root.write_bytes(wrong_ca(right))
    try:
        done = place.stack.run("status")
        assert done.returncode == 1
        assert "the certificate is refused" in done.stdout + done.stderr
    finally:
        place.root.write_bytes(right)
    place.stack.ok("status")
    place.root.rename(place.root.with_suffix(".away"))
    try:
        done = place.stack.run("plan")
        assert done.returncode == 2
        assert "certificates.trust_file" in done.stderr
    finally:
        place.root.with_suffix(".away").rename(place.root)


def test_the_zone_binds_nobody_to_a_key_that_is_not_ours(place: Place) -> None:
    records = place.stack.json("zone")["records"]

    assert [record for record in records if record["type"] == "TLSA"] == []
    forbidden = {record["owner"] for record in records if record["type"] == "CAA" and record["rdata"] == '0 issue ";"'}
    assert "sip-proxy.falcot.com." not in forbidden


def test_a_renewal_is_ordered_installed_taken_up_and_seen(place: Place) -> None:
    before = place.digests()

    renewed = json.loads(place.stack.ok("certs", "renew", "prosody", "--force", "--json", seconds=180))["renewed"]

    assert [(each["service"], each["served"]) for each in renewed] == [("prosody", True)]
    after = place.digests()
    assert after["prosody"] == renewed[0]["sha256_after"] != before["prosody"]
    assert {name: after[name] for name in SERVICES if name != "prosody"} == {n: before[n] for n in SERVICES if n != "prosody"}
    assert place.proofs() == set()
    place.stack.ok("status")
    assert "is a replacement of" in place.ca.log()


def test_a_refused_renewal_leaves_everything_in_use(place: Place) -> None:
    before, text = place.digests(), (place.stack.directory / "rtcstack.toml").read_text()
    wrong = key_file(place.stack.directory, secret=STRANGER)
    (place.stack.directory / "rtcstack.toml").write_text(text.replace(key_file(place.stack.directory), wrong))
    try:
        done = place.stack.run("certs", "renew", "kamailio", "--force", seconds=180)
        assert done.returncode == 1
        assert "another secret" in done.stdout + done.stderr
        assert STRANGER[:10] not in done.stdout + done.stderr
    finally:
        (place.stack.directory / "rtcstack.toml").write_text(text)
    assert place.digests() == before
    place.stack.ok("certs", "renew", "kamailio", "--force", seconds=180)
    assert place.digests()["kamailio"] != before["kamailio"]
    place.stack.ok("status")


def test_check_finds_nothing_as_a_client_that_trusts_the_public_root(place: Place) -> None:
    done = place.stack.run("check", "--json", seconds=240)

    findings = json.loads(done.stdout)["findings"]
    assert [each for each in findings if each["severity"] == "error"] == [], findings


def test_the_accounts_key_is_changed_by_command(place: Place) -> None:
    before = place.stack.json("certs", "acme", "show")
    assert place.stack.json("certs", "acme", "rollover")["account"] == before["account"]
    assert place.stack.json("certs", "acme", "show", "--ask")["account"] == before["account"]
    assert before["left"] == []
