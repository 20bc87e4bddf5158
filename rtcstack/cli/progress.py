"""Progress of long work on standard error: one live line on a terminal, one line a step elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rtcstack.cli.output import remark


@contextlib.contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Given a title, yield a function that tells what is being done now, with the seconds since the beginning."""
    begin = time.monotonic()
    if not sys.stderr.isatty():
        yield lambda text: remark(f"[{time.monotonic() - begin:5.1f} s] {text}")
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False)
    with console.status(title) as status:

        def tell(text: str) -> None:
            console.print(f"[{time.monotonic() - begin:5.1f} s] {text}")
            status.update(f"{title}: {text}")

        yield tell
