"""One real stack for all tests under tests/stack, with a client's place on its network."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcstack.engine import base_image, images
from rtcstack.engine.docker import Engine
from tests.stack.installation import UP, Stack, toml
from tests.stack.lab import Lab

HERE = Path(__file__).parent
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
NUMBER = int(os.environ.get("RTCSTACK_TEST", "0")) + 20 * WORKER
"""Tells shared stacks apart: each worker of one run has its own, and RTCSTACK_TEST (0 to 9) keeps two runs on one engine apart.

The networks are of RFC 2544: the documentation ranges are the demo's, and may be where a machine has its package mirror.
"""
SUBNET = f"198.18.{100 + NUMBER}.0/24"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that the rest can be run without an engine."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("stack")


@pytest.fixture(scope="session", autouse=True)
def our_images(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every image of ours, before a test names one: whichever test comes first, one worker builds, the others find them built."""
    log = tmp_path_factory.mktemp("images") / "build.log"
    names = [folder.name for folder in images.sources().iterdir() if folder.name != images.COMMON]
    with (Path(tempfile.gettempdir()) / f"rtcstack-test-{os.getuid()}.lock").open("w") as lock, Engine() as engine:
        fcntl.flock(lock, fcntl.LOCK_EX)
        base_image.ensure_base_image(lambda _: None, log)
        images.build(engine, names, base_image.NAME, log, lambda _: None)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shared stack: whoever stops something in it lets it come back."""
    found = Stack(tmp_path_factory.mktemp("stack"))
    name = f"rtctest{NUMBER or ''}"
    text = toml(
        name,
        SUBNET,
        f"2001:db8:443:{NUMBER}::/64",
        network=f'resolvers = ["{SUBNET.removesuffix("0/24")}40"]',
        extra="[services.dns]\nenabled = true",
    )
    (found.directory / "rtcstack.toml").write_text(text)
    try:
        found.clear()
        found.ok("up", "--yes", seconds=UP)
        yield found
    finally:
        found.remove()


@pytest.fixture(scope="session")
def lab(stack: Stack) -> Iterator[Lab]:
    """A client's place on the shared stack's network, with the printed zone as its only DNS."""
    common = images.reference(images.COMMON)
    with Lab(network=stack.plan.site.network, zones={"falcot.com": stack.zone}, ca=stack.ca.read_bytes(), common=common) as found:
        yield found
