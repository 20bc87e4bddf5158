"""A fresh Debian machine for the two commands: a container with every right, and nothing installed but Python (and systemd).

Made from the machine's own Debian mirror; its `/var/lib/docker` is a volume, so that the engine inside uses overlay2.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rtcstack.engine.base_image import SUITE, caller, ensure_base_image, import_tar, machine_mirror, machine_settings, make
from rtcstack.engine.bootstrap import command_for, make_tree
from rtcstack.engine.docker import Engine

CHECKOUT = Path(__file__).resolve().parents[2]
LABEL = "com.rtcstack.test.machine"
TREE = "2"
"""Raised when the machines must be made anew."""
BUNDLE_INSIDE = "/etc/machine-bundle.crt"
BUNDLES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
TAKEN = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_PROXY", "http_proxy", "https_proxy", "no_proxy")

# linux/capability.h, in its order: the engine's --privileged asks for all of them, and fails where this machine lacks one.
_IN_ORDER = """
    CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
    NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
    SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
    MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ
"""
CAPABILITIES = tuple(_IN_ORDER.split())

WRITABLE = """
    mount -o remount,rw /sys
    for point in $(grep -o ' /sys/fs/cgroup[^ ]*' /proc/self/mountinfo | sort -u); do mount -o remount,bind,rw "$point"; done
"""


RELEASE = """
    mkdir /tmp/hierarchy
    for controllers in $0; do
        mount -t cgroup -o "$controllers" none /tmp/hierarchy || continue
        find /tmp/hierarchy -mindepth 1 -depth -type d -exec rmdir {} ';'
        umount /tmp/hierarchy
        # Only a hierarchy that has no child any more goes with its last mount.
        mount -t cgroup -o "$controllers" none /tmp/hierarchy && umount /tmp/hierarchy
    done
"""


class Machine:
    """A running machine; `run` is like typing at its terminal."""

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, command: str, *, user: str = "root", folder: str = "/", seconds: int = 300) -> subprocess.CompletedProcess[str]:
        """Given a shell command, return what it did, both outputs in `stdout`. Raise TimeoutExpired after the seconds."""
        words = ["docker", "exec", "--user", user, "--workdir", folder, self.name, "timeout", str(seconds), "bash", "-lc", command]
        return subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds + 30,
            check=False,
        )

    def must(self, command: str, *, user: str = "root", folder: str = "/", seconds: int = 300) -> str:
        """Given a shell command that has to succeed, return what it said."""
        done = self.run(command, user=user, folder=folder, seconds=seconds)
        assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}"
        return done.stdout

    def put_checkout(self, folder: str, owner: str) -> None:
        """Given a new folder and its owner, put a copy of the committed tree there, as a clone would."""
        self.must(f"mkdir -p {folder}")
        tree = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", str(CHECKOUT), "archive", "HEAD"], capture_output=True, timeout=60, check=True
        ).stdout
        words = ["docker", "exec", "--interactive", self.name, "tar", "-C", folder, "-x"]
        subprocess.run(words, input=tree, timeout=60, check=True)
        self.must(f"chown -R {owner}: {folder}")


def machine_image(suite: str, packages: Sequence[str]) -> str:
    """Given a suite and packages, return the image of such a machine, made from the mirror if it is not there."""
    if suite == SUITE and not packages:
        with tempfile.TemporaryDirectory() as folder:
            return ensure_base_image(lambda _: None, Path(folder) / "log")
    name = f"rtcstack-test/machine:{suite}"
    wanted = {LABEL: f"{TREE} {' '.join(packages)}".replace(" ", "-")}
    with Engine() as engine:
        if engine.image_labels(name) == wanted:
            return name
    with tempfile.TemporaryDirectory(prefix="rtcstack-machine-") as folder:
        Path(folder).chmod(0o755)
        tar, log = Path(folder) / "tree.tar", Path(folder) / "log"
        make(make_tree(command_for(caller()), suite, machine_mirror(), machine_settings(), tar, packages), log)
        import_tar(tar, name, wanted, log)
    return name


@contextmanager
def machine(suite: str, packages: Sequence[str] = ("python3",)) -> Iterator[Machine]:
    """Given a suite, yield a fresh machine with nothing but these packages, booted if systemd is one of them; gone afterwards."""
    name = f"rtcstack-test-{suite}-{os.getpid()}"
    boots = "systemd-sysv" in packages
    words = ["docker", "run", "--detach", "--name", name, "--hostname", "fresh", "--label", f"{LABEL}=1"]
    words += ["--env", "container=docker", "--tmpfs", "/run", "--tmpfs", "/run/lock"] if boots else ["--init"]
    words += ["--volume", "/var/lib/docker", "--device-cgroup-rule", "a *:* rwm"]
    # A container on a network without IPv6 has it switched off; a machine has not.
    words += [word for scope in ("all", "default") for word in ("--sysctl", f"net.ipv6.conf.{scope}.disable_ipv6=0")]
    words += [word for option in ("seccomp", "apparmor", "systempaths") for word in ("--security-opt", f"{option}=unconfined")]
    words += [f"--cap-add={capability}" for capability in _capabilities()]
    bundle = next((os.environ[key] for key in BUNDLES if Path(os.environ.get(key, "")).is_file()), "")
    if bundle:
        words += ["--volume", f"{bundle}:{BUNDLE_INSIDE}:ro", "--env", f"PIP_CERT={BUNDLE_INSIDE}"]
    words += [word for key in TAKEN if os.environ.get(key) for word in ("--env", key)]
    words += [machine_image(suite, packages), "sh", "-c", f"{WRITABLE} exec {'/sbin/init' if boots else 'sleep 3600'}"]
    try:
        subprocess.run(words, stdout=subprocess.DEVNULL, timeout=120, check=True)
        found = Machine(name)
        found.must("until ls -d /run/systemd/system; do sleep 0.2; done" if boots else "true", seconds=60)
        yield found
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", name], stdout=subprocess.DEVNULL, timeout=120, check=False)
        _release(machine_image(suite, packages))


def _unmounted() -> set[str]:
    """Return the controllers of each hierarchy (control groups, version 1; cgroups(7)) that is in use but not mounted here."""
    rows = (line.split(":") for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines())
    mounts = (line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines())
    mounted = {option for mount in mounts if mount[2] == "cgroup" for option in mount[3].split(",")}
    named = {controllers for _, controllers, _ in rows if controllers and not controllers.startswith("name=")}
    return {controllers for controllers in named if not set(controllers.split(",")) <= mounted}


def _release(image: str) -> None:
    # An engine in a machine mounts controllers that the host had not mounted. They stay after it, and the host's own engine
    # then finds no mount for them and measures no container any more. The last machine to end takes them away.
    others = subprocess.run(
        ["docker", "ps", "--quiet", "--filter", f"label={LABEL}"], capture_output=True, text=True, timeout=60, check=False
    )
    if (left := _unmounted()) and not others.stdout.strip():
        words = ["docker", "run", "--rm", "--cap-add", "SYS_ADMIN", "--security-opt", "apparmor=unconfined"]
        words += ["--security-opt", "seccomp=unconfined", "--network", "none", image, "sh", "-c", RELEASE, " ".join(sorted(left))]
        subprocess.run(words, stdout=subprocess.DEVNULL, timeout=120, check=False)


def _capabilities() -> list[str]:
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    bounding = next(int(line.split()[1], 16) for line in status if line.startswith("CapBnd:"))
    return [name for number, name in enumerate(CAPABILITIES) if bounding >> number & 1]
