"""`firewall` by the real program, with no engine in reach."""

import json
import os
import subprocess
import sys
from pathlib import Path

TEXT = 'domain = "falcot.com"\n[network]\nsubnet = "198.51.100.0/24"\n[services.kamailio]\npublic_address = "203.0.113.14"\n'


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (directory / "rtcstack.toml").write_text(TEXT)
    return subprocess.run(
        [sys.executable, "-m", "rtcstack", "--directory", str(directory), "firewall", *arguments],
        env=os.environ | {"DOCKER_HOST": "unix:///nowhere/docker.sock"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_rules_are_printed_from_the_file_alone(tmp_path: Path) -> None:
    done = run(tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert 'ip daddr 198.51.100.14 tcp dport { 443 } accept comment "kamailio: sip, sip-ws"' in done.stdout
    assert done.stdout.count("dnat to") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["rtcstack.toml"]


def test_scripts_read_them_as_json(tmp_path: Path) -> None:
    openings = json.loads(run(tmp_path, "--json").stdout)["openings"]

    assert {
        "service": "kamailio",
        "address": "198.51.100.14",
        "public_address": "203.0.113.14",
        "transport": "tcp",
        "ports": [{"first": 443, "last": 443}],
        "protocols": ["sip", "sip-ws"],
    } in openings
