from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from rtcstack.engine import pairs
from rtcstack.errors import RequestError, WorldError
from rtcstack.pki.protection import is_protected, protect
from rtcstack.workflow.authority import lists
from rtcstack.workflow.authority.material import Phase, issuers, issuing, phase, trust_digests, trusted
from rtcstack.workflow.authority.succession import begin, clear, complete, drop, due, switch
from rtcstack.workflow.certificates import issue_certificate, reasons
from rtcstack.workflow.context import Installation, plan_text
from tests.unit.workflow.authority.vaults import NOW, PASSPHRASE, SERVICES, TEXT, KilledError, files, killed_after, made, opened_by


def verifies(installation: Installation, root: bytes, now: datetime = NOW) -> bool:
    leaf, *others = x509.load_pem_x509_certificates(installation.vault.read("kamailio.crt") or b"")
    verifier = PolicyBuilder().store(Store([x509.load_pem_x509_certificate(root)])).time(now)
    try:
        verifier.build_server_verifier(x509.DNSName("falcot.com")).verify(leaf, others)
    except VerificationError:
        return False
    return True


def issue_all(installation: Installation, now: datetime = NOW) -> None:
    for service in reasons(installation, now):
        issue_certificate(installation, service, now)


def test_announced_it_is_told_to_the_dns_and_used_by_nobody(tmp_path: Path) -> None:
    installation = made(tmp_path)
    before = files(installation)
    (old,) = trust_digests(installation.vault)

    begin(installation, NOW, lost=False)

    assert phase(installation.vault) is Phase.ANNOUNCED
    assert trust_digests(installation.vault)[0] == old
    assert len(trust_digests(installation.vault)) == 2
    assert due(installation.vault) == NOW + timedelta(hours=1)
    assert trusted(installation.vault, NOW) == issuers(installation.vault, NOW) == before["ca.crt"]
    assert reasons(installation, NOW) == {}
    assert files(installation).items() >= before.items()


def test_in_use_who_knows_either_verifies_and_after_the_end_only_who_knows_the_new_one(tmp_path: Path) -> None:
    installation = made(tmp_path)
    vault, old = installation.vault, installation.vault.read("ca.crt") or b""
    begin(installation, NOW, lost=False)
    switch(vault)

    assert phase(vault) is Phase.OVERLAP
    assert set(reasons(installation, NOW)) == set(SERVICES)
    issue_all(installation)
    new = vault.read("ca.crt") or b""
    other = made(tmp_path / "other").vault.read("ca.crt") or b""
    assert not verifies(installation, other)
    assert verifies(installation, old)
    assert verifies(installation, new)
    assert trusted(vault, NOW) == new + old
    assert len(trust_digests(vault)) == 2
    assert reasons(installation, NOW) == {}

    drop(vault)
    assert set(reasons(installation, NOW)) == set(SERVICES)
    issue_all(installation)
    assert not verifies(installation, old)
    assert verifies(installation, new)
    assert (phase(vault), trusted(vault, NOW), len(trust_digests(vault))) == (Phase.STEADY, new, 1)
    assert {name for name in vault.names() if name.startswith(("ca.", "ca-"))} == {"ca.crt", "ca.key"}


def test_when_the_old_one_has_ended_it_is_trusted_no_longer_and_its_word_is_not_shown(tmp_path: Path) -> None:
    installation = made(tmp_path)
    begin(installation, NOW, lost=False)
    switch(installation.vault)
    after = NOW + timedelta(days=3660)

    assert trusted(installation.vault, after) == installation.vault.read("ca.crt") == issuers(installation.vault, after)


def test_lost_needs_no_key_and_the_old_one_vouches_for_nothing(tmp_path: Path) -> None:
    installation = made(tmp_path)
    vault, old = installation.vault, installation.vault.read("ca.crt") or b""
    vault.remove("ca.key")
    with pytest.raises(WorldError, match="is missing"):
        begin(installation, NOW, lost=False)
    assert phase(vault) is Phase.STEADY

    begin(installation, NOW, lost=True)
    switch(vault)
    issue_all(installation)

    assert not verifies(installation, old)
    assert verifies(installation, vault.read("ca.crt") or b"")
    assert trusted(vault, NOW).endswith(old)


