"""`certs acme` without a CA: what is known is shown, and what cannot be done is refused before anybody is asked."""

import json
import subprocess
import sys
from pathlib import Path

FILE = """
domain = "falcot.com"
[network]
subnet = "198.51.100.0/24"
"""
ACME = """
[certificates]
source = "acme"
[certificates.acme]
server = "127.0.0.1:9"
key_file = "tsig.key"
directory = "https://127.0.0.1:9/dir"
"""


def run(directory: Path, *words: str, text: str = FILE + ACME) -> subprocess.CompletedProcess[str]:
    (directory / "rtcstack.toml").write_text(text)
    argv = [sys.executable, "-m", "rtcstack", "--directory", str(directory), *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def test_without_a_public_ca_there_is_nothing_to_show_or_to_change(tmp_path: Path) -> None:
    for words in (("show",), ("rollover",)):
        done = run(tmp_path, "certs", "acme", *words, text=FILE)
        assert (done.returncode, done.stdout) == (2, "")
        assert "uses no public CA" in done.stderr


def test_what_is_known_is_shown_without_asking_the_ca(tmp_path: Path) -> None:
    done = run(tmp_path, "certs", "acme", "show", "--json")

    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert (shown["schema"], shown["directory"], shown["account"], shown["profiles"]) == (1, "https://127.0.0.1:9/dir", "", None)
    assert {each["service"]: each["reason"] for each in shown["services"]} == dict.fromkeys(
        ["coturn", "coturn-ephemeral", "kamailio", "prosody"], "missing"
    )
    assert not (tmp_path / "secrets").exists()


def test_a_wrong_key_file_is_told_before_the_ca_is_asked_and_a_silent_ca_afterwards(tmp_path: Path) -> None:
    refused = run(tmp_path, "certs", "acme", "rollover")
    assert refused.returncode == 2
    assert "certificates.acme.key_file" in refused.stderr

    (tmp_path / "tsig.key").write_text("rtcstack:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=\n")
    (tmp_path / "tsig.key").chmod(0o600)
    silent = run(tmp_path, "certs", "acme", "show", "--ask")
    assert (silent.returncode, silent.stdout) == (1, "")
    assert "127.0.0.1:9 gives no answer" in silent.stderr
    assert "Traceback" not in silent.stderr
