"""Bad days of certificates on the real thing: kills, two at once, a service that does not take one up, files that are wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from rtcstack.pki import keys
from rtcstack.pki.ca import create_ca
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from tests.stack.installation import Stack
from tests.stack.lab import docker

SERVICES = ("coturn", "coturn-ephemeral", "kamailio", "prosody")
INTO = (0.0, 0.3, 0.8)
"""Seconds after a step was announced."""


def rows(stack: Stack) -> dict[str, dict[str, object]]:
    """Return the table by service, good or not."""
    done = stack.run("certs", "--json")
    return {row["service"]: row for row in json.loads(done.stdout)["certificates"]}


def stored(stack: Stack, service: str) -> dict[str, bytes]:
    """Return the files of a service in the vault."""
    return {path.name: path.read_bytes() for path in (stack.directory / "secrets").glob(f"{service}.*")}


def answering(stack: Stack) -> None:
    """Every port with TLS shows a certificate that is believed, whichever it is."""
    for row in rows(stack).values():
        ports = row["ports"]
        assert isinstance(ports, list)
        assert ports
        assert [port for port in ports if not port["ok"]] == []


def test_two_renewals_at_once_follow_each_other(stack: Stack) -> None:
    command = stack.argv("certs", "renew", "--force", "coturn", "--json")
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [json.loads(process.communicate(timeout=120)[0]) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    one, other = (answer["renewed"][0] for answer in said)
    assert {one["sha256_before"], other["sha256_before"]} & {one["sha256_after"], other["sha256_after"]}
    last = one if one["sha256_before"] == other["sha256_after"] else other
    assert rows(stack)["coturn"]["sha256"] == last["sha256_after"]
    assert rows(stack)["coturn"]["served"] is True


@contextmanager
def deaf(stack: Stack) -> Iterator[None]:
    """Let coturn's reload find another process than coturn until the end of the block; coturn itself is well."""
    pidfile = "/run/coturn/turnserver.pid"
    number = stack.exec("coturn", ["cat", pidfile]).stdout.strip()
    assert int(number) > 1
    assert stack.exec("coturn", ["sh", "-c", f"echo 1 >{pidfile}"]).returncode == 0
    try:
        yield
    finally:
        assert stack.exec("coturn", ["sh", "-c", f"echo {number} >{pidfile}"]).returncode == 0


@pytest.mark.timeout(300)
def test_what_a_service_does_not_take_up_is_taken_back_and_told_loudly(stack: Stack) -> None:
    before, table = stored(stack, "coturn"), rows(stack)["coturn"]
    with deaf(stack):
        done = stack.run("certs", "renew", "--force", "coturn", "--json", seconds=200)
        assert done.returncode == 1, done.stderr
        (failed,) = json.loads(done.stdout)["failed"]
        assert failed["service"] == "coturn"
        assert "the old one is in use again: coturn did not take up its files" in failed["reason"]
        assert stored(stack, "coturn") == before
        assert rows(stack)["coturn"]["sha256"] == table["sha256"]
        answering(stack)
        status = stack.run("status")
        assert "RENEWAL FAILED: coturn, 1 times since" in status.stderr
        findings = json.loads(stack.run("check", "--only", "host", "--quick", "--json").stdout)["findings"]
        assert "certificates.renewal" in [entry["id"] for entry in findings]

    stack.ok("certs", "renew", "--force", "coturn")
    assert stack.json("status")["renewal"]["failed"] == {}
    assert rows(stack)["coturn"]["served"] is True
    assert rows(stack)["coturn"]["sha256"] != table["sha256"]