def test_a_ca_that_has_ended_is_followed_by_one_that_it_does_not_vouch_for(tmp_path: Path) -> None:
    installation = made(tmp_path)
    after = NOW + timedelta(days=3700)
    with pytest.raises(RequestError, match="expired"):
        issue_all(installation, after)

    begin(installation, after, lost=False)
    switch(installation.vault)
    issue_all(installation, after)

    assert installation.vault.read("ca-cross.crt") is None
    assert trusted(installation.vault, after) == installation.vault.read("ca.crt")
    assert verifies(installation, installation.vault.read("ca.crt") or b"", after)


def test_a_key_under_a_passphrase_gets_a_successor_under_the_same(tmp_path: Path) -> None:
    installation = made(tmp_path)
    vault = installation.vault
    vault.replace("ca.key", protect(vault.read("ca.key") or b"", PASSPHRASE))
    before = files(installation)
    for access in (installation, opened_by(installation, passphrase=b"wrong passphrase")):
        with pytest.raises(RequestError, match="passphrase"):
            begin(access, NOW, lost=False)
        assert files(installation) == before

    opened = opened_by(installation, passphrase=PASSPHRASE)
    begin(opened, NOW, lost=False)
    switch(vault)

    assert is_protected(vault.read("ca.key") or b"")
    assert issuing(opened).certificate_pem == vault.read("ca.crt")


def test_other_domains_in_the_file_are_the_new_cas_domains(tmp_path: Path) -> None:
    made(tmp_path)
    wider = plan_text(tmp_path, f'aliases = ["falcot.example"]\n{TEXT}')
    begin(wider, NOW, lost=False)
    switch(wider.vault)

    issue_all(wider)

    assert reasons(wider, NOW) == {}


def test_whoever_mends_the_services_certificates_leaves_the_cas_alone(tmp_path: Path) -> None:
    installation = made(tmp_path)
    for step in story(installation)[:2]:
        step()
        before = files(installation)
        pairs.mend_all(installation.vault)
        assert files(installation) == before


def story(installation: Installation) -> list[Callable[[], None]]:
    """The whole change, each step as a command would take it, according to how far it is."""
    vault = installation.vault

    def announce() -> None:
        complete(vault)
        if phase(vault) is Phase.STEADY:
            begin(installation, NOW, lost=False)

    def use() -> None:
        complete(vault)
        if phase(vault) is Phase.ANNOUNCED:
            switch(vault)
        issue_all(installation)

    def finish() -> None:
        if phase(vault) is Phase.OVERLAP:
            drop(vault)
        clear(vault)
        issue_all(installation)

    return [announce, use, finish]


@pytest.mark.parametrize("step", range(3), ids=["announce", "use", "finish"])
def test_killed_at_any_write_there_is_one_ca_with_its_key_and_typed_again_it_is_done(tmp_path: Path, step: int) -> None:
    reached = 0
    while True:
        installation = made(tmp_path / str(reached))
        vault = installation.vault
        lists.add(installation, vault.read("ca.crt") or b"", (), NOW)
        old = vault.read("ca.crt") or b""
        steps = story(installation)
        for before in steps[:step]:
            before()
        finished = False
        with killed_after(reached) as written:
            try:
                steps[step]()
                finished = True
            except KilledError:
                pass
        assert issuing(installation).certificate_pem == vault.read("ca.crt"), written
        assert lists.of(vault, vault.read("ca.crt") or b"") or phase(vault) is not Phase.ANNOUNCED
        for after in steps[step:]:
            after()
        new = vault.read("ca.crt") or b""
        assert new != old
        assert reasons(installation, NOW) == {}
        assert verifies(installation, new)
        assert phase(vault) is Phase.STEADY
        assert {name for name in vault.names() if name.startswith(("ca.", "ca-"))} <= {"ca.crt", "ca.key", "ca.crl"}
        if finished:
            break
        reached += 1
    assert reached >= 4, written
