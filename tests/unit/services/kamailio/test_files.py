"""The rendered configuration: what depends on the plan, whole, and where its secrets are."""

from pathlib import Path

import pytest

from rtcstack.plan.secret import REVOCATIONS
from rtcstack.render.template import HEADER
from rtcstack.services.kamailio.options import KamailioOptions
from tests.unit.services.kamailio.stacks import KAMAILIO, SECRETS, configuration, stack_on
from tests.unit.sites import demo_site, site

EXPECTED = Path(__file__).parent / "expected"
CASES = {
    "demo": (demo_site(), KamailioOptions()),
    "standard-udp": (site("192.168.7.0/24", parent="eth0", ports="standard"), KamailioOptions(udp=True)),
}
FIXED = {
    "requests.cfg",
    "screen.cfg",
    "identity.cfg",
    "registrar.cfg",
    "dialogs.cfg",
    "callee.cfg",
    "calls.cfg",
    "nat.cfg",
    "websocket.cfg",
    "tls.cfg",
}
"""Files in which nothing depends on the plan; the stack tests say what they do."""


@pytest.mark.parametrize("case", CASES)
def test_what_depends_on_the_plan(case: str) -> None:
    found = configuration(*CASES[case])
    text = "".join(f"==> {path}\n{content}" for path, content in found.items() if path not in FIXED)

    assert text == (EXPECTED / f"{case}.cfg").read_text()
    assert set(found) >= FIXED


def test_the_rest_is_the_same_everywhere() -> None:
    one, other = (configuration(*case) for case in CASES.values())

    assert {path: one[path] for path in FIXED} == {path: other[path] for path in FIXED}


def test_every_file_says_who_made_it_and_every_part_is_read() -> None:
    found = configuration(demo_site())

    assert [path for path, text in found.items() if HEADER not in "".join(text.splitlines(keepends=True)[:2])] == []
    read = {line.split('"')[1] for line in found["kamailio.cfg"].splitlines() if line.startswith("include_file")}
    assert read == set(found) - {"kamailio.cfg", "tls.cfg", "database-address"}


def test_secrets_are_in_one_file_for_kamailio_alone() -> None:
    files = KAMAILIO.files(stack_on(demo_site()), SECRETS)
    secret = [file for file in files if file.secret]

    assert [(file.path, file.mode, file.owner) for file in secret] == [("secrets.cfg", 0o400, (902, 902))]
    assert all(value in secret[0].content.decode() for value in SECRETS.values())
    assert not any(value in file.content.decode() for file in files if not file.secret for value in SECRETS.values())
    assert not any(value in repr(files) for value in SECRETS.values())


def test_nobody_is_asked_for_a_certificate_unless_the_file_says_so() -> None:
    plain = configuration(demo_site())

    assert "verify_certificate = no\nrequire_certificate = no\ncipher_list" in plain["tls.cfg"]
    assert "crl" not in plain["tls.cfg"]
    assert "revoked.crl" not in plain


def test_who_shows_a_certificate_is_held_against_the_list_which_is_taken_up_while_it_runs() -> None:
    options = KamailioOptions(client_certificates="optional")
    stack = stack_on(demo_site(), options)
    files = {file.path: file for file in KAMAILIO.files(stack, {**SECRETS, REVOCATIONS: "a list"})}

    assert stack.service("kamailio").revocations
    assert (files["revoked.crl"].content, files["revoked.crl"].live) == (b"a list", True)
    server, client = files["tls.cfg"].content.decode().split("[client:default]")
    assert "verify_certificate = yes\nrequire_certificate = no\ncrl = /config/live/revoked.crl\n" in server
    assert "crl" not in client
