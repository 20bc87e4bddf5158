"""The database's image by itself, on volumes of its own: for what must not happen to the shared stack."""

import io
import subprocess
import tarfile
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rtcstack.engine.images import reference
from tests.stack.lab import docker

SERVER = ("mariadbd", "--no-defaults", "--datadir=/var/lib/mysql/data", "--socket=/run/mysqld/mysqld.sock", "--skip-networking")
STRICT = (
    *("--user", "903:903", "--read-only", "--cap-drop", "ALL", "--network", "none", "--init"),
    *("--tmpfs", "/tmp:uid=903,gid=903"),  # noqa: S108 - a private one, in memory
)


@dataclass
class Alone:
    """Three volumes (data, socket, rendered files) and the containers that use them."""

    name: str = field(default_factory=lambda: f"rtcdb-{uuid.uuid4().hex[:8]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        left = docker("ps", "-aq", "--filter", f"name={self.name}").split()
        if left:
            docker("rm", "-f", "-v", *left)
        docker("volume", "rm", "-f", *(volume for volume, _ in self.volumes))

    @property
    def volumes(self) -> tuple[tuple[str, str], ...]:
        """Volumes with their places."""
        return tuple(
            (f"{self.name}-{word}", path)
            for word, path in (("data", "/var/lib/mysql"), ("socket", "/run/mysqld"), ("config", "/config"))
        )

    def argv(self, suffix: str, command: Sequence[str], *options: str, verb: str = "run") -> list[str]:
        """Given a container's suffix and a command, return the `docker run` for it, as strict as in the stack."""
        mounts = [word for volume, path in self.volumes for word in ("-v", f"{volume}:{path}")]
        return ["docker", verb, *options, "--name", f"{self.name}-{suffix}", *STRICT, *mounts, reference("mariadb"), *command]

    def run(self, suffix: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Given a command, run it to its end in a container of its own and return what it did."""
        argv = self.argv(suffix, command, "--rm")
        return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)

    def run_for(self, seconds: float, suffix: str, *command: str) -> float:
        """Given seconds and a command, start it, SIGKILL all of it after that time, and return how long it ran."""
        name = f"{self.name}-{suffix}"
        docker(*self.argv(suffix, command, verb="create")[1:])
        docker("start", name)
        begin = time.monotonic()
        try:
            subprocess.run(["docker", "wait", name], capture_output=True, timeout=seconds, check=True)
        except subprocess.TimeoutExpired:
            # It may have ended by itself just now: what counts is that it is not running any more.
            subprocess.run(["docker", "kill", name], capture_output=True, timeout=60, check=False)
            assert docker("inspect", "-f", "{{.State.Running}}", name) == "false\n"
        ran = time.monotonic() - begin
        docker("rm", "-f", name)
        return ran

    def serve(self) -> None:
        """Start the server and wait until it answers."""
        subprocess.run(self.argv("server", SERVER, "-d"), capture_output=True, timeout=60, check=True)
        end = time.monotonic() + 30
        while (asked := self.ask("SELECT 1")).returncode != 0:
            assert time.monotonic() < end, asked.stderr
            time.sleep(0.1)

    def ask(self, text: str) -> subprocess.CompletedProcess[str]:
        """Given SQL, run it in the server's container."""
        client = ("mariadb", "--no-defaults", "--socket=/run/mysqld/mysqld.sock", "--user=mysql", "--batch", "--skip-column-names")
        argv = ["docker", "exec", "-i", f"{self.name}-server", *client]
        return subprocess.run(argv, input=text, capture_output=True, text=True, timeout=60, check=False)

    def configure(self, files: Mapping[str, str]) -> None:
        """Given files by their path below /config, put them there in place of what was there."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for path, content in files.items():
                entry = tarfile.TarInfo(f"config/{path}")
                entry.size, entry.mode = len(content.encode()), 0o444
                tar.addfile(entry, io.BytesIO(content.encode()))
        docker("create", "--name", f"{self.name}-files", "-v", f"{self.name}-config:/config", reference("mariadb"))
        try:
            docker("cp", "-", f"{self.name}-files:/", feed=archive.getvalue())
        finally:
            docker("rm", "-f", f"{self.name}-files")
