"""A Debian tree from the machine's own mirror, by mmdebstrap(1): what to call and as whom. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rtcstack.engine.apt_settings import Mirror
from rtcstack.errors import WorldError

LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/lintian/*")
KEPT = ("/usr/share/doc/*/copyright", "/usr/share/locale/locale.alias")
APT_HABITS = (
    'Acquire::Languages "none";',
    'Acquire::GzipIndexes "true";',
    'APT::AutoRemove::SuggestsImportant "false";',
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
)
"""What the official images tell apt: keep nothing that a layer need not hold."""
HOOKS = (
    # Installing a package in an image starts nothing (Debian's policy-rc.d interface); mmdebstrap would remove its own.
    'printf "#!/bin/sh\\nexit 101\\n" > "$1/usr/sbin/policy-rc.d" && chmod 755 "$1/usr/sbin/policy-rc.d"',
    # Told to apt only now: mmdebstrap itself needs the packages that it downloaded.
    """echo 'APT::Keep-Downloaded-Packages "false";' > "$1/etc/apt/apt.conf.d/90no-packages-kept\"""",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """What this user can do: be root, map a range of users of his own, or use sudo without being asked."""

    root: bool
    maps_users: bool
    sudo: bool


def command_for(caller: Caller) -> tuple[str, ...]:
    """Given what the user can do, return the beginning of the command. Raise WorldError if there is no way."""
    if caller.root:
        return ("mmdebstrap", "--mode=root")
    if caller.maps_users:
        return ("mmdebstrap", "--mode=unshare")
    if caller.sudo:
        return ("sudo", "--non-interactive", "mmdebstrap", "--mode=root")
    raise WorldError(
        "the base image cannot be made: this user may neither map users (user_namespaces(7)) nor use sudo",
        hint="Type `sudo apt-get install uidmap`, or `sudo --validate`, then the same command again.",
    )


def make_tree(
    command: Sequence[str], suite: str, mirror: Mirror | None, settings: Sequence[str], tar: Path, packages: Sequence[str] = ()
) -> tuple[str, ...]:
    """Given command_for's words, a suite and its mirror, return the whole command that writes the tree as a tar.

    Without a mirror mmdebstrap takes Debian's own default. The settings stay in the tree, for the builds that start from it.
    """
    include = [*packages, *(["ca-certificates"] if mirror and mirror.encrypted else [])]
    return (
        *command,
        "--quiet",
        "--variant=minbase",
        "--format=tar",
        "--skip=chroot/policy-rc.d",
        *([f"--include={','.join(include)}"] if include else []),
        *(f"--aptopt={line}" for line in (*APT_HABITS, *settings)),
        *(f"--dpkgopt=path-exclude={path}" for path in LEFT_OUT),
        *(f"--dpkgopt=path-include={path}" for path in KEPT),
        *(f"--customize-hook={hook}" for hook in HOOKS),
        suite,
        str(tar),
        *(mirror.sources(suite) if mirror else ()),
    )