@pytest.mark.timeout(900)
def test_killed_at_each_step_every_service_has_a_working_pair_and_typed_again_it_is_done(stack: Stack) -> None:
    kills = 0
    while True:
        seen, ended = 0, False
        with subprocess.Popen(
            stack.argv("certs", "renew", "--force"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            for line in process.stderr:
                seen += line.startswith("[")
                if seen > kills:
                    time.sleep(INTO[kills % len(INTO)])
                    os.kill(process.pid, signal.SIGKILL)
                    break
            ended = process.wait(timeout=120) == 0
        if ended:
            break
        kills += 1
        assert kills < 20
        answering(stack)
        # `renew` or `up`: whichever is typed next finishes it, or goes back.
        stack.ok(*(("up", "--yes") if kills % 2 else ("certs", "renew")), seconds=300)
        assert all(row["served"] is True for row in rows(stack).values()), rows(stack)
        assert not [*(stack.directory / "secrets").glob("*.previous.*"), *(stack.directory / "secrets").glob("*.next.*")]

    sys.stderr.write(f"{kills} kills\n")
    assert kills >= 6
    assert stack.ok("plan") == "Nothing to do.\n"


class Another:
    """A CA that is not ours but certifies the same names, and files as an administrator brings them."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.request = stack.plan.service("coturn-ephemeral").certificate
        self.folder = folder
        leaf = x509.load_pem_x509_certificate((stack.directory / "secrets" / "coturn-ephemeral.crt").read_bytes())
        self.now = leaf.not_valid_before_utc + timedelta(hours=1)
        # It even bears the name of ours.
        self.ca = create_ca(("falcot.com",), self.now)

    def bring(self, pair: KeyPair, chain: bytes) -> tuple[str, ...]:
        key, file = self.folder / "brought.key", self.folder / "brought.pem"
        key.write_bytes(pair.key_pem)
        key.chmod(0o600)
        file.write_bytes(chain)
        return ("certs", "import", "coturn-ephemeral", "--key-file", str(key), "--chain-file", str(file))

    def pair(self) -> KeyPair:
        assert self.request is not None
        return issue(self.ca, self.request, ("falcot.com",), self.now)


@pytest.fixture
def files(stack: Stack) -> Iterator[None]:
    """Let one service live on files that are brought, and give it back to our CA afterwards."""
    path = stack.directory / "rtcstack.toml"
    text = path.read_text()
    path.write_text(text + '\n[services.coturn-ephemeral]\ncertificate = "files"\n')
    try:
        yield
    finally:
        path.write_text(text)
        stack.ok("up", "--yes", seconds=300)
        assert rows(stack)["coturn-ephemeral"]["served"] is True


@pytest.mark.usefixtures("files")
def test_files_are_judged_before_anything_is_touched_and_then_served(stack: Stack, tmp_path: Path) -> None:
    another = Another(stack, tmp_path)
    pair, other = another.pair(), another.pair()
    before = stored(stack, "coturn-ephemeral")
    table = rows(stack)["coturn-ephemeral"]
    assert table["source"] == "own-ca (nothing imported)"
    assert "nothing was imported for coturn-ephemeral" in stack.run("plan").stderr
    whole = pair.certificate_pem + another.ca.certificate_pem
    wrong = {
        "the key is not the certificate's": (other, whole),
        "whom nobody here trusts": (pair, pair.certificate_pem),
        "not in order": (pair, pair.certificate_pem + other.certificate_pem + another.ca.certificate_pem),
        "the certificate cannot be read": (pair, b""),
        "the key cannot be read": (KeyPair(key_pem=b"", certificate_pem=b""), whole),
        "ecdsa": (KeyPair(key_pem=keys.dump(keys.make("rsa")), certificate_pem=b""), whole),
    }
    for words, (key, chain) in wrong.items():
        done = stack.run(*another.bring(key, chain))
        assert done.returncode == 2, done.stderr
        assert words.lower() in done.stderr.lower()
    assert stored(stack, "coturn-ephemeral") == before

    imported = stack.json(*another.bring(pair, whole))["imported"]
    shown = x509.load_pem_x509_certificate(pair.certificate_pem)
    row = rows(stack)["coturn-ephemeral"]
    assert imported["served"] is True
    assert (row["source"], row["served"], row["sha256"]) == ("files", True, imported["sha256_after"])
    assert stored(stack, "coturn-ephemeral")["coturn-ephemeral.crt"].startswith(shown.public_bytes(Encoding.PEM))
    refused = stack.run("certs", "renew", "--force", "coturn-ephemeral")
    assert (refused.returncode, "only you can renew it" in refused.stderr) == (2, True)
    stack.ok("up", "--yes", seconds=300)
    assert rows(stack)["coturn-ephemeral"]["sha256"] == imported["sha256_after"]


def test_damaged_pairs_are_made_anew(stack: Stack) -> None:
    secrets = stack.directory / "secrets"
    (secrets / "prosody.key").write_bytes((secrets / "coturn.key").read_bytes())
    (secrets / "coturn.crt").write_text("rubbish")
    assert rows(stack)["prosody"]["due"] == "the key is not the certificate's"
    assert rows(stack)["coturn"]["due"] == "the key or the certificate cannot be read"

    renewed = {entry["service"]: entry["sha256_before"] for entry in stack.json("certs", "renew")["renewed"]}
    assert set(renewed) == {"coturn", "prosody"}
    assert renewed["coturn"] == ""
    assert [rows(stack)[name]["served"] for name in renewed] == [True, True]


def test_the_timers_run_does_nothing_when_nothing_is_due_and_says_when_it_ran(stack: Stack) -> None:
    assert stack.run("certs", "renew", "--due").stderr == ""
    renewal = stack.json("status")["renewal"]
    assert renewal["timer_run"] == renewal["last_run"]
    assert "Renewals: ran at" in stack.ok("status")


def test_install_timers_says_what_to_do_where_nothing_can_call(stack: Stack) -> None:
    if Path("/run/systemd/system").is_dir():
        pytest.skip("this machine has systemd")
    done = stack.run("install-timers")
    assert done.returncode == 1
    assert "certs' 'renew' '--due'" in done.stderr
    assert not docker("ps", "-aq", "--filter", f"name={stack.plan.site.name}-timer").strip()
