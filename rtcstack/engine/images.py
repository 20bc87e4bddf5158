"""Images, built from the sources that ride along with the package; a reference names the digest of its sources."""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rtcstack.engine.docker import Engine
from rtcstack.engine.tar import tar_of
from rtcstack.errors import WorldError

REPOSITORY = "rtcstack"
COMMON = "common"
VERSIONS = "/usr/share/rtcstack/versions"
VERSIONS_LABEL = "com.rtcstack.versions"
PARALLEL = 3

Progress = Callable[[str], None]


def sources() -> Path:
    """Return the folder with one folder per image: in a wheel inside the package, in a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "images"
    return packed if packed.is_dir() else package.parent / "images"


def _context(folder: Path) -> dict[str, tuple[bytes, int, int, int]]:
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            files[str(path.relative_to(folder))] = (path.read_bytes(), mode, 0, 0)
    return files


def _digest(folders: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        digest.update(tar_of(_context(folder)))
    return digest.hexdigest()[:12]


def reference(name: str) -> str:
    """Given an image's folder name, return its reference: it changes when its sources or the common ones change."""
    root = sources()
    if not (root / name / "Dockerfile").is_file():
        raise WorldError(f"there are no image sources for {name} in {root}", hint="Install rtcstack again.")
    folders = [root / COMMON] if name == COMMON else [root / COMMON, root / name]
    return f"{REPOSITORY}/{name}:{_digest(folders)}"


def references(names: Iterable[str]) -> dict[str, str]:
    """Given image names, return their references by name, sorted."""
    return {name: reference(name) for name in sorted(set(names))}


def build(engine: Engine, names: Iterable[str], base: str, log: Path, progress: Progress) -> None:
    """Given image names and the base image, build those that are missing, the common one first, with output to `log`.

    Raise WorldError that names the log when a build fails.
    """
    present = engine.images(f"{REPOSITORY}/")
    wanted = {name: ref for name, ref in references(names).items() if ref not in present}
    common = reference(COMMON)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.touch()
    if common not in present:
        _build(engine, COMMON, common, {"SOURCE": base}, log, progress)
    with ThreadPoolExecutor(PARALLEL) as pool:
        jobs = [pool.submit(_build, engine, name, ref, {"COMMON": common}, log, progress) for name, ref in wanted.items()]
        for job in jobs:
            job.result()


def _build(engine: Engine, name: str, ref: str, arguments: Mapping[str, str], log: Path, progress: Progress) -> None:
    progress(f"building image {name}")
    context = tar_of(_context(sources() / name))

    def write(text: str) -> None:
        with log.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{name}: {line}\n" for line in text.splitlines() if line.strip())

    labels = {"com.rtcstack.image": name}
    # Two installations may build the same image at once, each under a name of its own.
    temporary = f"{ref}-unlabelled-{uuid.uuid4().hex[:8]}"
    try:
        error = engine.build(context, temporary, arguments, labels, write)
        if error:
            raise WorldError(f"the image {name} could not be built: {error}", hint=f"The whole output is in {log}.")
        labels[VERSIONS_LABEL] = versions(engine, temporary)
        error = engine.build(context, ref, arguments, labels, write)
        if error:
            raise WorldError(f"the image {name} could not be labelled: {error}", hint=f"The whole output is in {log}.")
    finally:
        engine.remove_image(temporary)
    progress(f"built image {name}")


def versions(engine: Engine, ref: str) -> str:
    """Given an image, return the versions of its packages as "name=version" words, "" if it keeps none."""
    kept = engine.image_file(ref, VERSIONS) or b""
    rows = (line.split() for line in kept.decode().splitlines())
    return " ".join(f"{row[0]}={row[1]}" for row in rows if len(row) == 2)
