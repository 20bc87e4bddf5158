"""Hands that break a real stack from outside, each undone at the end of its block: no hook in the product knows of them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.lab_images import build

IMAGE = "rtcstack-test/faults:latest"
PATIENCE, LISTENS = 60, 15
HELD = 200_000_000
"""Bytes; a part of the memory that a server may take."""


def faults_image(common: str) -> str:
    """Given the stack's common image, build the one with packet filters, `ip` and libfaketime, and return its tag."""
    return build(IMAGE, "faults", "--build-arg", f"COMMON={common}")


def inside(stack: Stack, container: str, script: str) -> str:
    """Given a container's short name, run a shell script in its network, with the right to change that, and return its output."""
    network = f"container:{stack.container(container)}"
    return docker("run", "--rm", "-i", "--network", network, "--cap-add", "NET_ADMIN", IMAGE, "sh", "-euc", script)


def volume(stack: Stack, service: str, script: str, feed: bytes = b"") -> str:
    """Given a service, run a shell script as root where its files lie (/config), and return its output."""
    mount = f"{stack.plan.site.name}_{service}-config:/config"
    return docker("run", "--rm", "-i", "--network", "none", "-v", mount, IMAGE, "sh", "-euc", script, feed=feed)


def restart(stack: Stack, *containers: str) -> None:
    """Given containers' short names, restart them as an administrator would."""
    docker("restart", "-t", "3", *(stack.container(name) for name in containers))
    # A busy machine takes its time; what never listens is what some tests are about.
    end = time.monotonic() + LISTENS
    while not all(_listens(stack, name) for name in containers) and time.monotonic() < end:
        time.sleep(0.2)


def _listens(stack: Stack, container: str) -> bool:
    # Rows of proc(5) net/tcp: local address, remote address, state; 0A listens, 7F is the least octet of 127.…, the engine's own.
    rows = [line.split() for line in stack.exec(container, ["cat", "/proc/net/tcp"]).stdout.splitlines()]
    return any(row[3] == "0A" and not row[1].partition(":")[0].endswith("7F") for row in rows if len(row) > 3)


def healthy(stack: Stack, seconds: float = PATIENCE) -> None:
    """Wait until `status` is content. Raise AssertionError with what it says after the limit."""
    end = time.monotonic() + seconds
    while (done := stack.run("status")).returncode != 0:
        assert time.monotonic() < end, f"{done.stdout}\n{done.stderr}"
        time.sleep(0.5)


@contextmanager
def stopped(stack: Stack, *containers: str) -> Iterator[None]:
    """Stop containers, and start them again."""
    names = [stack.container(name) for name in containers]
    docker("stop", "-t", "2", *names)
    try:
        yield
    finally:
        docker("start", *names)


@contextmanager
def paused(stack: Stack, container: str) -> Iterator[None]:
    """Pause a container."""
    docker("pause", stack.container(container))
    try:
        yield
    finally:
        docker("unpause", stack.container(container))


@contextmanager
def removed(stack: Stack, container: str) -> Iterator[None]:
    """Remove a container; `up` makes it anew."""
    docker("rm", "-f", stack.container(container))
    try:
        yield
    finally:
        stack.ok("up", "--yes", seconds=120)


@contextmanager
def filtered(stack: Stack, container: str, *rules: str, tools: tuple[str, ...] = ("iptables", "ip6tables")) -> Iterator[None]:
    """Given rules for iptables (without -A INPUT), put them into the container's network, for IPv6 too unless told otherwise."""
    inside(stack, container, "\n".join(f"{tool} -w -A INPUT {rule}" for tool in tools for rule in rules))
    try:
        yield
    finally:
        inside(stack, container, "\n".join(f"{tool} -w -D INPUT {rule}" for tool in tools for rule in rules))


@contextmanager
def listening(stack: Stack, container: str, port: int) -> Iterator[None]:
    """Let something answer on a TCP port in a container's network."""
    name = stack.container("listening")
    network = f"container:{stack.container(container)}"
    docker("run", "-d", "--rm", "--init", "--name", name, "--network", network, IMAGE, "nc", "-l", "-k", str(port))
    try:
        yield
    finally:
        docker("rm", "-f", name)


@contextmanager
def networked(stack: Stack, container: str, script: str) -> Iterator[None]:
    """Given a script that breaks a container's network, run it; the container is restarted afterwards."""
    inside(stack, container, script)
    try:
        yield
    finally:
        restart(stack, container)


@contextmanager
def edited(stack: Stack, service: str, file: str, edit: str, *also: str) -> Iterator[None]:
    """Given a delivered file and what sed shall do to it, edit it in the volume and restart the service (and `also` others).

    A live file's name begins with `live/`.
    """
    link, file = ("live", file.removeprefix("live/")) if file.startswith("live/") else ("current", file)
    script = (
        f'cp -a "$(readlink -f /config/{link})" /config/saved; cd /config/{link}; '
        f"sed -E '{edit}' {file} >/config/edited; ! cmp -s {file} /config/edited; cat /config/edited >{file}; rm /config/edited"
    )
    volume(stack, service, script)
    try:
        restart(stack, service, *also)
        yield
    finally:
        volume(stack, service, f"cp -a /config/saved/. /config/{link}/; rm -r /config/saved")
        restart(stack, service, *also)


