"""Orders at a real CA with ACME (pebble), proven in zones of real BIND and Knot, in which other people's records live."""

import datetime as dt
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from acme import messages
from cryptography import x509

from rtcstack.engine.acme.client import Client
from rtcstack.engine.acme.words import CaError
from rtcstack.engine.vault import Vault
from rtcstack.errors import RequestError, RtcstackError, WorldError
from rtcstack.pki import keys
from rtcstack.plan.certificate import CertificateRequest
from rtcstack.spec.acme import AcmeSpec
from rtcstack.workflow.acme import account, order, proofs
from rtcstack.workflow.acme.memory import Memory
from rtcstack.workflow.acme.settings import Settings, settings
from rtcstack.workflow.acme.source import AcmeSource, refresh
from rtcstack.workflow.context import open_installation
from tests.stack.pebble_server import KID, SECRET, Pebble, pebble
from tests.stack.zone_server import STRANGER, ZoneServer, installation, key_file, others, servers

NAMES = ("falcot.com", "conference.falcot.com", "xmpp-gw.falcot.com")
REQUEST = CertificateRequest(service="prosody", dns_names=NAMES, srv_ids=("_xmpp-client.falcot.com",), client_auth=True)
THEIRS = ("_acme-challenge.falcot.com.", "TXT")
"""Where somebody else proves something at the same time."""


@dataclass
class Place:
    """A CA, a name server of one kind with the zone, and an empty vault."""

    ca: Pebble
    server: ZoneServer
    folder: Path
    kind: str = "bind"

    def serve(self, more: str = "") -> dict[tuple[str, str], set[str]]:
        self.server.serve(self.kind, others(self.server.address) + more)
        return self.server.whole()

    def settings(self, key: str = "", **more: str) -> Settings:
        spec = AcmeSpec(
            directory=self.ca.directory, ca_file=str(self.ca.ca_file), contact="hostmaster@falcot.com", server=self.server.address,
            key_file=key or key_file(self.folder), **more,
        )  # fmt: skip
        return settings(self.folder, spec)

    @property
    def vault(self) -> Vault:
        return Vault(self.folder / "secrets")

    def obtain(self, found: Settings | None = None, request: CertificateRequest = REQUEST) -> order.Obtained:
        return order.obtain(self.vault, found or self.settings(), request, dt.datetime.now(dt.UTC))

    def install(self, found: order.Obtained) -> None:
        self.vault.replace("prosody.key", found.pair.key_pem)
        self.vault.replace("prosody.crt", found.pair.certificate_pem)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pebble, ZoneServer, ZoneServer]]:
    folder = tmp_path_factory.mktemp("build")
    with servers(folder, "acme", "late") as (first, second), pebble(folder) as ca:
        yield ca, first, second


@pytest.fixture
def place(machines: tuple[Pebble, ZoneServer, ZoneServer], tmp_path: Path) -> Place:
    ca, server, _ = machines
    ca.start(server.address)
    return Place(ca, server, tmp_path)


both = pytest.mark.parametrize("kind", ["bind", "knot"])


@both
def test_with_a_wrong_key_nothing_is_written_and_nothing_ordered_for_good(place: Place, kind: str) -> None:
    place.kind = kind
    before = place.serve()

    with pytest.raises(RequestError, match="another secret"):
        place.obtain(place.settings(key_file(place.folder, secret=STRANGER)))
    with pytest.raises(RequestError, match="does not know the key nobody"):
        place.obtain(place.settings(key_file(place.folder, "nobody")))
    assert place.ca.orders() == 0
    # That a known key may not write shows only when it writes.
    with pytest.raises(RtcstackError, match="the key stranger"):
        place.obtain(place.settings(key_file(place.folder, "stranger", STRANGER)))

    assert place.server.whole() == before
    place.obtain()
    assert place.ca.orders() == 1


