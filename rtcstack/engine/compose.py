"""`docker compose`, as argument lists that can be pasted and one way to run them."""

import logging
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from rtcstack.errors import WorldError

TIMEOUT = 300
"""Seconds that one `docker compose` may take."""

_log = logging.getLogger(__name__)


def up_argv(file: Path, containers: Sequence[str], *, recreate: bool) -> tuple[str, ...]:
    """Given the Compose file and container names, return the command that makes and starts just these."""
    argv = ["docker", "compose", "--file", str(file), "up", "--detach", "--no-deps", "--no-build", "--quiet-pull"]
    return (*argv, "--force-recreate" if recreate else "--no-recreate", *containers)


def run(argv: Sequence[str], *, keep: int | None = None, seconds: int = TIMEOUT) -> str:
    """Given a command, run it and return its output; `keep` is a descriptor that it inherits (the lock).

    Raise WorldError with the command, ready to paste, and the end of its output.
    """
    _log.info("%s", shlex.join(argv))
    # Into a file, not a pipe: if rtcstack is killed, Compose can still end what it has begun.
    with tempfile.TemporaryFile() as output:
        code = _run(argv, output, keep=keep, seconds=seconds)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if code != 0:
        tail = "\n".join(text.strip().splitlines()[-12:])
        raise WorldError(f"`{shlex.join(argv)}` failed:\n{tail}", hint="See `rtcstack logs` and `rtcstack status`.")
    return text


def _run(argv: Sequence[str], output: IO[bytes], *, keep: int | None, seconds: int) -> int:
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, timeout=seconds, check=False,
            pass_fds=() if keep is None else (keep,),
        )  # fmt: skip
    except FileNotFoundError as error:
        raise WorldError("there is no `docker` command", hint="Let `script/demo` install it.") from error
    except subprocess.TimeoutExpired as error:
        raise WorldError(f"`{shlex.join(argv)}` did not end within {seconds} seconds", hint="See `docker ps`.") from error
    return done.returncode
