"""The administrator's own file: read as it is, and written whole, with the owner and the mode that it had."""

import contextlib
import os
from pathlib import Path

from rtcstack.engine.files import write_atomic
from rtcstack.errors import RequestError
from rtcstack.spec.load import FILE


def read(directory: Path) -> str:
    """Given an installation's directory, return the text of its file. Raise RequestError if there is none to be read."""
    path = directory / FILE
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RequestError(
            f"there is no {FILE} in {directory}", hint="Type `rtcstack init DOMAIN`, or go to the folder that has one."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path} cannot be read: {error}", hint="See its owner, mode and encoding (UTF-8).") from error


def write(directory: Path, text: str) -> None:
    """Given a directory and a text, put it in place of the file, all at once; a link is followed. Raise WorldError if not."""
    path = (directory / FILE).resolve()
    facts = path.stat()
    write_atomic(path, text.encode(), facts.st_mode & 0o777)
    if (os.geteuid(), os.getegid()) != (facts.st_uid, facts.st_gid):
        with contextlib.suppress(PermissionError):
            os.chown(path, facts.st_uid, facts.st_gid)
