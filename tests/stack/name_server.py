"""The stack's own name server, as tests ask it from a client's place on the network."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker

PORT = 5353
_RESOLVER = """
options {{
    directory "/tmp"; pid-file none; recursion yes; dnssec-validation yes; allow-query {{ any; }};
    listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
}};
controls {{ }};
trust-anchors {{ {anchor} }};
zone "falcot.com" {{ type static-stub; server-addresses {{ {server}; }}; }};
"""


class Asked:
    """What `dig` showed: the code, the flags, and the records of the answer as (owner, type, value)."""

    def __init__(self, text: str) -> None:
        self.text = text
        code, flags = re.search(r"status: (\w+)", text), re.search(r"flags: ([\w ]+);", text)
        self.code = code[1] if code else "none"
        self.flags = set(flags[1].split()) if flags else set()
        answer = text.split(";; ANSWER SECTION:\n")[1].split("\n\n", maxsplit=1)[0] if ";; ANSWER SECTION:" in text else ""
        rows = [line.split(maxsplit=4) for line in answer.splitlines()]
        self.answer = {(row[0], row[3], row[4]) for row in rows}

    def values(self, kind: str) -> set[str]:
        """Given a type, return its values in the answer."""
        return {value for _, found, value in self.answer if found == kind}


def dig(lab: Lab, server: str, *words: str, client: str = "client") -> Asked:
    """Given a server and what `dig` is to ask it, return what it showed."""
    return Asked(lab.run(["dig", "+time=3", "+tries=2", f"@{server}", *words], client=client).stdout)


def served(stack: Stack, origin: str = "falcot.com") -> str:
    """Given a stack, return the whole zone as its name server holds it, signed; nobody gets that over the network."""
    done = stack.exec("dns", [*stack.plan.service("dns").client, origin])
    assert done.returncode == 0, done.stderr
    return "".join(f"{line.split('] ', 1)[1]}\n" for line in done.stdout.splitlines() if "] " in line)


def serial(lab: Lab, stack: Stack) -> int:
    """Given a stack, return the serial number that its name server shows."""
    (soa,) = dig(lab, stack.address("dns"), "falcot.com", "SOA").values("SOA")
    return int(soa.split()[2])


def ds(stack: Stack) -> str:
    """Given a stack, return the value of the DS record that its people put into the zone above."""
    (record,) = (line for line in stack.ok("zone", "--ds").splitlines() if not line.startswith(";"))
    return record.split(" DS ")[1].strip()


def anchor(value: str) -> str:
    """Given the value of a DS record, return it as a trust anchor of BIND."""
    tag, algorithm, kind, digest = value.split()
    return f'"falcot.com." static-ds {tag} {algorithm} {kind} "{digest}";'


@contextmanager
def resolver(lab: Lab, stack: Stack, trusted: str) -> Iterator[str]:
    """Given the value of a DS record, yield a client with a validating resolver (BIND) of its own that trusts just this."""
    client = "other"
    lab.put("/tmp/resolver.conf", _RESOLVER.format(port=PORT, anchor=anchor(trusted), server=stack.address("dns")), client)  # noqa: S108
    start = f"named -c /tmp/resolver.conf; for i in $(seq 50); do nc -z 127.0.0.1 {PORT} && exit; sleep 0.1; done; exit 1"
    done = lab.run(["sh", "-c", start], client=client)
    assert done.returncode == 0, done.stdout + done.stderr
    try:
        yield client
    finally:
        lab.run(["sh", "-c", "kill $(pidof named); while pidof named >/dev/null; do sleep 0.05; done"], client=client)


@contextmanager
def only_resolver(lab: Lab, server: str, *clients: str) -> Iterator[None]:
    """Given a name server and clients, let these ask it and nobody else."""
    before = {}
    for client in clients:
        lab.ensure(client)
        name = lab.container(client)
        before[name] = docker("exec", name, "cat", "/etc/resolv.conf")
        docker("exec", "-i", name, "tee", "/etc/resolv.conf", feed=f"nameserver {server}\noptions timeout:2 attempts:2\n".encode())
    try:
        yield
    finally:
        for name, content in before.items():
            docker("exec", "-i", name, "tee", "/etc/resolv.conf", feed=content.encode())
