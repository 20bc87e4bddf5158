"""The package outside of the checkout: the image sources ride along, and nothing secret does."""

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both archives, from a copy of what git tracks in which somebody has already used the stack."""
    out, source = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("source")
    archive = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, timeout=60, check=True).stdout
    for name in archive.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
            (source / name).chmod((ROOT / name).stat().st_mode)
    (source / "secrets" / "ca.key").write_text("SECRET")
    (source / "compose" / "compose.yaml").write_text("SECRET")
    (source / "rtcstack.toml").write_text("SECRET")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)],
        capture_output=True, timeout=300, check=True,
    )  # fmt: skip
    return out


def test_nothing_that_was_generated_is_packed(built: Path) -> None:
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        assert not [name for name in names if b"SECRET" in packed.read(name) and name.endswith((".key", ".yaml", ".toml"))]
    with tarfile.open(sdist) as unpacked:
        names += unpacked.getnames()

    assert "rtcstack/images/kamailio/Dockerfile" in names
    assert not [name for name in names if name.endswith((".key", "/rtcstack.toml")) and "golden" not in name]
    assert not [name for name in names if name.endswith("compose/compose.yaml") and "golden" not in name]


def test_the_installed_wheel_works_elsewhere(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True, system_site_packages=False)
    python = str(tmp_path / "venv" / "bin" / "python")
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)], capture_output=True, timeout=120, check=True
    )
    # The dependencies are those of the checkout's environment: what is tested is the package.
    packages = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    program = f"""
import sys
sys.path = [path for path in sys.path if "rtcstack" not in path] + [{str(packages)!r}]
from rtcstack.cli.main import run
from rtcstack.engine import images
assert str(images.sources()).endswith("rtcstack/images"), images.sources()
print(images.reference("kamailio"))
sys.argv = ["rtcstack", *sys.argv[1:]]
run()
"""
    command = [python, "-c", program]
    place = tmp_path / "place"
    place.mkdir()

    done = subprocess.run([*command, "init", "falcot.com"], cwd=place, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    done = subprocess.run([*command, "zone"], cwd=place, capture_output=True, text=True, timeout=120, check=False)
    assert "_sips._tcp" in done.stdout, done.stderr
    assert "rtcstack/kamailio:" in done.stdout
