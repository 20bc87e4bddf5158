"""The two images of the lab: clients and name server; the same with a browser. Built by `docker build`, cached by layers."""

import os
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LAB = "rtcstack-test/lab:latest"
BROWSER = "rtcstack-test/browser:latest"
BUNDLES = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")
SECONDS = 900


def _secrets() -> list[str]:
    # A machine behind an intercepting proxy needs its own CA bundle for npm; it reaches the build, not the image.
    bundle = next((os.environ[name] for name in BUNDLES if os.environ.get(name)), "/etc/ssl/certs/ca-certificates.crt")
    found = {"ca": Path(bundle), "npmrc": Path(os.environ.get("NPM_CONFIG_USERCONFIG", Path.home() / ".npmrc"))}
    return [word for name, path in found.items() if path.is_file() for word in ("--secret", f"id={name},src={path}")]


def build(tag: str, folder: str, *options: str) -> str:
    """Given a tag, a folder here and options, build the image and return its tag. Raise AssertionError with the last lines."""
    done = subprocess.run(
        ["docker", "build", "--progress", "plain", "--tag", tag, *options, str(HERE / folder)],
        env=os.environ | {"DOCKER_BUILDKIT": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"docker build of {tag} failed:\n" + "\n".join(done.stderr.splitlines()[-30:])
    return tag


def lab_image(common: str = "rtcstack/common:latest") -> str:
    """Given the stack's common image, build the lab's image on it and return its tag."""
    return build(LAB, "lab", "--build-arg", f"COMMON={common}")


def browser_image(common: str = "rtcstack/common:latest") -> str:
    """Given the stack's common image, build the browser's image on the lab's and return its tag."""
    lab = lab_image(common)
    return build(BROWSER, "browser", "--build-arg", f"LAB={lab}", *_secrets())