@contextmanager
def pair_shown(stack: Stack, service: str, key: bytes, certificate: bytes) -> Iterator[None]:
    """Given another key and certificate, let the service show them, though on disk all is right."""
    folder = 'd="$(readlink -f /config/tls)"; '
    put = 'python3 -c \'import sys,json; d=json.load(sys.stdin); [open(f"/config/tls/{n}.pem","w").write(d[n]) for n in d]\''
    volume(stack, service, f'{folder} cp -a "$d" /config/saved-tls; chmod u+w "$d"/*; {put}', json.dumps(
        {"key": key.decode(), "cert": certificate.decode()}
    ).encode())  # fmt: skip
    try:
        restart(stack, service)
        yield
    finally:
        volume(stack, service, f'{folder} cp -a /config/saved-tls/. "$d"/; rm -r /config/saved-tls')
        restart(stack, service)


@contextmanager
def pair_shown_to_servers(stack: Stack, key: bytes, certificate: bytes) -> Iterator[None]:
    """Given another key and certificate, let the XMPP server show them to other servers only."""
    files = json.dumps({"key": key.decode(), "cert": certificate.decode()}).encode()
    put = 'python3 -c \'import sys,json; d=json.load(sys.stdin); [open(f"/config/other-{n}.pem","w").write(d[n]) for n in d]\''
    volume(stack, "prosody", f"{put}; chmod 444 /config/other-*.pem", files)
    setting = 's2s_ssl = { key = "/config/other-key.pem"; certificate = "/config/other-cert.pem" }'
    try:
        with edited(stack, "prosody", "prosody.cfg.lua", f"1a {setting}"):
            yield
    finally:
        volume(stack, "prosody", "rm -f /config/other-*.pem")


@contextmanager
def unreadable(stack: Stack, service: str) -> Iterator[None]:
    """Take the right to read its key from a service that runs."""
    volume(stack, service, "chmod 000 /config/tls/key.pem")
    try:
        yield
    finally:
        volume(stack, service, "chmod 400 /config/tls/key.pem")


@contextmanager
def unhealthy(stack: Stack, service: str, file: str) -> Iterator[None]:
    """Spoil a file that only the service's own health check reads, and wait until the engine has seen that."""
    volume(stack, service, f"cd /config; cp -a {file} saved-file; chmod u+w {file}; echo nothing >{file}")
    try:
        end = time.monotonic() + PATIENCE
        while docker("inspect", "-f", "{{.State.Health.Status}}", stack.container(service)).strip() != "unhealthy":
            assert time.monotonic() < end, "the engine never saw it"
            time.sleep(1)
        yield
    finally:
        volume(stack, service, f"cd /config; cp -a saved-file {file}; rm saved-file")


@contextmanager
def on_disk(stack: Stack, service: str, key: bytes, certificate: bytes) -> Iterator[None]:
    """Given another key and certificate, put them into secrets/ for as long as the block takes."""
    paths = [stack.directory / "secrets" / f"{service}.{kind}" for kind in ("key", "crt")]
    before = [path.read_bytes() for path in paths]
    _write(paths, [key, certificate])
    try:
        yield
    finally:
        _write(paths, before)


def _write(paths: list[Path], contents: list[bytes]) -> None:
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)


@contextmanager
def told(stack: Stack, statement: str, undo: str) -> Iterator[None]:
    """Given SQL and its undoing, tell the database both."""
    client = ["mariadb", "--no-defaults", "--socket=/run/mysqld/mysqld.sock", "--user=mysql"]
    done = stack.exec("mariadb", client, feed=statement)
    assert done.returncode == 0, done.stderr
    try:
        yield
    finally:
        done = stack.exec("mariadb", client, feed=undo)
        assert done.returncode == 0, done.stderr


@contextmanager
def account_spoiled(stack: Stack, service: str, statement: str) -> Iterator[None]:
    """Given SQL with `{}` for a service's database account, tell the database; the remedy of the finding puts it right."""
    place = next(leg.address for leg in stack.plan.service(service).main.attachments if leg.network == "backend")
    with told(stack, statement.format(f"'{service}'@'{place}'"), "DO 0"):
        try:
            restart(stack, service)
            yield
        finally:
            docker("rm", "-f", stack.container("mariadb-schema"))
            stack.ok("up", "--yes", seconds=120)
            restart(stack, service)


