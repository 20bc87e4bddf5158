"""One switch between 443, the standard ports and both: what answers where, what stays, and that there and back is nothing."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcstack.engine.images import COMMON, reference
from tests.stack.conftest import NUMBER
from tests.stack.database import sql
from tests.stack.installation import UP, Stack, toml
from tests.stack.lab import Lab
from tests.stack.xmpp_client import CA, client, jid

SUBNET = f"198.19.{70 + NUMBER // 2}.0/24"
PORTS = {
    "443": {"coturn": {443}, "kamailio": {443}, "prosody": {443}},
    "standard": {"coturn": {3478, 5349}, "kamailio": {5061}, "prosody": {5222, 5223, 5269, 5270, 5281}},
}
PORTS["both"] = {name: PORTS["443"][name] | PORTS["standard"][name] for name in PORTS["443"]}
OPEN = """
import json, socket, sys
found = []
for port in map(int, sys.argv[2:]):
    with socket.socket() as connection:
        connection.settimeout(3)
        found += [port] if connection.connect_ex((sys.argv[1], port)) == 0 else []
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose ports may change."""
    found = Stack(tmp_path_factory.mktemp("ports"))
    text = toml(f"rtcports{NUMBER or ''}", SUBNET, f"2001:db8:70:{NUMBER}::/64", network=f'resolvers = ["{SUBNET[:-4]}40"]')
    (found.directory / "rtcstack.toml").write_text(f'# ours\nports = "443"  # the switch\n{text}')
    found.clear()
    try:
        found.ok("up", "--yes", seconds=UP)
        yield found
    finally:
        found.remove()


@pytest.fixture(scope="module")
def lab(stack: Stack) -> Iterator[Lab]:
    network = stack.plan.site.network
    with Lab(network=network, zones={"falcot.com": stack.zone}, ca=stack.ca.read_bytes(), common=reference(COMMON)) as found:
        yield found


def tree(stack: Stack) -> dict[str, str]:
    """What was made from the file: every file below compose/ and the zone, as digests."""
    compose = stack.directory / "compose"
    found = {str(path.relative_to(compose)): path.read_bytes() for path in compose.rglob("*") if path.is_file()}
    found["the zone"] = stack.ok("zone").encode()
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items() if not name.endswith((".log", ".lock"))}


def kept(stack: Stack) -> tuple[object, ...]:
    """What no switch may touch: people, what they wrote, volumes, keys and certificates."""
    people = sql(stack, "SELECT * FROM rtcstack.people ORDER BY name; SELECT `user`, `key`, value FROM prosody.prosodyarchive;")
    label = f"label=com.rtcstack.stack={stack.plan.site.name}"
    volumes = subprocess.run(["docker", "volume", "ls", "-q", "--filter", label], capture_output=True, timeout=60, check=True)
    vault = {str(path): path.read_bytes() for path in sorted(Path(stack.directory, "secrets").rglob("*")) if path.is_file()}
    return people, volumes.stdout, vault


def answering(stack: Stack, lab: Lab) -> dict[str, set[int]]:
    every = sorted({port for services in PORTS.values() for ports in services.values() for port in ports})
    found = {}
    for name in PORTS["443"]:
        done = lab.run(["python3", "-c", OPEN, stack.address(name), *map(str, every)])
        found[name] = set(json.loads(done.stdout))
    return found


def logs_in(lab: Lab, how: str, password: str) -> bool:
    return client(lab, "xmpp_login", jid("roland"), how, CA, passwords=(password,))[0] == 0


def test_a_wrong_word_is_a_wrong_request(stack: Stack) -> None:
    before = (stack.directory / "rtcstack.toml").read_text()
    for word in ("80", "", "Both"):
        assert stack.run("ports", word, "--yes").returncode == 2
    done = stack.run("ports", "both")
    assert (done.returncode, "--yes" in done.stderr) == (2, True)
    assert (stack.directory / "rtcstack.toml").read_text() == before
    assert stack.ok("plan") == "Nothing to do.\n"


def test_there_and_back(stack: Stack, lab: Lab) -> None:
    password = stack.person("roland")
    laura = stack.person("laura")
    assert client(lab, "xmpp_talk", jid("roland"), jid("laura"), CA, passwords=(password, laura))[0] == 0
    made, belongings = tree(stack), kept(stack)
    assert belongings[0]

    for ports in ("both", "standard", "443"):
        shown = stack.run("ports", ports, "--dry-run", "--json")
        assert shown.returncode == 0, shown.stderr
        planned = json.loads(shown.stdout)
        said = stack.run("ports", ports, "--json", "--yes", seconds=300)
        assert said.returncode == 0, said.stderr
        assert json.loads(said.stdout) == planned
        assert (planned["ports"], bool(planned["changed_records"])) == (ports, True)

        assert stack.json("status")["ports"] == ports
        assert {service["health"] for service in stack.json("status")["services"].values()} == {"healthy"}
        assert stack.ok("plan") == "Nothing to do.\n"
        assert answering(stack, lab) == PORTS[ports]
        lab.serve({"falcot.com": stack.zone})
        for how in ("direct", "starttls"):
            assert not logs_in(lab, how, f"{password}x")
            assert logs_in(lab, how, password), (ports, how)
        assert kept(stack) == belongings
        assert f'# ours\nports = "{ports}"  # the switch\n' in (stack.directory / "rtcstack.toml").read_text()

    assert tree(stack) == made
    again = stack.run("ports", "443", "--yes")
    assert (again.returncode, "Nothing to do." in again.stderr) == (0, True)
