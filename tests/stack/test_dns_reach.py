"""`dns check` of a stack that answers for itself: clean as it is; an AAAA whose address does not answer is named."""

import json
import subprocess
from typing import Any

from rtcstack.engine.images import reference
from tests.stack.breaking import faults_image, filtered
from tests.stack.installation import Stack


def check(stack: Stack) -> tuple[int, dict[str, Any]]:
    done: subprocess.CompletedProcess[str] = stack.run("dns", "check", "--json", seconds=60)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_stacks_own_name_server_is_right_and_a_dead_ipv6_address_is_named(stack: Stack) -> None:
    faults_image(reference("common"))
    with filtered(stack, "kamailio", "-p tcp --dport 443 -j DROP", tools=("ip6tables",)):
        code, found = check(stack)
    address = stack.plan.service("kamailio").address6
    assert (code, [each["id"] for each in found["findings"]]) == (1, [f"dns.aaaa:{address}"])
    assert "no answer" in found["findings"][0]["happened"]

    code, found = check(stack)
    assert (code, found["findings"]) == (0, [])
    assert found["servers"] == [f"{stack.plan.service('dns').hostname} ({stack.address('dns')})"]
    # Signed, and nobody was asked about the zone above; nothing else is worth a remark.
    assert found["remarks"] == []
