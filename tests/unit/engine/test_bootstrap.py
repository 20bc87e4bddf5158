"""Who makes the base image, and by which command."""

from pathlib import Path

import pytest

from rtcstack.engine.apt_settings import Mirror
from rtcstack.engine.bootstrap import Caller, command_for, make_tree
from rtcstack.errors import WorldError


def test_root_works_as_root_and_others_in_a_namespace_or_by_sudo() -> None:
    assert command_for(Caller(root=True, maps_users=False, sudo=False)) == ("mmdebstrap", "--mode=root")
    assert command_for(Caller(root=False, maps_users=True, sudo=True)) == ("mmdebstrap", "--mode=unshare")
    sudo = command_for(Caller(root=False, maps_users=False, sudo=True))
    assert sudo == ("sudo", "--non-interactive", "mmdebstrap", "--mode=root")


def test_who_can_do_neither_is_told_what_to_type() -> None:
    with pytest.raises(WorldError) as caught:
        command_for(Caller(root=False, maps_users=False, sudo=False))
    assert "sudo apt-get install uidmap" in caught.value.hint


def test_the_whole_command() -> None:
    mirror = Mirror("http://mirror.example/debian/", "http://mirror.example/debian-security/")
    words = make_tree(("mmdebstrap", "--mode=root"), "trixie", mirror, ['Acquire::Retries "3";'], Path("out.tar"), ("python3",))
    assert [word for word in words if not word.startswith("--customize-hook=")] == [
        "mmdebstrap",
        "--mode=root",
        "--quiet",
        "--variant=minbase",
        "--format=tar",
        "--skip=chroot/policy-rc.d",
        "--include=python3",
        '--aptopt=Acquire::Languages "none";',
        '--aptopt=Acquire::GzipIndexes "true";',
        '--aptopt=APT::AutoRemove::SuggestsImportant "false";',
        '--aptopt=Dir::Cache::pkgcache "";',
        '--aptopt=Dir::Cache::srcpkgcache "";',
        '--aptopt=Acquire::Retries "3";',
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/info/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=path-exclude=/usr/share/lintian/*",
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "--dpkgopt=path-include=/usr/share/locale/locale.alias",
        "trixie",
        "out.tar",
        "deb http://mirror.example/debian/ trixie main",
        "deb http://mirror.example/debian/ trixie-updates main",
        "deb http://mirror.example/debian-security/ trixie-security main",
    ]


def test_a_mirror_behind_tls_brings_the_certificates_of_authorities() -> None:
    mirror = Mirror("https://mirror.example/debian/", "https://mirror.example/debian-security/")
    assert "--include=ca-certificates" in make_tree(("mmdebstrap",), "trixie", mirror, [], Path("out.tar"))


def test_without_a_mirror_the_tool_takes_its_own_default() -> None:
    assert make_tree(("mmdebstrap",), "trixie", None, [], Path("out.tar"))[-2:] == ("trixie", "out.tar")
