"""Partners' certificates, lists, the key's protection, and what people are told."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki.fitness import Audience
from rtcstack.pki.revocation import Revoked, read_list
from rtcstack.workflow.authority import lists
from rtcstack.workflow.authority.clients import certificate_of, clients, issue, issuer_of
from rtcstack.workflow.authority.material import KeyState, issuing, key_state
from rtcstack.workflow.authority.protect import protect_ca
from rtcstack.workflow.authority.remarks import alarms, fitness, fitness_lines, not_renewable, remarks
from rtcstack.workflow.authority.revoke import _found as found
from rtcstack.workflow.authority.succession import begin, switch
from rtcstack.workflow.certificates import reasons
from rtcstack.workflow.context import plan_text
from rtcstack.workflow.secrets import secrets_of
from tests.unit.workflow.authority.vaults import NOW, PASSPHRASE, SERVICES, TEXT, files, made, opened_by

OPTIONAL = f'{TEXT}[services.kamailio]\nclient_certificates = "optional"\n'


def test_a_partner_gets_key_certificate_and_ca_in_a_file_of_their_own(tmp_path: Path) -> None:
    installation = made(tmp_path)
    output = tmp_path / "partner.pem"

    done = issue(installation, "partner.example", output, NOW)

    assert output.stat().st_mode & 0o777 == 0o600
    assert output.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    leaf, ca = x509.load_pem_x509_certificates(output.read_bytes())
    assert leaf.serial_number == done.serial
    leaf.verify_directly_issued_by(ca)
    assert not any(b"PRIVATE" in content for name, content in files(installation).items() if name.startswith("client."))
    assert [(c.name, c.state) for c in clients(installation.vault, NOW)] == [("partner.example", "valid")]
    assert [c.state for c in clients(installation.vault, NOW + timedelta(days=366))] == ["ended"]


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    installation = made(tmp_path)
    there = tmp_path / "there.pem"
    there.write_text("precious")
    before = files(installation)

    for name, output, csr in (
        ("partner.example", there, None),
        ("partner.example", tmp_path / "no" / "folder.pem", None),
        ("falcot.com", tmp_path / "new.pem", None),
        ("partner.example", tmp_path / "new.pem", tmp_path / "no.csr"),
        ("partner.example", tmp_path / "new.pem", there),
    ):
        with pytest.raises(RequestError):
            issue(installation, name, output, NOW, csr=csr)
    assert files(installation) == before
    assert not (tmp_path / "new.pem").exists()
    assert there.read_text() == "precious"


def test_what_may_be_revoked_is_a_service_a_partner_or_a_known_serial_number(tmp_path: Path) -> None:
    installation = made(tmp_path)
    ca = installation.vault.read("ca.crt")
    done = issue(installation, "partner.example", tmp_path / "p.pem", NOW)
    kamailio = x509.load_pem_x509_certificate(installation.vault.read("kamailio.crt") or b"").serial_number

    for wrong in ("mariadb", "partner.other", "12:34", ""):
        with pytest.raises(RequestError):
            found(installation, wrong, NOW, unlisted=False)
    assert found(installation, "12:34", NOW, unlisted=True) == ("", {0x1234: ca})
    assert found(installation, "kamailio", NOW, unlisted=False) == ("kamailio", {kamailio: ca})
    for what in ("partner.example", f"{done.serial:x}", f"{done.serial:X}"):
        assert found(installation, what, NOW, unlisted=False) == ("", {done.serial: ca})
    lists.add(installation, ca or b"", (Revoked(done.serial, NOW),), NOW)
    assert [c.state for c in clients(installation.vault, NOW)] == ["revoked"]
    with pytest.raises(RequestError, match="valid any more"):
        found(installation, "partner.example", NOW, unlisted=False)


def test_a_list_grows_and_keeps_what_was_in_it(tmp_path: Path) -> None:
    installation = made(tmp_path)
    ca = installation.vault.read("ca.crt") or b""
    for number, serial in enumerate((5, 6, 5), start=1):
        lists.add(installation, ca, (Revoked(serial, NOW + timedelta(days=number)),), NOW)

    (pem,) = [lists.of(installation.vault, ca)]
    listed = read_list(pem or b"")
    assert listed.number == 3
    assert [(entry.serial, (entry.since - NOW).days) for entry in listed.revoked] == [(5, 1), (6, 2)]


def test_there_is_a_list_only_if_somebody_needs_one(tmp_path: Path) -> None:
    plain, asking = made(tmp_path / "plain"), made(tmp_path / "asking", OPTIONAL)

    assert lists.reason(plain, NOW) == ""
    assert lists.reason(asking, NOW) == "missing"
    lists.renew(asking, NOW)
    assert lists.reason(asking, NOW) == ""
    assert lists.reason(asking, NOW + timedelta(days=61)) == "ends in less than 30 days"
    assert secrets_of(asking, NOW.timestamp())["ca-revocations"].startswith("-----BEGIN X509 CRL-----")
    assert secrets_of(plain, NOW.timestamp())["ca-revocations"] == ""
    lists.add(asking, asking.vault.read("ca.crt") or b"", (Revoked(0xA1B, NOW),), NOW)
    assert secrets_of(asking, NOW.timestamp())["ca-revoked"] == "0A1B\n"


def test_a_list_that_can_wait_waits_for_the_key_and_one_that_ended_does_not(tmp_path: Path) -> None:
    installation = made(tmp_path, OPTIONAL)
    lists.renew(installation, NOW)
    protect_ca(installation, passphrase=PASSPHRASE, move=None)

    assert lists.reason(installation, NOW + timedelta(days=61)) == ""
    assert lists.reason(installation, NOW + timedelta(days=91)) == "ended"
    assert lists.reason(opened_by(installation, passphrase=PASSPHRASE), NOW + timedelta(days=61)) != ""


def test_both_cas_lists_are_told_while_both_are_trusted(tmp_path: Path) -> None:
    installation = made(tmp_path, OPTIONAL)
    vault = installation.vault
    done = issue(installation, "partner.example", tmp_path / "p.pem", NOW)
    lists.renew(installation, NOW)
    begin(installation, NOW, lost=False)
    switch(vault)

    assert lists.reason(installation, NOW) == "missing" or lists.reason(installation, NOW) == "signed by another CA"
    lists.renew(installation, NOW)
    old, new = vault.read("ca-old.crt") or b"", vault.read("ca.crt") or b""
    assert issuer_of(vault, certificate_of(vault, done.serial) or b"", NOW) == old
    lists.add(installation, old, (Revoked(done.serial, NOW),), NOW)
    assert lists.bundle(vault, NOW).count(b"BEGIN X509 CRL") == 2
    assert lists.serials(vault, NOW) == (done.serial,)
    assert read_list(lists.of(vault, new) or b"").serials == frozenset()
    soon = NOW + timedelta(days=61)
    lists.add(installation, new, (), soon)
    assert lists.reason(installation, soon) == "ends in less than 30 days"
    lists.renew(installation, soon)
    assert lists.reason(installation, soon) == ""
    assert read_list(lists.of(vault, old) or b"").serials == {done.serial}


def test_a_key_is_moved_only_when_the_other_file_is_right(tmp_path: Path) -> None:
    installation = made(tmp_path)
    key = installation.vault.read("ca.key") or b""
    away = tmp_path / "stick"
    away.mkdir()

    for wrong in (away / "no" / "folder", installation.vault.directory / "x.key"):
        with pytest.raises(RequestError):
            protect_ca(installation, passphrase=None, move=wrong)
    with pytest.raises(RequestError, match="nothing to do"):
        protect_ca(installation, passphrase=None, move=None)
    with pytest.raises(RequestError, match="12 to 1024"):
        protect_ca(installation, passphrase=b"short", move=away / "ca.key")
    assert installation.vault.read("ca.key") == key

    done = protect_ca(installation, passphrase=PASSPHRASE, move=away / "ca.key")

    assert done.passphrase
    assert installation.vault.read("ca.key") is None
    assert key_state(installation) is KeyState.MOVED
    assert (away / "ca.key").stat().st_mode & 0o777 == 0o600
    assert issuing(opened_by(installation, file=away / "ca.key", passphrase=PASSPHRASE)).key_pem == key
    with pytest.raises(WorldError, match="is not there"):
        protect_ca(installation, passphrase=PASSPHRASE, move=None)


def test_without_the_key_what_runs_goes_on_and_people_are_told_until_when(tmp_path: Path) -> None:
    installation = made(tmp_path)
    assert remarks(installation, SERVICES, NOW) == ()
    soon = NOW + timedelta(days=61)
    assert set(reasons(installation, soon)) == set(SERVICES)

    installation.vault.remove("ca.key")

    assert reasons(installation, soon) == {}
    (told,) = remarks(installation, SERVICES, soon)
    assert "ends on 2026-05-30" in told
    assert "rotate-ca --lost" in told
    assert alarms(installation, SERVICES, NOW) == remarks(installation, SERVICES, NOW)
    assert not_renewable(installation, SERVICES, soon) == NOW + timedelta(days=90)
    ended = NOW + timedelta(days=91)
    assert set(reasons(installation, ended)) == set(SERVICES)
    assert "ended on 2026-05-30" in remarks(installation, SERVICES, ended)[0]


def test_a_key_that_is_away_or_under_a_passphrase_is_no_alarm_but_told(tmp_path: Path) -> None:
    installation = made(tmp_path)
    protect_ca(installation, passphrase=PASSPHRASE, move=None)

    (told,) = remarks(installation, SERVICES, NOW)
    assert "certs renew" in told
    assert "before 2026-05-30" in told
    assert not_renewable(installation, SERVICES, NOW) is None
    assert remarks(installation, (), NOW) == ()
    assert alarms(installation, SERVICES, NOW) == ()
    assert len(alarms(installation, SERVICES, NOW + timedelta(days=61))) == 1


def test_a_ca_near_its_end_a_change_under_way_and_an_old_list_are_told(tmp_path: Path) -> None:
    installation = made(tmp_path)
    assert "rotate-ca" in remarks(installation, SERVICES, NOW + timedelta(days=3400))[0]
    assert not [line for line in alarms(installation, SERVICES, NOW + timedelta(days=3400)) if "rotate-ca" in line]
    assert [line for line in alarms(installation, SERVICES, NOW + timedelta(days=3600)) if "rotate-ca" in line]
    lists.add(installation, installation.vault.read("ca.crt") or b"", (), NOW)
    assert "list of revoked" in remarks(installation, SERVICES, NOW + timedelta(days=70))[0]
    begin(installation, NOW, lost=False)
    assert "announced" in remarks(installation, SERVICES, NOW)[0]
    switch(installation.vault)
    assert "--finish" in remarks(installation, SERVICES, NOW)[0]


def test_before_there_is_a_ca_nothing_is_told(tmp_path: Path) -> None:
    installation = plan_text(tmp_path, TEXT)

    assert remarks(installation, SERVICES, NOW) == ()
    assert fitness(installation) == {}
    assert not_renewable(installation, SERVICES, NOW) is None


def test_who_does_not_accept_the_own_ca_is_told_by_service(tmp_path: Path) -> None:
    installation = made(tmp_path)
    told = {name: [unfit.audience for unfit in found] for name, found in fitness(installation).items()}

    (line,) = fitness_lines(installation, ["coturn", "coturn-ephemeral", "prosody"])
    assert line.startswith("coturn, coturn-ephemeral: native programs")

    assert told == {
        "coturn": [Audience.NATIVE_WEBRTC],
        "coturn-ephemeral": [Audience.NATIVE_WEBRTC],
        "kamailio": [Audience.OLD_PHONES],
    }
