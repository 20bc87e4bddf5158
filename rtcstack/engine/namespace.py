"""What a container's network namespace really holds, read from the kernel's files; only root may read them."""

from ipaddress import IPv6Address
from itertools import pairwise
from pathlib import Path
from typing import Literal


def addresses(pid: int | Literal["self"]) -> frozenset[str] | None:
    """Given a process, or "self" for this machine, return the addresses that its links have; None if they cannot be read.

    The engine tells what it once gave. A link that was taken away since, with its parent or by hand, it does not notice.
    """
    place = Path(f"/proc/{pid}/net")
    try:
        lines = [line.split() for line in (place / "fib_trie").read_text(encoding="ascii").splitlines()]
    except OSError:
        return None
    try:
        rows = [line.split() for line in (place / "if_inet6").read_text(encoding="ascii").splitlines()]
    except OSError:
        rows = []
    # proc(5) says nothing of fib_trie; ip-route(8): the local table holds each own address as "/32 host LOCAL".
    pairs = pairwise(lines)
    found = {here[1] for here, after in pairs if here[0] == "|--" and after[:3] == ["/32", "host", "LOCAL"]}
    return frozenset(found | {str(IPv6Address(int(row[0], 16))) for row in rows})
