"""Files are put into a volume whole, and what is there already is left to whoever is reading it."""

import uuid
from collections.abc import Iterator

import pytest

from rtcstack.engine import images
from rtcstack.engine.deliver import Generation, deliver
from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from tests.stack.installation import Stack
from tests.stack.lab import docker

FILES = {"a.cfg": (b"one\n", 0o444, 903, 903), "sub/key": (b"two\n", 0o400, 903, 903)}


@pytest.fixture
def volume(stack: Stack) -> Iterator[str]:
    del stack  # it has built the image
    name = f"rtcdeliver-{uuid.uuid4().hex[:8]}"
    docker("volume", "create", name)
    yield name
    docker("volume", "rm", "-f", name)


def inside(volume: str, command: str) -> str:
    """Given a shell command, run it in the volume and return what it says."""
    tools = images.reference("tools")
    return docker("run", "--rm", "--network", "none", "-v", f"{volume}:/volume", "-w", "/volume", tools, "sh", "-c", command)


def put(volume: str, digest: str = "d1", files: dict[str, tuple[bytes, int, int, int]] = FILES) -> str:
    """Given files, deliver them and return the folder that is then in use, with its inode."""
    with Engine() as engine:
        deliver(engine, images.reference("tools"), [Generation(volume=volume, link="current", digest=digest, files=files)])
    return inside(volume, 'echo "$(readlink current) $(stat -L -c %i current)"')


def test_what_is_there_and_whole_stays(volume: str) -> None:
    first = put(volume)
    assert first.startswith("gen-d1 ")
    assert put(volume) == first
    assert inside(volume, "cat current/a.cfg current/sub/key; stat -c '%a %u' current/sub/key; ls -A") == (
        "one\ntwo\n400 903\ncurrent\ngen-d1\n"
    )


@pytest.mark.parametrize(
    "damage",
    ["echo x >gen-d1/a.cfg", "chmod 644 gen-d1/sub/key", "rm gen-d1/a.cfg", "touch gen-d1/more", "chown 0 gen-d1/a.cfg"],
)
def test_what_was_changed_by_hand_is_put_right(volume: str, damage: str) -> None:
    first = put(volume)
    inside(volume, damage)
    assert put(volume) != first
    assert inside(volume, "cat current/a.cfg current/sub/key; stat -c '%a %u' current/* | sort -u; ls -A current") == (
        "one\ntwo\n444 903\n755 0\na.cfg\nsub\n"
    )


def test_other_files_take_the_place_of_the_former(volume: str) -> None:
    put(volume)
    assert put(volume, "d2", {"b.cfg": (b"three\n", 0o444, 903, 903)}).startswith("gen-d2 ")
    assert inside(volume, "ls -A . current/") == ".:\ncurrent\ngen-d2\n\ncurrent/:\nb.cfg\n"


def test_on_a_full_disk_what_is_in_use_stays_and_nothing_is_left_behind(stack: Stack) -> None:
    del stack
    name, tools = f"rtcdeliver-{uuid.uuid4().hex[:8]}", images.reference("tools")
    docker("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "-o", "o=size=64k", name)
    try:
        # Such a volume lasts as long as somebody uses it.
        docker("run", "-d", "--rm", "--init", "--name", name, "--network", "none", "-v", f"{name}:/volume", tools, "sleep", "300")
        first = put(name)
        inside(name, "dd if=/dev/zero of=filler bs=4k count=100 2>/dev/null || true")
        with pytest.raises(WorldError, match=r"files could not be put into a volume: .*No space left on device"):
            put(name, "d2", {"a.cfg": (b"x" * 20000, 0o444, 903, 903)})

        assert inside(name, 'echo "$(readlink current) $(stat -L -c %i current)"') == first
        assert inside(name, "cat current/a.cfg; ls -A") == "one\ncurrent\nfiller\ngen-d1\n"
        inside(name, "rm filler")
        assert put(name, "d2", {"a.cfg": (b"x" * 20000, 0o444, 903, 903)}).startswith("gen-d2 ")
    finally:
        docker("rm", "-f", name)
        docker("volume", "rm", "-f", name)