@contextmanager
def rogue(stack: Stack, script: str, *, offset: int = 44) -> Iterator[None]:
    """Given a script, run it for ever in a stranger's container on the network."""
    network = stack.plan.site.network
    name = stack.container("rogue")
    docker(
        *("run", "-d", "--rm", "--init", "--name", name, "--network", network.name, "--ip", str(network.address(offset))),
        *("--cap-add", "NET_ADMIN", IMAGE, "sh", "-euc", f"{script}; sleep infinity"),
    )
    try:
        time.sleep(0.5)
        yield
    finally:
        docker("rm", "-f", name)


@contextmanager
def limited(stack: Stack, container: str, part: float) -> Iterator[None]:
    """Lower the memory limit of a container until what it uses is this part of it.

    Something holds memory in it meanwhile, so that what is left is enough for the commands that a check runs there.
    """
    name = stack.container(container)
    docker("exec", "-d", name, "sh", "-c", f"(head -c {HELD} /dev/zero; sleep {PATIENCE}) | tail -c {HELD} >/dev/null")
    limit = int(docker("inspect", "-f", "{{.HostConfig.Memory}}", name))
    script = (
        "for b in /sys/fs/cgroup/memory /sys/fs/cgroup; do cat $b/memory.usage_in_bytes $b/memory.current; "
        "sed -n 's/^\\(total_\\)\\?inactive_file //p' $b/memory.stat | tail -n 1; done 2>/dev/null"
    )

    def used() -> int:
        usage, cache = map(int, stack.exec(container, ["sh", "-c", script]).stdout.split()[:2])
        return usage - cache

    try:
        end = time.monotonic() + PATIENCE
        while used() < HELD:
            assert time.monotonic() < end, "nothing holds the memory"
            time.sleep(0.2)
        # A lower limit makes the kernel take back more of what is cached, so that less is in use than before.
        for _ in range(10):
            low = int(used() / part)
            docker("update", "--memory", str(low), "--memory-swap", str(low), name)
            if used() > low * (part - 0.01):
                break
        yield
    finally:
        docker("update", "--memory", str(limit), "--memory-swap", str(limit), name)


@contextmanager
def filled(stack: Stack, container: str, place: str) -> Iterator[None]:
    """Fill a disk of a container."""
    stack.exec(container, ["sh", "-c", f"cat /dev/zero >{place}/full 2>/dev/null; true"])
    try:
        yield
    finally:
        stack.exec(container, ["rm", f"{place}/full"])


@contextmanager
def crashed(stack: Stack, container: str, times: int) -> Iterator[None]:
    """Kill a container's server several times; the engine starts it again each time."""
    name = stack.container(container)
    before = int(docker("inspect", "-f", "{{.RestartCount}}", name))
    try:
        for count in range(1, times + 1):
            # It may take the shell along.
            stack.exec(container, ["sh", "-c", "kill -9 -1; true"])
            end = time.monotonic() + PATIENCE
            while docker("inspect", "-f", "{{.RestartCount}} {{.State.Running}}", name).split() != [str(before + count), "true"]:
                assert time.monotonic() < end
                time.sleep(0.2)
            healthy(stack)
        # Not in the moment after a start: that would be a container which ends as soon as it starts.
        time.sleep(6)
        yield
    finally:
        restart(stack, container)


@contextmanager
def false_clock(stack: Stack, container: str, off: str) -> Iterator[None]:
    """Let a container believe in another time (libfaketime), by a second Compose file."""
    library = stack.directory / "libfaketime.so"
    if not library.exists():
        found = docker("run", "--rm", IMAGE, "sh", "-c", "ls /usr/lib/*/faketime/libfaketimeMT.so.1").strip()
        source = docker("create", IMAGE).strip()
        docker("cp", f"{source}:{found}", str(library))
        docker("rm", source)
    over = stack.directory / "false-clock.yaml"
    entry = {
        "environment": {"LD_PRELOAD": "/libfaketime.so", "FAKETIME": off, "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
        "volumes": [{"type": "bind", "source": str(library), "target": "/libfaketime.so", "read_only": True}],
    }
    over.write_text(json.dumps({"services": {container: entry}}))
    base = stack.directory / "compose" / "compose.yaml"
    up = ("up", "-d", "--no-deps", "--force-recreate", container)
    docker("compose", "-f", str(base), "-f", str(over), *up)
    try:
        time.sleep(2)
        yield
    finally:
        docker("compose", "-f", str(base), *up)


@contextmanager
def attached(stack: Stack, container: str, offset: int = 45) -> Iterator[None]:
    """Attach a container to the network where clients are."""
    network = stack.plan.site.network
    docker("network", "connect", "--ip", str(network.address(offset)), network.name, stack.container(container))
    try:
        yield
    finally:
        docker("network", "disconnect", network.name, stack.container(container))


@contextmanager
def link_down(stack: Stack) -> Iterator[None]:
    """Take the host's own link to the network down; `up` puts it back."""
    shim = stack.plan.site.network.shim
    argv = ("run", "--rm", "--network", "host", "--cap-add", "NET_ADMIN", IMAGE, "ip", "link", "set", shim, "down")
    docker(*argv)
    try:
        yield
    finally:
        stack.ok("up", "--yes", seconds=120)
