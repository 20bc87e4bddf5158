"""The rendered configuration, whole, and where its secrets are."""

from dataclasses import replace
from pathlib import Path

import pytest

from rtcstack.plan.secret import REVOKED
from rtcstack.services.prosody.options import ProsodyOptions
from tests.unit.services.prosody.certificates import some_ca
from tests.unit.services.prosody.stacks import PROSODY, SECRETS, configuration, stack_on
from tests.unit.sites import demo_site, site

EXPECTED = Path(__file__).parent / "expected"
CASES = {
    "demo": (demo_site(), ProsodyOptions()),
    "standard": (site("192.168.7.0/24", parent="eth0", ports="standard"), ProsodyOptions()),
    "both": (demo_site(ports="both"), ProsodyOptions()),
    "standard-alone": (site("192.168.7.0/24", parent="eth0", ports="standard"), ProsodyOptions(federation=False)),
    "alone": (demo_site(admins=()), ProsodyOptions(federation=False, archive_days=7, upload_megabytes=1, upload_days=2)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_whole_configuration(case: str) -> None:
    assert configuration(*CASES[case]) == (EXPECTED / f"{case}.cfg.lua").read_text()


def test_each_secret_is_in_a_file_of_its_own_for_prosody_alone() -> None:
    files = PROSODY.files(stack_on(demo_site()), SECRETS)
    public, secret = [file for file in files if not file.secret], [file for file in files if file.secret]

    assert [file.path for file in public] == ["prosody.cfg.lua", "admins", "front.cfg", "revoked"]
    assert not any(value in file.content.decode() for file in public for value in SECRETS.values())
    assert [(file.path, file.content, file.mode, file.owner) for file in secret] == [
        ("database.password", b"databasepassword\n", 0o400, (904, 904)),
        ("turn.secret", b"sharedsecret\n", 0o400, (904, 904)),
    ]
    assert not any(value in repr(files) for value in SECRETS.values())


def test_who_administers_and_every_secret_is_taken_up_while_it_runs() -> None:
    files = PROSODY.files(stack_on(demo_site()), SECRETS)

    assert [file.path for file in files if file.live] == ["admins", "database.password", "turn.secret", "revoked"]
    assert [file.content for file in files if file.path == "admins"] == [b"xmpp:roland@falcot.com\n"]
    assert "roland" not in configuration(demo_site())


def test_what_is_trusted_beside_public_authorities_can_be_given() -> None:
    pem = some_ca()
    options = ProsodyOptions(trusted_ca=pem)

    files = {file.path: file for file in PROSODY.files(stack_on(demo_site(), options), SECRETS)}

    assert files["trusted-ca.pem"].content == pem.encode()
    assert 'ssl = { cafile = "/config/current/trusted-ca.pem" }' in configuration(demo_site(), options)
    assert 'ssl = { cafile = "/config/tls/ca.pem" }' in configuration(demo_site())


def test_what_is_revoked_is_taken_up_while_it_runs_where_there_are_other_servers() -> None:
    secrets = {**SECRETS, REVOKED: "0A1B\n"}

    def revoked(options: ProsodyOptions) -> list[tuple[bytes, bool]]:
        files = PROSODY.files(stack_on(demo_site(), options), secrets)
        return [(file.content, file.live) for file in files if file.path == "revoked"]

    assert revoked(ProsodyOptions(federation=False)) == []
    assert revoked(ProsodyOptions()) == [(b"0A1B\n", True)]


def test_a_given_resolver_is_asked_instead_of_the_machines() -> None:
    plain = demo_site()
    asking = replace(plain, network=replace(plain.network, resolvers=(plain.network.address(22),)))

    assert "unbound" not in configuration(plain)
    assert 'unbound = { resolvconf = false; forward = { "198.51.100.22" } }' in configuration(asking)