@both
def test_a_certificate_is_ordered_proven_and_issued_and_others_proofs_stay(place: Place, kind: str) -> None:
    place.kind = kind
    before = place.serve('_acme-challenge 300 TXT "somebody-elses"\n')

    found = place.obtain()

    chain = x509.load_pem_x509_certificates(found.pair.certificate_pem)
    assert found.left == ""
    names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert sorted(names.get_values_for_type(x509.DNSName)) == sorted(NAMES)
    assert len(names) == len(NAMES)
    chain[0].verify_directly_issued_by(chain[1])
    chain[-1].verify_directly_issued_by(x509.load_pem_x509_certificate(place.ca.root()))
    assert keys.same(keys.load(found.pair.key_pem).public_key(), chain[0].public_key())
    assert place.server.whole() == before
    assert place.server.dig(THEIRS[0], "TXT") == '"somebody-elses"'
    modes = {path.name: path.stat().st_mode & 0o777 for path in place.vault.directory.iterdir()}
    assert set(modes.values()) == {0o600}


def test_a_key_that_may_write_the_proofs_and_nothing_else_is_enough(place: Place) -> None:
    text = others(place.server.address)
    grants = " ".join(f"grant rtcstack name _acme-challenge.{name}. TXT;" for name in NAMES)
    place.server.bind(text, policy=grants)
    before = place.server.whole()

    assert place.obtain().left == ""
    assert place.server.whole() == before


def test_an_account_that_was_closed_is_told_as_that(place: Place) -> None:
    place.serve()
    with account.connected(place.vault, place.settings()) as (client, _):
        client.client.net.post(
            client.account, messages.UpdateRegistration(status="deactivated"), new_nonce_url=client.client.directory["newNonce"]
        )

    with pytest.raises(CaError, match="has closed our account") as told:
        place.obtain()
    assert "secrets/acme-" in told.value.hint


def test_what_was_issued_and_not_put_to_use_is_fetched_again_and_then_renewed_with_a_new_key(place: Place) -> None:
    place.serve()

    first = place.obtain()
    assert place.obtain() == first
    assert place.ca.orders() == 1
    place.install(first)
    second = place.obtain()

    assert second.pair.key_pem != first.pair.key_pem
    assert place.ca.orders() == 2
    assert "is a replacement of" in place.ca.log()


