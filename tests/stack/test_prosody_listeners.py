"""prosody goes on without a port that it cannot open; ours ends, so that the restart policy tries again."""

import io
import tarfile
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from rtcstack.engine.images import reference
from tests.stack.installation import Stack
from tests.stack.lab import docker

CONFIG = """
plugin_paths = {{ "/usr/share/rtcstack/prosody-modules" }}
data_path = "/run/prosody"
log = {{ {{ levels = {{ min = "info" }}; to = "console" }} }}
interfaces = {{ "127.0.0.1" }}
all_listeners = {{ ["{address}"] = {{ 5222 }} }}
modules_enabled = {{ "all_listeners" }}
VirtualHost "falcot.com"
"""


@pytest.fixture
def name(stack: Stack) -> Iterator[str]:
    """A container's name, for a stack whose images are built."""
    found = f"{stack.plan.site.name}-listeners-{uuid4().hex[:8]}"
    yield found
    docker("rm", "-f", "-v", found)


def _start(name: str, address: str) -> None:
    options = ("--name", name, "--network", "none", "--user", "904:904", "--init", "--tmpfs", "/run/prosody:uid=904")
    docker("create", *options, reference("prosody"), "prosody", "-F", "--config", "/prosody.cfg.lua")
    archive, content = io.BytesIO(), CONFIG.format(address=address).encode()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("prosody.cfg.lua")
        entry.size, entry.mode = len(content), 0o644
        tar.addfile(entry, io.BytesIO(content))
    docker("cp", "-", f"{name}:/", feed=archive.getvalue())
    docker("start", name)


def test_a_missing_listener_ends_the_server(name: str) -> None:
    _start(name, "203.0.113.99")

    assert docker("wait", name, seconds=20).strip() == "1"
    assert "Nothing listens on [203.0.113.99]:5222" in docker("logs", name)


def test_with_every_listener_the_server_stays(name: str) -> None:
    _start(name, "127.0.0.1")
    time.sleep(4)

    assert docker("inspect", "--format", "{{.State.Running}}", name).strip() == "true"
