"""The demo taken away: what it made on the engine, on the host and in the folder, and nothing that is somebody's own."""

from collections.abc import Callable
from pathlib import Path

from rtcstack.engine import files
from rtcstack.engine.docker import Engine
from rtcstack.engine.images import REPOSITORY
from rtcstack.errors import RequestError
from rtcstack.spec.load import FILE
from rtcstack.workflow.context import Installation, open_installation
from rtcstack.workflow.demo_file import Mark, foreign, mark_of
from rtcstack.workflow.down import down

Progress = Callable[[str], None]
KEEP = frozenset({"README.md", ".gitignore"})
"""Files of the checkout itself in folders that are otherwise generated."""


def take_away(directory: Path, *, purge: bool, progress: Progress) -> bool:
    """Given a directory, take the demo away, with `purge` the images too; return whether there was a demo.

    Raise RequestError, with nothing touched, if the file is not the demo's or was edited. Typed again, it goes on where it
    stopped: the file goes last.
    """
    owner = mark_of(directory)
    if owner is Mark.FOREIGN:
        raise foreign(directory)
    if owner is Mark.EDITED:
        raise RequestError(
            f"{directory / FILE} was edited since the demo made it: nothing was touched",
            hint="If all of it may go: `rtcstack down --volumes`, then remove the file.",
        )
    if owner is Mark.DEMO:
        installation = open_installation(directory)
        down(installation, data=True, progress=progress)
        progress("remove files")
        _files(installation)
    if purge:
        with Engine() as engine:
            for reference in sorted(engine.images(f"{REPOSITORY}/")):
                progress(f"remove image {reference}")
                engine.remove_image(reference)
    return owner is Mark.DEMO


def _files(installation: Installation) -> None:
    for path in files.read_manifest(installation.compose):
        files.remove(installation.compose, path)
    for name in (files.MANIFEST, "build.log"):
        files.remove(installation.compose, name)
    for name in installation.vault.names() - KEEP:
        files.remove(installation.vault.directory, name)
    files.remove(installation.directory, FILE)
