"""The base image, both ways: pulled from a registry, and made from the Debian mirror where none answers."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcstack.engine.base_image import MADE_LABEL, RECIPE, RECIPE_LABEL, ensure_base_image, lacks_maker, machine_settings
from rtcstack.engine.docker import Engine
from rtcstack.engine.tar import tar_of
from rtcstack.errors import WorldError
from tests.stack.static_registry import StaticRegistry, serve

NAME = "rtcstack-test/base:trixie"
NOWHERE = "127.0.0.1:1/debian:trixie-slim"  # nothing listens there


def nothing(_: str) -> None:
    """Report to nobody."""


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as found:
        found.remove_image(NAME)
        yield found
        found.remove_image(NAME)


def test_pulled_where_a_registry_answers(engine: Engine, tmp_path: Path) -> None:
    motto = os.urandom(8).hex()  # new to the engine each time, so that the layer has to come over the wire
    registry = StaticRegistry("debian", "trixie-slim", tar_of({"etc/motto": (motto.encode(), 0o644, 0, 0)}))
    steps: list[str] = []
    with serve(registry) as port:
        official = f"127.0.0.1:{port}/debian:trixie-slim"
        made = ensure_base_image(steps.append, tmp_path / "log", name=NAME, official=official)
        assert engine.image_labels(NAME) == {MADE_LABEL: "registry", RECIPE_LABEL: RECIPE}
        assert sum("/blobs/" in path for path in registry.requests) == 2
        asked = len(registry.requests)
        assert ensure_base_image(steps.append, tmp_path / "log", name=NAME, official=official) == made
        assert not lacks_maker(name=NAME, official=official)
        assert len(registry.requests) == asked, "an image that is there is not asked for again"
    assert steps == [f"pulling {official}"]
    container = docker("create", "--network", "none", made, "true").strip()
    try:
        assert docker("cp", f"{container}:/etc/motto", "-").count(motto) == 1
        conf = docker("cp", f"{container}:/etc/apt/apt.conf.d/90machine", "-")
        assert all(line in conf for line in machine_settings())
    finally:
        docker("rm", container)
    assert not engine.images(official), "only a name of ours is left"


def test_made_from_the_mirror_where_no_registry_answers(engine: Engine, tmp_path: Path) -> None:
    steps: list[str] = []
    made = ensure_base_image(steps.append, tmp_path / "log", name=NAME, official=NOWHERE)
    assert steps == [f"pulling {NOWHERE}", "no container registry answers: making the base image from the Debian mirror"]
    assert engine.image_labels(NAME) == {MADE_LABEL: "mirror", RECIPE_LABEL: RECIPE}
    size = int(docker("image", "inspect", "--format", "{{.Size}}", made))
    assert size < 100_000_000
    script = """
        set -e
        . /etc/os-release; echo "suite $VERSION_CODENAME"
        echo "lists $(find /var/lib/apt/lists -type f -size +0 | wc -l)"
        echo "manuals $(find /usr/share/man -type f | wc -l)"
        set +e; /usr/sbin/policy-rc.d; echo "services $?"; set -e
        apt-get -qq update && echo "security $(apt-cache policy | grep -c 'n=trixie-security')"
    """
    said = docker("run", "--rm", made, "sh", "-c", script).splitlines()
    assert said == ["suite trixie", "lists 0", "manuals 0", "services 101", "security 1"]


def test_an_image_of_an_older_recipe_is_made_anew(engine: Engine, tmp_path: Path) -> None:
    old = tar_of({"Dockerfile": (b"FROM scratch\nCOPY Dockerfile /\n", 0o644, 0, 0)})
    assert engine.build(old, NAME, {}, {RECIPE_LABEL: "0"}, nothing) == ""
    registry = StaticRegistry("debian", "trixie-slim", tar_of({"etc/motto": (b"new", 0o644, 0, 0)}))
    with serve(registry) as port:
        official = f"127.0.0.1:{port}/debian:trixie-slim"
        ensure_base_image(nothing, tmp_path / "log", name=NAME, official=official)
    assert engine.image_labels(NAME)[RECIPE_LABEL] == RECIPE


def test_a_mirror_that_does_not_answer_is_an_error_that_names_the_log(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tmp_path / "sources.list"
    sources.write_text("deb http://127.0.0.1:1/debian trixie main\n")
    conf = tmp_path / "apt.conf"
    conf.write_text(f'Dir::Etc::SourceList "{sources}";\nDir::Etc::SourceParts "/dev/null";\n')
    monkeypatch.setenv("APT_CONFIG", str(conf))
    with pytest.raises(WorldError) as caught:
        ensure_base_image(nothing, tmp_path / "log", name=NAME, official=NOWHERE)
    assert str(tmp_path / "log") in caught.value.hint
    assert "127.0.0.1:1" in (tmp_path / "log").read_text()
    assert not engine.image_labels(NAME)


def test_without_registry_and_tool_the_package_is_named(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_docker = tmp_path / "bin"
    only_docker.mkdir()
    (only_docker / "docker").symlink_to(subprocess.check_output(["which", "docker"], text=True).strip())
    monkeypatch.setenv("PATH", str(only_docker))
    assert lacks_maker(name=NAME, official=NOWHERE)
    with pytest.raises(WorldError) as caught:
        ensure_base_image(nothing, tmp_path / "log", name=NAME, official=NOWHERE)
    assert "apt-get install mmdebstrap" in caught.value.hint
    assert not engine.image_labels(NAME)