def test_a_proof_that_never_appears_at_one_name_server_ends_the_order_in_words(
    place: Place, machines: tuple[Pebble, ZoneServer, ZoneServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = machines[2]
    late.bind(others(place.server.address))
    before = place.serve(f"@ NS ns2\nns2 A {late.address}\n")
    monkeypatch.setattr(proofs, "SPREAD", 3.0)

    with pytest.raises(WorldError, match=rf"after 3 seconds the proofs .* are not served by ns2\.falcot\.com \({late.address}\)"):
        place.obtain()

    assert place.server.whole() == before
    # One that is silent is passed over, as resolvers do.
    late.stop()
    monkeypatch.setattr(proofs, "SILENCE", 1.0)
    assert place.obtain().left == ""
    assert place.server.whole() == before


def test_a_proof_that_the_ca_does_not_find_is_told_by_name_and_taken_away(
    place: Place, machines: tuple[Pebble, ZoneServer, ZoneServer]
) -> None:
    before = place.serve()
    machines[2].bind(others(machines[2].address))
    place.ca.start(machines[2].address)

    with pytest.raises(CaError, match=r"3 of 3 names not proven; .*falcot\.com: ") as refused:
        place.obtain()

    assert "does the world ask the name server" in refused.value.hint
    assert place.server.whole() == before
    assert not (place.vault.directory / "acme-proofs.json").exists()


def test_a_ca_that_wants_to_know_its_customer_gets_the_right_binding_only(place: Place) -> None:
    place.serve()
    place.ca.start(place.server.address, binding=True)
    secret = place.folder / "eab"

    def bound(text: str, kid: str = KID) -> Settings:
        secret.write_text(text)
        secret.chmod(0o600)
        return place.settings(eab_kid=kid, eab_key_file="eab")

    with pytest.raises(RequestError, match="whose customer you are"):
        place.obtain()
    for wrong in (bound("A" * 64), bound(SECRET, "kid-2")):
        with pytest.raises(CaError, match="refuses") as refused:
            place.obtain(wrong)
        assert "eab_kid" in refused.value.hint
    right = bound(f"{SECRET}\n")
    place.obtain(right)
    # Once there is an account, the binding is not needed any more.
    place.obtain(request=replace(REQUEST, service="kamailio"))

    secret.chmod(0o644)
    with pytest.raises(RequestError) as told:
        place.settings(eab_kid=KID, eab_key_file="eab")
    assert [problem.path for problem in told.value.problems] == ["certificates.acme.eab_key_file"]


def test_the_accounts_key_is_changed_and_the_old_one_is_worth_nothing_then(place: Place) -> None:
    place.serve()
    place.obtain()
    memory = Memory(place.vault, place.ca.directory)
    old, uri = memory.key(), memory.account

    assert account.change_key(place.vault, place.settings()) == uri

    assert memory.key() != old
    stranger = Client(place.ca.directory, old, place.ca.ca_file)
    assert stranger.find() == ""
    stranger.close()
    place.obtain(request=replace(REQUEST, service="kamailio"))


@pytest.mark.parametrize("arrived", [False, True], ids=["before-the-ca-heard", "after-the-ca-heard"])
def test_a_change_of_key_that_was_killed_is_finished_by_the_next_command(place: Place, *, arrived: bool) -> None:
    place.serve()
    place.obtain()
    memory = Memory(place.vault, place.ca.directory)
    old, uri, new = memory.key(), memory.account, keys.dump(keys.make("ecdsa"))
    place.vault.replace(memory.next_key_name, new)
    if arrived:
        client = Client(place.ca.directory, old, place.ca.ca_file, account=uri)
        client.change_key(new)
        client.close()

    place.obtain(request=replace(REQUEST, service="kamailio"))

    assert memory.key() == (new if arrived else old)
    assert memory.next_key_name not in place.vault.names()
    assert Memory(place.vault, place.ca.directory).account == uri


def test_six_refused_nonces_of_ten_stop_nobody(place: Place) -> None:
    place.serve()
    place.ca.start(place.server.address, nonces=60)

    assert place.obtain().left == ""
    assert "badNonce" in place.ca.log() or "nonce" in place.ca.log().lower()


def test_killed_while_the_ca_looks_the_next_run_tidies_up_and_goes_on_with_the_same_order(place: Place) -> None:
    before = place.serve()
    place.ca.start(place.server.address, sleep=15)
    program = (
        "import sys, datetime as dt\nfrom pathlib import Path\nfrom tests.stack.test_acme import *\n"
        "class Ca: directory, ca_file = sys.argv[1], Path(sys.argv[2])\n"
        "class Server: address = sys.argv[3]\n"
        "Place(Ca(), Server(), Path(sys.argv[4])).obtain()\n"
    )
    words = [place.ca.directory, str(place.ca.ca_file), place.server.address, str(place.folder)]
    running = subprocess.Popen([sys.executable, "-c", program, *words], cwd=Path(__file__).parents[2])
    try:
        deadline = time.monotonic() + 60
        while THEIRS not in place.server.whole() and time.monotonic() < deadline and running.poll() is None:
            time.sleep(0.2)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait(10)
    left = place.server.whole()
    assert {key for key in left if key[1] == "TXT"} == {(f"_acme-challenge.{name}.", "TXT") for name in NAMES}

    assert order.clear(place.vault, place.settings()) == ""
    assert place.server.whole() == before
    place.obtain()

    assert place.server.whole() == before
    assert place.ca.orders() == 1


def test_proofs_can_be_made_in_another_zone_where_an_alias_leads(place: Place) -> None:
    alias = "".join(f"_acme-challenge.{name}. CNAME {name}.proofs.falcot.com.\n" for name in NAMES)
    before = place.serve(alias)

    with pytest.raises(RequestError, match=r"_acme-challenge\..*falcot\.com\. is an alias of"):
        place.obtain()
    place.obtain(place.settings(challenge_domain="proofs.falcot.com"))

    assert place.server.whole() == before


@both
def test_the_aliases_that_lead_to_proofs_can_be_pushed_and_moved(place: Place, kind: str) -> None:
    place.kind = kind
    before = place.serve()
    text = (
        f'[certificates.acme]\ndirectory = "{place.ca.directory}"\nserver = "{place.server.address}"\n'
        f'key_file = "{key_file(place.folder)}"\n[services.kamailio]\ncertificate = "acme"\n'
    )
    stack = installation(place.folder)
    plain = (stack.directory / "rtcstack.toml").read_text()
    push = ("dns", "push", "--yes", "--server", place.server.address, "--key-file", key_file(place.folder))
    for target in ("proofs.example.net", "elsewhere.example.net"):
        more = text.replace("[services", f'challenge_domain = "{target}"\n[services')
        (stack.directory / "rtcstack.toml").write_text(plain + more)
        stack.ok(*push)
        assert place.server.dig("_acme-challenge.falcot.com", "CNAME") == f"falcot.com.{target}."
    (stack.directory / "rtcstack.toml").write_text(plain)
    stack.ok(*push)

    assert not [key for key in place.server.whole() if key[1] == "CNAME"]
    assert before.items() <= place.server.whole().items()


def test_when_the_ca_wants_a_renewal_it_is_due_and_the_ca_is_not_asked_again_at_once(place: Place) -> None:
    place.serve()
    text = (
        f'[certificates]\nsource = "acme"\n[certificates.acme]\ndirectory = "{place.ca.directory}"\n'
        f'ca_file = "{place.ca.ca_file}"\nserver = "{place.server.address}"\nkey_file = "{key_file(place.folder)}"\n'
    )
    stack = installation(place.folder)
    with (stack.directory / "rtcstack.toml").open("a") as file:
        file.write(text)
    opened, source, now = open_installation(stack.directory), AcmeSource(), dt.datetime.now(dt.UTC)
    assert source.reasons(opened, now)["coturn"] == "missing"
    pair = source.obtain(opened, "coturn", now)
    place.vault.replace("coturn.key", pair.key_pem)
    place.vault.replace("coturn.crt", pair.certificate_pem)
    leaf = x509.load_pem_x509_certificate(pair.certificate_pem)
    third = leaf.not_valid_after_utc - (leaf.not_valid_after_utc - leaf.not_valid_before_utc) / 3
    assert "coturn" not in source.reasons(opened, third - dt.timedelta(minutes=1))
    assert source.reasons(opened, third + dt.timedelta(minutes=1))["coturn"] == "less than a third of its life is left"

    with account.connected(place.vault, place.settings()) as (client, _):
        client.client.revoke(leaf, 4)
    assert refresh(opened, now) == ()

    assert source.reasons(opened, now)["coturn"] == "the CA wants it renewed now"
    # What an order left is gone once its certificate is in use.
    assert not [name for name in place.vault.names() if ".order." in name]
    asked = place.ca.log().count("renewalInfo")
    assert refresh(opened, now) == ()
    assert place.ca.log().count("renewalInfo") == asked > 0
    shown = stack.json("certs", "acme", "show")
    assert [each["reason"] for each in shown["services"] if each["service"] == "coturn"] == [source.reasons(opened, now)["coturn"]]


def test_a_key_file_that_others_read_and_a_missing_ca_are_told_together(place: Place) -> None:
    path = Path(key_file(place.folder))
    path.chmod(0o640)
    spec = AcmeSpec(directory=place.ca.directory, ca_file="nothing.pem", server=place.server.address, key_file=str(path))

    with pytest.raises(RequestError) as told:
        settings(place.folder, spec)

    assert sorted(problem.path for problem in told.value.problems) == ["certificates.acme.ca_file", "certificates.acme.key_file"]
