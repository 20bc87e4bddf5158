"""Progress of long work on standard error: live on a terminal; elsewhere one line a step, and nothing for what is only counted."""

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


@contextlib.contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Given what is counted, yield a function that is told how many of how many are done."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=None, start=False)

        def tell(done: int, total: int) -> None:
            if not done:
                progress.start_task(task)
            progress.update(task, completed=done, total=total)

        yield tell
