"""What is kept about a CA between runs, and what CAA records say because of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rtcstack.engine.vault import Vault
from rtcstack.errors import RequestError, RtcstackError
from rtcstack.pki.certificates import fingerprint
from rtcstack.spec.acme import STAGING, AcmeSpec
from rtcstack.workflow import trust
from rtcstack.workflow.acme import ledger
from rtcstack.workflow.acme.ledger import Proof
from rtcstack.workflow.acme.memory import KEPT, Memory
from rtcstack.workflow.acme.proofs import owner
from rtcstack.workflow.acme.settings import settings
from rtcstack.workflow.acme.source import AcmeSource
from rtcstack.workflow.certificates import make_authority, obtain, reasons
from rtcstack.workflow.context import plan_text
from rtcstack.workflow.zone import zone
from tests.unit.pki.test_public import issued

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = """
domain = "falcot.com"
[network]
subnet = "198.51.100.0/24"
[certificates]
source = "acme"
[certificates.acme]
server = "192.0.2.53"
key_file = "tsig.key"
[services.coturn]
certificate = "own-ca"
"""
ACCOUNT = "https://acme.example/acct/1"


def records(directory: Path, kind: str, text: str = TEXT) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in zone(plan_text(directory, text)).zones[0].records:
        if each.type == kind:
            found.setdefault(each.owner.to_text(omit_final_dot=True), set()).add(str(each.rdata))
    return found


def test_the_accounts_key_is_made_once_for_each_ca(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    first, other = Memory(vault, STAGING), Memory(vault, "https://ca.example/dir")

    assert first.key() == Memory(vault, STAGING).key() != other.key()
    assert (vault.directory / first.key_name).stat().st_mode & 0o777 == 0o600
    assert "acme-staging-v02.api.letsencrypt.org" in first.key_name


def test_only_the_last_certificates_of_a_service_are_remembered_in_order(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    digests = [f"{number:x}" * 4 for number in reversed(range(KEPT + 3))]
    for sha256 in digests:
        Memory(vault, STAGING).remember("prosody", sha256, "")
    Memory(vault, STAGING).remember("kamailio", "ffff", "short")

    assert list(Memory(vault, STAGING).issued("prosody")) == digests[-KEPT:]
    assert Memory(vault, STAGING).issued("kamailio") == {"ffff": "short"}
    assert Memory(vault, STAGING).issued("coturn") == {}


def test_two_at_work_do_not_lose_each_others_words(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    one, other = Memory(vault, STAGING), Memory(vault, STAGING)
    one.save(account=ACCOUNT)
    other.save_service("prosody", not_before=NOW.isoformat())

    found = Memory(vault, STAGING)
    assert (found.account, found.time("prosody", "not_before")) == (ACCOUNT, NOW)


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b'{"services": 3, "account": []}', b'{"services": {"a": {"issued": 5}}}'])
def test_a_damaged_file_counts_as_none(tmp_path: Path, rubbish: bytes) -> None:
    vault = Vault(tmp_path / "secrets")
    memory = Memory(vault, STAGING)
    vault.replace(f"{memory.name}.json", rubbish)

    damaged = Memory(vault, STAGING)
    assert (damaged.issued("a"), damaged.account, damaged.caa_identities) == ({}, "", ())
    damaged.remember("a", "aa", "")
    assert Memory(vault, STAGING).issued("a") == {"aa": ""}


def test_reasons_are_told_without_asking_anybody(tmp_path: Path) -> None:
    installation = plan_text(tmp_path, TEXT)
    make_authority(installation, NOW)
    source, vault = AcmeSource(), installation.vault
    assert source.reasons(installation, NOW) == dict.fromkeys(["coturn-ephemeral", "kamailio", "prosody"], "missing")
    assert reasons(installation, NOW)["coturn"] == "missing"

    request = installation.stack.service("prosody").certificate
    assert request is not None
    pair = issued(request)
    vault.replace("prosody.key", pair.key_pem)
    vault.replace("prosody.crt", pair.certificate_pem)
    assert source.reasons(installation, NOW)["prosody"] == "not from acme-staging-v02.api.letsencrypt.org"

    sha256 = fingerprint(pair.certificate_pem)
    memory = Memory(vault, STAGING)
    memory.remember("prosody", sha256, "")
    assert "prosody" not in source.reasons(installation, NOW)
    assert source.usable(installation, "prosody", NOW)
    shortlived = plan_text(tmp_path, TEXT.replace('key_file = "tsig.key"', 'key_file = "tsig.key"\nprofile = "shortlived"'))
    assert source.reasons(shortlived, NOW)["prosody"] == "another profile is wanted"

    at = NOW + timedelta(days=1)
    memory.save_service("prosody", renewal={"sha256": sha256, "at": at.isoformat()})
    assert "prosody" not in source.reasons(installation, NOW)
    assert source.reasons(installation, at)["prosody"] == "the CA wants it renewed now"
    memory.save_service("prosody", renewal={"sha256": "of another one", "at": NOW.isoformat()})
    assert "prosody" not in source.reasons(installation, at)


def test_an_order_waits_as_long_as_the_ca_wants(tmp_path: Path) -> None:
    installation = plan_text(tmp_path, TEXT)
    (tmp_path / "tsig.key").write_text("rtcstack:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=\n")
    (tmp_path / "tsig.key").chmod(0o600)
    Memory(installation.vault, STAGING).save_service("prosody", not_before=(NOW + timedelta(hours=2)).isoformat())

    with pytest.raises(RtcstackError, match="does not want to be asked for prosody before 2026-03-01 14:00 UTC"):
        obtain(installation, "prosody", NOW)


def test_caa_forbids_nothing_that_is_ordered_and_names_the_account_once_it_is_there(tmp_path: Path) -> None:
    before = records(tmp_path, "CAA")
    assert before["turn-server.falcot.com"] == {'0 issue ";"'}
    assert before["sip-proxy.falcot.com"] == {'0 issue "letsencrypt.org; validationmethods=dns-01"', '0 issuewild ";"'}

    Memory(Vault(tmp_path / "secrets"), STAGING).save(account=ACCOUNT)
    after = records(tmp_path, "CAA")
    assert f'0 issue "letsencrypt.org; accounturi={ACCOUNT}; validationmethods=dns-01"' in after["sip-proxy.falcot.com"]
    assert "falcot.com" not in after

    unknown = TEXT.replace('server = "192', 'directory = "https://ca.example/dir"\nserver = "192')
    assert "sip-proxy.falcot.com" not in records(tmp_path, "CAA", unknown)


def test_a_caa_that_the_file_gives_gets_the_account_only_of_that_ca(tmp_path: Path) -> None:
    Memory(Vault(tmp_path / "secrets"), STAGING).save(account=ACCOUNT)

    ours = records(tmp_path, "CAA", TEXT + '[caa]\nissuer = "letsencrypt.org"\n')["sip-proxy.falcot.com"]
    other = records(tmp_path, "CAA", TEXT + '[caa]\nissuer = "ca.example"\n')["sip-proxy.falcot.com"]

    assert f'0 issue "letsencrypt.org; accounturi={ACCOUNT}"' in ours
    assert '0 issue "ca.example"' in other


def test_tlsa_binds_to_our_own_ca_alone(tmp_path: Path) -> None:
    make_authority(plan_text(tmp_path, TEXT), NOW)

    assert {name.split(".", 2)[2] for name in records(tmp_path, "TLSA")} == {"turn-server.falcot.com"}


def test_a_delegation_of_the_proofs_is_in_the_zone(tmp_path: Path) -> None:
    text = TEXT.replace('key_file = "tsig.key"', 'key_file = "tsig.key"\nchallenge_domain = "proofs.example.net"')

    found = records(tmp_path, "CNAME", text)

    assert found["_acme-challenge.falcot.com"] == {"falcot.com.proofs.example.net."}
    assert "_acme-challenge.turn-server.falcot.com" not in found
    assert owner("falcot.com", "proofs.example.net").to_text() == "falcot.com.proofs.example.net."
    assert owner("falcot.com", "").to_text() == "_acme-challenge.falcot.com."
    assert records(tmp_path, "CNAME") == {}


def test_proofs_are_remembered_by_name_server_until_they_are_gone(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    one, two = Proof(owner("a.falcot.com", ""), "x-_1"), Proof(owner("b.falcot.com", ""), "y")
    ledger.add(vault, "192.0.2.53", [one, two])
    ledger.add(vault, "192.0.2.53", [one])
    ledger.add(vault, "192.0.2.54", [two])

    ledger.remove(vault, "192.0.2.53", [one])
    assert ledger.read(vault, "192.0.2.53") == (two,)
    ledger.remove(vault, "192.0.2.53", [two])
    ledger.remove(vault, "192.0.2.54", [two])
    assert ledger.FILE not in vault.names()
    vault.replace(ledger.FILE, b'{"proofs": [{"server": "192.0.2.53", "owner": "a..b", "value": "c"}, 5]}')
    assert ledger.read(vault, "192.0.2.53") == ()


def test_the_staging_directory_needs_a_file_with_its_roots(tmp_path: Path) -> None:
    installation = plan_text(tmp_path, TEXT)
    assert [problem.path for problem in trust.problems(installation)] == ["certificates.trust_file"]

    named = plan_text(tmp_path, TEXT.replace('source = "acme"', 'source = "acme"\ntrust_file = "roots.pem"'))
    assert "cannot be read" in trust.problems(named)[0].message
    (tmp_path / "roots.pem").write_text("nothing")
    assert "no certificate" in trust.problems(named)[0].message
    make_authority(installation, NOW)
    (tmp_path / "roots.pem").write_bytes(b"# R\xc3\xb6mer\n" + (installation.vault.read("ca.crt") or b""))
    assert trust.problems(named) == ()
    assert trust.problems(plan_text(tmp_path, TEXT.replace("[certificates.acme]", "[certificates.acme]\nproduction = true"))) == ()


def test_each_service_is_verified_by_its_own_roots(tmp_path: Path) -> None:
    named = plan_text(tmp_path, TEXT.replace('source = "acme"', 'source = "acme"\ntrust_file = "roots.pem"'))
    make_authority(named, NOW)
    other = plan_text(tmp_path / "other", TEXT)
    make_authority(other, NOW)
    theirs = other.vault.read("ca.crt") or b""
    (tmp_path / "roots.pem").write_bytes(theirs)

    found = trust.roots(named, NOW)

    assert found.default == named.vault.read("ca.crt")
    assert set(found.by_address.values()) == {theirs}
    addresses = {
        str(address) for name in ("coturn-ephemeral", "kamailio", "prosody") for address in named.stack.service(name).addresses
    }
    assert set(found.by_address) == addresses
    assert trust.every_root(named, NOW) == found.default + theirs


def test_all_that_is_wrong_with_the_files_is_told_at_once_and_nothing_of_what_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "eab").write_text("not base64 but SECRET!")
    (tmp_path / "eab").chmod(0o600)
    spec = AcmeSpec(server="192.0.2.53", key_file="tsig.key", ca_file="ca.pem", eab_kid="k", eab_key_file="eab")

    with pytest.raises(RequestError) as told:
        settings(tmp_path, spec)

    assert {problem.path.rsplit(".", 1)[-1] for problem in told.value.problems} == {"key_file", "ca_file", "eab_key_file"}
    assert "SECRET" not in str([str(problem) for problem in told.value.problems])
