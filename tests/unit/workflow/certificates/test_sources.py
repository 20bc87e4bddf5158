"""Certificates from files that are brought, and a clock that is wrong: what stands in, what is never touched, what is refused."""

from datetime import timedelta
from pathlib import Path

import pytest

from rtcstack.engine import pairs
from rtcstack.errors import RequestError, WorldError
from rtcstack.pki.certificates import fingerprint
from rtcstack.pki.protection import protect
from rtcstack.workflow.certificates import due_now, files, issue_certificate, obtain, reasons
from rtcstack.workflow.certificates.importing import import_certificate
from rtcstack.workflow.certificates.renew import renew_certificates
from rtcstack.workflow.context import Installation, plan_text
from tests.unit.pki.test_brought import ROOT
from tests.unit.workflow.authority.vaults import NOW, PASSPHRASE, SERVICES, TEXT, made

FILES = TEXT + '[services.coturn]\ncertificate = "files"\n'
NAMES = ("turn-server.falcot.com",)


def bringing(directory: Path) -> Installation:
    return made(directory, FILES)


def nothing(text: str) -> None:
    raise AssertionError(text)


def test_until_files_are_brought_the_own_ca_stands_in_and_is_renewed(tmp_path: Path) -> None:
    installation = plan_text(tmp_path, FILES)
    assert reasons(installation, NOW)["coturn"] == "missing"
    installation = bringing(tmp_path)

    assert reasons(installation, NOW) == {}
    assert not files.brought(installation, "coturn", NOW)
    good, text = files.remark(installation, installation.stack.service("coturn"), NOW)
    assert not good
    assert text.startswith("nothing was imported for coturn, so it uses a certificate of the own CA: type `rtcstack certs import")
    assert set(reasons(installation, NOW + timedelta(days=61))) == set(SERVICES)
    issue_certificate(installation, "coturn", NOW + timedelta(days=61))
    assert "coturn" not in reasons(installation, NOW + timedelta(days=61))


def test_what_was_brought_is_never_touched_and_its_end_is_told(tmp_path: Path) -> None:
    installation = bringing(tmp_path)
    pairs.put(installation.vault, "coturn", ROOT.pair(NAMES))
    service = installation.stack.service("coturn")

    assert files.brought(installation, "coturn", NOW)
    assert files.remark(installation, service, NOW) == (True, "")
    assert "only you can renew it" in files.remark(installation, service, NOW + timedelta(days=61))[1]
    assert "is refused by clients: the certificate ended" in files.remark(installation, service, NOW + timedelta(days=91))[1]
    assert "coturn" not in due_now(installation, NOW + timedelta(days=91))
    with pytest.raises(RequestError, match="was imported, so only you can renew it"):
        renew_certificates(installation, ["coturn"], force=True, progress=nothing)


def test_even_a_ca_of_the_same_name_is_not_ours_if_its_certificate_was_imported(tmp_path: Path) -> None:
    installation, other = bringing(tmp_path), made(tmp_path / "other")
    theirs = pairs.read(other.vault, "coturn")
    assert theirs is not None
    pairs.put(installation.vault, "coturn", theirs)
    assert reasons(installation, NOW) == {"coturn": "issued by another CA"}

    for number in range(7):
        files.note(installation, "coturn", fingerprint(theirs.certificate_pem) if number == 3 else f"{number}")
    assert reasons(installation, NOW) == {}
    assert files.brought(installation, "coturn", NOW)


def test_from_files_back_to_the_own_ca_it_is_issued_anew(tmp_path: Path) -> None:
    pairs.put(bringing(tmp_path).vault, "coturn", ROOT.pair(NAMES))

    assert reasons(plan_text(tmp_path, TEXT), NOW) == {"coturn": "issued by another CA"}


def test_a_clock_that_was_set_back_gets_no_certificate_and_what_is_in_use_stays(tmp_path: Path) -> None:
    installation = made(tmp_path)
    before = pairs.read(installation.vault, "coturn")

    with pytest.raises(WorldError, match=r"the clock of this machine says 2020-01-01 .* clients would refuse"):
        issue_certificate(installation, "coturn", NOW.replace(year=2020, month=1, day=1))
    issue_certificate(installation, "prosody", NOW + timedelta(days=60))
    with pytest.raises(WorldError, match="but the certificate in use begins 2026-04-30 11:00 UTC"):
        obtain(installation, "prosody", NOW)
    assert pairs.read(installation.vault, "coturn") == before


def test_a_clock_far_ahead_gets_no_certificate_of_a_ca_that_has_ended(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="the CA expired on"):
        obtain(made(tmp_path), "coturn", NOW + timedelta(days=3653))


def test_what_is_due_while_the_key_of_the_ca_is_under_a_passphrase_waits_for_up_and_is_told_to_the_timer(tmp_path: Path) -> None:
    installation = made(tmp_path)
    key = installation.vault.directory / "ca.key"
    key.write_bytes(protect(key.read_bytes(), PASSPHRASE))
    late = NOW + timedelta(days=61)

    assert reasons(installation, late) == {}
    assert due_now(installation, late) == dict.fromkeys(SERVICES, "expires in less than 30 days")
    with pytest.raises(RequestError, match="under a passphrase"):
        obtain(installation, "coturn", late)


def test_names_that_have_no_certificate_are_refused(tmp_path: Path) -> None:
    for name in ("mariadb", "nobody"):
        with pytest.raises(RequestError, match=f"there is no certificate of {name}"):
            renew_certificates(made(tmp_path), [name], force=False, progress=nothing)


def test_a_wrong_import_is_refused_with_every_reason_and_touches_nothing(tmp_path: Path) -> None:
    installation = bringing(tmp_path)
    before = {path.name: path.read_bytes() for path in installation.vault.directory.iterdir()}
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    pair = ROOT.pair(("turn.falcot.com",))
    key.write_bytes(pair.key_pem)
    chain.write_bytes(pair.certificate_pem)

    with pytest.raises(RequestError, match="the certificate cannot be used for coturn") as caught:
        import_certificate(installation, "coturn", key, chain, nothing)
    # The clock of this test's certificates is not today's: more than the name may be wrong.
    assert "turn-server.falcot.com is not among its DNS names" in [problem.message for problem in caught.value.problems]
    with pytest.raises(RequestError, match="the certificate of kamailio comes from own-ca"):
        import_certificate(installation, "kamailio", key, chain, nothing)
    with pytest.raises(RequestError, match="cannot be read: No such file"):
        import_certificate(installation, "coturn", tmp_path / "no.pem", chain, nothing)
    with pytest.raises(RequestError, match="cannot be read: Is a directory"):
        import_certificate(installation, "coturn", tmp_path, chain, nothing)
    (tmp_path / "large.pem").write_bytes(b"x" * 262_145)
    with pytest.raises(RequestError, match="is no file with a key or certificates"):
        import_certificate(installation, "coturn", tmp_path / "large.pem", chain, nothing)
    with pytest.raises(RequestError, match="there is no certificate of mariadb"):
        import_certificate(installation, "mariadb", key, chain, nothing)
    assert {path.name: path.read_bytes() for path in installation.vault.directory.iterdir()} == before
