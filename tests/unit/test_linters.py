"""The linters are tests, so that one command is all to know."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def tracked(*patterns: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.splitlines() if (ROOT / path).is_file()]


def shell_files() -> list[str]:
    candidates = tracked("script/**", "images/**", ".ci/*")
    return [
        path for path in candidates if (ROOT / path).read_bytes().startswith((b"#!/bin/sh", b"#!/bin/bash", b"#!/usr/bin/env bash"))
    ]


def check(*argv: str) -> None:
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{' '.join(argv)}\n{done.stdout}{done.stderr}"


def test_ruff() -> None:
    check(str(BIN / "ruff"), "check", ".")


def test_format() -> None:
    check(str(BIN / "ruff"), "format", "--check", ".")


def test_types() -> None:
    check(str(BIN / "mypy"))


def test_import_contracts() -> None:
    check(str(BIN / "lint-imports"), "--no-logo")


def test_shell() -> None:
    files = shell_files()
    assert files
    check(str(BIN / "shellcheck"), "--external-sources", *files)


@pytest.mark.parametrize("path", tracked("rtcstack/*.py"))
def test_a_file_holds_one_idea(path: str) -> None:
    assert len((ROOT / path).read_text().splitlines()) <= 400


def test_a_command_stays_small() -> None:
    large = [path for path in tracked("rtcstack/cli/*.py") if len((ROOT / path).read_text().splitlines()) > 100]
    assert large == []


def test_every_package_says_what_lives_there() -> None:
    silent = [path for path in tracked("rtcstack/**/__init__.py") if not (ROOT / path).read_text().startswith('"""')]
    assert silent == []


def test_dockerfiles_keep_the_house_rules() -> None:
    for path in tracked("images/*/Dockerfile"):
        text = (ROOT / path).read_text()
        assert "http://" not in text, path
        assert "https://" not in text, path
        for line in text.replace("\\\n", " ").splitlines():
            if "apt-get install" in line:
                assert "--no-install-recommends" in line, path
                assert "clean-image" in line, path
