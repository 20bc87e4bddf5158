"""`certs` and the CA by the real program in a directory of its own, with no engine in reach."""

import json
import os
import plistlib
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from rtcstack.workflow.authority.succession import begin, switch
from rtcstack.workflow.certificates import make_authority
from rtcstack.workflow.context import open_installation

PASSPHRASE = "correct horse battery"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "rtcstack.toml").write_text('domain = "falcot.com"\n[network]\nsubnet = "198.51.100.0/24"\n')
    make_authority(open_installation(tmp_path), datetime.now(UTC))
    return tmp_path


def run(directory: Path, *words: str, feed: str = "") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "rtcstack", "--directory", str(directory), *words],
        env=os.environ | {"DOCKER_HOST": "unix:///nowhere/docker.sock"},
        input=feed.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_ca_is_exported_in_every_form(directory: Path) -> None:
    pem = (directory / "secrets" / "ca.crt").read_bytes()
    der = run(directory, "certs", "export-ca", "--format", "der").stdout

    assert run(directory, "certs", "export-ca").stdout == pem
    assert x509.load_der_x509_certificate(der) == x509.load_pem_x509_certificate(pem)
    assert (
        plistlib.loads(run(directory, "certs", "export-ca", "--format", "apple").stdout)["PayloadContent"][0]["PayloadContent"]
        == der
    )
    assert b"certutil -addstore" in run(directory, "certs", "export-ca", "--format", "text").stdout


def test_into_a_file_that_others_may_read(directory: Path) -> None:
    done = run(directory, "certs", "export-ca", "--output", str(directory / "out.crt"))

    assert (done.returncode, done.stdout) == (0, b"")
    assert (directory / "out.crt").stat().st_mode & 0o777 == 0o644
    assert b"SHA-256" in done.stderr


def test_a_code_to_fetch_it_is_shown_or_drawn(directory: Path) -> None:
    url = "https://www.falcot.com/ca.crt"
    shown = run(directory, "certs", "export-ca", "--qr", url)
    run(directory, "certs", "export-ca", "--qr", url, "--output", str(directory / "qr.svg"))

    assert "█".encode() in shown.stdout
    assert b"SHA-256" in shown.stderr
    assert b"<svg" in (directory / "qr.svg").read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("export-ca", "--format", "gif"),
        ("export-ca", "--qr", "falcot.com"),
        ("crl",),
        ("crl", "--format", "gif"),
        ("issue-client", "falcot.com", "--output", "x.pem"),
        ("revoke", "12:34"),
        ("revoke", "nobody"),
        ("protect-ca", "--no-passphrase"),
        ("rotate-ca", "--finish", "--lost"),
    ],
)
def test_a_wrong_request_is_2_and_changes_nothing(directory: Path, words: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}

    done = run(directory, "certs", *words)

    assert (done.returncode, done.stdout) == (2, b""), done.stderr
    assert {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} == before


def test_a_partners_certificate_is_issued_and_listed_and_the_passphrase_is_read_from_standard_input(directory: Path) -> None:
    assert run(directory, "certs", "protect-ca", "--passphrase-stdin", feed=f"{PASSPHRASE}\n").returncode == 0
    request = ("certs", "issue-client", "partner.example", "--output", str(directory / "p.pem"), "--json")

    closed = run(directory, *request)
    wrong = run(directory, *request, "--passphrase-stdin", feed="wrong horse battery\n")
    right = run(directory, *request, "--passphrase-stdin", feed=f"{PASSPHRASE}\n")

    assert (closed.returncode, wrong.returncode, right.returncode) == (2, 2, 0), right.stderr
    assert b"horse" not in wrong.stderr
    (row,) = json.loads(run(directory, "certs", "clients", "--json").stdout)["clients"]
    assert row["serial"] == json.loads(right.stdout)["serial"]
    assert (row["name"], row["state"]) == ("partner.example", "valid")


def test_the_old_and_the_next_ca_are_printed_while_there_are_any(directory: Path) -> None:
    installation = open_installation(directory)
    old = run(directory, "ca").stdout
    assert run(directory, "ca", "--old").returncode == run(directory, "ca", "--next").returncode == 2

    begin(installation, datetime.now(UTC), lost=False)
    following = run(directory, "ca", "--next").stdout
    assert run(directory, "ca").stdout == old != following
    switch(installation.vault)

    assert run(directory, "ca").stdout == following
    assert run(directory, "ca", "--old").stdout == old
    records = json.loads(run(directory, "zone", "--json").stdout)["records"]
    assert len({record["rdata"] for record in records if record["type"] == "TLSA"}) == 2
