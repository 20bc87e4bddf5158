"""A secret file that did not exist before, written piece by piece and there only when it is whole."""

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from rtcstack.errors import RequestError, WorldError


def new_file(path: Path, pieces: Iterable[bytes]) -> None:
    """Given a path and its content, make the file, mode 0600. Raise RequestError if something is there already.

    The content is taken only after that is known. If it cannot be had or written, there is no file.
    """
    if os.path.lexists(path):
        raise _there(path)
    if not path.parent.is_dir():
        raise RequestError(f"there is no folder {path.parent}", hint="Choose another name.")
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
        with os.fdopen(descriptor, "wb") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        # A link, unlike a rename, takes nobody's place.
        os.link(temporary, path)
    except FileExistsError:
        raise _there(path) from None
    except OSError as error:
        raise WorldError(f"{path} could not be written: {error.strerror}", hint="See `df -h` and the folder's owner.") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 - a name, as mkstemp gives it


def _there(path: Path) -> RequestError:
    return RequestError(f"{path} is there already", hint="Choose another name, or remove it first.")
