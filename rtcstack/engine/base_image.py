"""The image that all others start from: official where a registry answers, made from the Debian mirror where none does.

It bears a name of ours either way; its labels say how it was made and by which recipe.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rtcstack.engine.apt_settings import INDEX_FORMAT, Mirror, mirror, settings
from rtcstack.engine.bootstrap import Caller, command_for, make_tree
from rtcstack.engine.docker import Engine
from rtcstack.engine.tar import tar_of
from rtcstack.errors import WorldError

NAME = "rtcstack/base:trixie"
OFFICIAL = "debian:trixie-slim"
SUITE = "trixie"
RECIPE = "1"
"""Raised when the image must be made anew although its name is the same."""
MADE_LABEL = "com.rtcstack.base"
RECIPE_LABEL = "com.rtcstack.base.recipe"

PULL_SECONDS = 180
MAKE_SECONDS = 900

Progress = Callable[[str], None]


def ensure_base_image(progress: Progress, log: Path, *, name: str = NAME, official: str = OFFICIAL) -> str:
    """Given where to report and where to write what the tools print, return the id of the base image, made if need be.

    Raise WorldError if no registry answers and no mirror gives it, or if a tool for that is missing.
    """
    with Engine() as engine:
        if engine.image_labels(name).get(RECIPE_LABEL) == RECIPE:
            return image_id(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        progress(f"pulling {official}")
        known = bool(engine.images(official))
        if pulled(official, log):
            _from_registry(engine, official, name, log)
            if not known:  # its layers stay as ours; the name would only be left over
                engine.remove_image(official)
        else:
            progress("no container registry answers: making the base image from the Debian mirror")
            _from_mirror(name, log)
    return image_id(name)


def lacks_maker(*, name: str = NAME, official: str = OFFICIAL) -> bool:
    """Whether the base image is not there, cannot be pulled, and the program that makes it is not installed."""
    with Engine() as engine:
        there = engine.image_labels(name).get(RECIPE_LABEL) == RECIPE
    return not (there or shutil.which("mmdebstrap") or pulled(official, Path(os.devnull)))


def image_id(reference: str) -> str:
    """Given an image reference, return its id. Raise WorldError if there is no such image."""
    done = _run(["docker", "image", "inspect", "--format", "{{.Id}}", reference], seconds=60)
    if done.returncode:
        raise WorldError(f"there is no image {reference}", hint="Type the same command again.")
    return done.stdout.strip()


def pulled(reference: str, log: Path) -> bool:
    """Given an image reference, pull it and return whether that went well; without a registry it does not."""
    try:
        return _run(["docker", "pull", "--quiet", reference], seconds=PULL_SECONDS, log=log).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def labels(made: str) -> dict[str, str]:
    """Given "registry" or "mirror", return the labels of the base image."""
    return {MADE_LABEL: made, RECIPE_LABEL: RECIPE}


def _from_registry(engine: Engine, official: str, name: str, log: Path) -> None:
    conf = "".join(f"{line}\n" for line in machine_settings())
    recipe = f"FROM {image_id(official)}\nCOPY machine.conf /etc/apt/apt.conf.d/90machine\n"
    files = {"Dockerfile": recipe, "machine.conf": conf}
    context = tar_of({path: (text.encode(), 0o644, 0, 0) for path, text in files.items()})
    with log.open("a", encoding="utf-8") as stream:
        error = engine.build(context, name, {}, labels("registry"), lambda text: stream.writelines([text]))
    if error:
        raise WorldError(f"the base image could not be made from {official}: {error}", hint=f"The whole output is in {log}.")


def _from_mirror(name: str, log: Path) -> None:
    if not shutil.which("mmdebstrap"):
        raise WorldError(
            "there is no base image: no container registry answers, and mmdebstrap, which makes one, is not installed",
            hint="Type `sudo apt-get install mmdebstrap`, then the same command again.",
        )
    with tempfile.TemporaryDirectory(prefix="rtcstack-base-") as folder:
        Path(folder).chmod(0o755)  # mapped users must reach it; it holds public packages only
        tar = Path(folder) / "base.tar"
        make(make_tree(command_for(caller()), SUITE, machine_mirror(), machine_settings(), tar), log)
        import_tar(tar, name, labels("mirror"), log)


def make(command: Sequence[str], log: Path) -> None:
    """Given make_tree's command, run it. Raise WorldError that names the log if it fails."""
    try:
        code = _run(command, seconds=MAKE_SECONDS, log=log).returncode
    except subprocess.TimeoutExpired:
        code = -1
    if code:
        raise WorldError(
            f"the base image could not be made from the Debian mirror (mmdebstrap: exit {code})",
            hint=f"The whole output is in {log}; the mirrors are those of `apt-get indextargets`.",
        )


def import_tar(tar: Path, name: str, image_labels: dict[str, str], log: Path) -> None:
    """Given a tree as a tar, make it an image of that name with those labels. Raise WorldError if the engine refuses."""
    changes = ['CMD ["bash"]', *(f"LABEL {key}={value}" for key, value in image_labels.items())]
    words = [word for change in changes for word in ("--change", change)]
    done = _run(["docker", "import", *words, str(tar), name], seconds=300, log=log)
    if done.returncode:
        raise WorldError(f"the engine could not import {name}", hint=f"The whole output is in {log}.")


def machine_mirror() -> Mirror | None:
    """Return the Debian mirror that this machine's apt uses, or None where there is no apt or no Debian."""
    if not shutil.which("apt-get"):
        return None
    query = ["apt-get", "indextargets", "--format", INDEX_FORMAT, "Created-By: Packages"]
    # Where no package list was ever fetched, apt tells its sources only when it need not say whose they are.
    return mirror(_run(query, seconds=60).stdout) or mirror(_run([*query, "--no-release-info"], seconds=60).stdout)


def machine_settings() -> tuple[str, ...]:
    """Return the settings of this machine's apt that a build needs too."""
    return settings(_run(["apt-config", "dump"], seconds=60).stdout) if shutil.which("apt-config") else ()


def caller() -> Caller:
    """Return what this user can do."""
    root = os.geteuid() == 0
    return Caller(
        root=root,
        maps_users=not root and _works(["unshare", "--user", "--map-auto", "--map-root-user", "true"]),
        sudo=not root and _works(["sudo", "--non-interactive", "true"]),
    )


def _works(command: Sequence[str]) -> bool:
    return bool(shutil.which(command[0])) and _run(command, seconds=20).returncode == 0


def _run(command: Sequence[str], *, seconds: int, log: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        list(command), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=seconds, check=False
    )
    if log:
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"+ {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done
