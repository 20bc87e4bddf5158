"""What these tests share: an installation with a CA and certificates, its files, and a vault that is killed after some writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rtcstack.engine.vault import Vault
from rtcstack.workflow.authority.access import KeyAccess
from rtcstack.workflow.certificates import issue_certificate, make_authority
from rtcstack.workflow.context import Installation, plan_text

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = 'domain = "falcot.com"\n[network]\nsubnet = "198.51.100.0/24"\n'
SERVICES = ("coturn", "coturn-ephemeral", "kamailio", "prosody")
PASSPHRASE = b"correct horse battery"


class KilledError(Exception):
    """Stands for a kill: nothing of ours catches it."""


def made(directory: Path, text: str = TEXT) -> Installation:
    found = plan_text(directory, text)
    make_authority(found, NOW)
    for service in SERVICES:
        issue_certificate(found, service, NOW)
    return found


def opened_by(installation: Installation, *, file: Path | None = None, passphrase: bytes | None = None) -> Installation:
    ask = None if passphrase is None else (lambda: passphrase)
    return replace(installation, ca_access=KeyAccess(file=file, passphrase=ask, offered=True))


def files(installation: Installation) -> dict[str, bytes]:
    return {name: installation.vault.read(name) or b"" for name in sorted(installation.vault.names())}


@contextmanager
def killed_after(writes: int) -> Iterator[list[str]]:
    """Given a number of writes, kill whoever makes one more; yields what was written."""
    done: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for verb in ("create", "replace", "remove"):
            real = getattr(Vault, verb)

            def spy(vault: Vault, name: str, *content: bytes, real: object = real, verb: str = verb) -> None:
                if verb == "remove" and vault.read(name) is None:
                    return
                if len(done) == writes:
                    raise KilledError
                done.append(f"{verb} {name}")
                assert callable(real)
                real(vault, name, *content)

            patch.setattr(Vault, verb, spy)
        yield done
