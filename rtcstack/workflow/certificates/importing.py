"""`certs import`: a key and a chain that the administrator brings, judged first, then put into use as any renewal is."""

import os
import stat
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from rtcstack.engine import images, pairs
from rtcstack.engine.docker import Engine
from rtcstack.engine.images import REPOSITORY
from rtcstack.engine.lock import locked
from rtcstack.errors import Problem, RequestError, WorldError
from rtcstack.pki import brought, keys
from rtcstack.pki.certificates import fingerprint
from rtcstack.pki.keypair import KeyPair
from rtcstack.workflow import trust
from rtcstack.workflow.apply import Change, Progress
from rtcstack.workflow.certificates import files, ledger
from rtcstack.workflow.certificates.into_use import Renewed, renew, runs, sha256_of
from rtcstack.workflow.context import Installation
from rtcstack.workflow.converge import compare
from rtcstack.workflow.desired import TOOLS
from rtcstack.workflow.observe import sweep

LARGEST = 262_144
"""Bytes of a file: more is something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What was put into use (`served` is false if the service does not run: it takes it at its start), and how it differs."""

    renewed: Renewed
    remarks: tuple[str, ...]


def import_certificate(installation: Installation, service: str, key_file: Path, chain_file: Path, progress: Progress) -> Imported:
    """Given a service and two files (PEM; the chain with the service's own certificate first), put them into use.

    Raise RequestError with everything that is wrong with them, with nothing changed; WorldError if the service does not take them
    up: then the old pair is in use again.
    """
    plan = next((s for s in installation.stack.services if s.name == service and s.certificate is not None), None)
    if plan is None or plan.certificate is None:
        known = [s.name for s in installation.stack.services if s.certificate is not None]
        raise RequestError(f"there is no certificate of {service}", hint=f"Services that have one: {', '.join(known)}.")
    if plan.source != "files":
        raise RequestError(
            f"the certificate of {service} comes from {plan.source}",
            hint=f'Write certificate = "files" below [services.{service}] in rtcstack.toml first.',
        )
    now = datetime.now(UTC)
    pair, told = _read(key_file, chain_file)
    roots = trust.of_service(installation, plan, now)
    if faults := brought.faults(pair, plan.certificate, roots, now):
        problems = tuple(Problem("", fault) for fault in faults)
        raise RequestError(f"the certificate cannot be used for {service}", problems=problems, hint="Nothing was changed.")
    pair = _tidy(pair)
    with locked(installation.directory) as lock, Engine() as engine:
        sweep(installation, engine)
        before = pairs.read(installation.vault, service)
        files.note(installation, service, fingerprint(pair.certificate_pem))
        change = Change(installation, engine, compare(installation, engine, time.time())[0], lock, progress)
        if not runs(change, service):
            pairs.put(installation.vault, service, pair)
            done = Renewed(
                service=service,
                sha256_before=sha256_of(before),
                sha256_after=fingerprint(pair.certificate_pem),
                served=False,
            )
        else:
            if images.reference(TOOLS) not in engine.images(f"{REPOSITORY}/"):
                raise WorldError("this version of rtcstack has not made this stack yet", hint="Type `rtcstack up`.")
            progress(f"put what was imported for {service} into use")
            done = renew(change, service, pair)
        kept = ledger.read(installation.compose).after(now, renewed=(service,), failed={}, still_due=(), by_timer=False)
        ledger.write(installation.compose, kept)
    return Imported(renewed=done, remarks=(*told, *brought.remarks(pair, plan.certificate)))


def _read(key_file: Path, chain_file: Path) -> tuple[KeyPair, tuple[str, ...]]:
    key, open_to_all = _content(key_file)
    chain, _ = _content(chain_file)
    told = (f"{key_file} may be read by others: `chmod 600 {key_file}`",) if open_to_all else ()
    return KeyPair(key_pem=key, certificate_pem=chain), told


def _content(path: Path) -> tuple[bytes, bool]:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as stream:
            state = os.fstat(stream.fileno())
            if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST:
                raise RequestError(f"{path} is no file with a key or certificates")
            return stream.read(LARGEST), bool(stat.S_IMODE(state.st_mode) & 0o077)
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}", hint="See its path, owner and mode.") from error


def _tidy(pair: KeyPair) -> KeyPair:
    # As every server here reads it, without whatever stood between.
    chain = x509.load_pem_x509_certificates(pair.certificate_pem)
    return KeyPair(
        key_pem=keys.dump(keys.load(pair.key_pem)),
        certificate_pem=b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain),
    )
