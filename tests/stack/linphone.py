"""Linphone, a second SIP stack that is not ours (belle-sip over Mbed TLS), in a client's container: typed to, and read."""

import contextlib
import itertools
import queue
import re
import subprocess
import threading
import time
from typing import Self

from tests.stack.lab import Lab
from tests.stack.sound import loudness, tone

PATIENCE = 20.0
_NUMBERS = itertools.count(1)
_CONFIG = """\
[sip]
verify_server_certs=1
verify_server_cn=1
root_ca={ca}
sip_port=-1
sip_tcp_port=-1
sip_tls_port=-1
default_proxy=0
media_encryption=none
[net]
firewall_policy=none
[rtp]
audio_rtp_port=7078
[proxy_0]
reg_proxy=<sip:{domain};transport=tls>
reg_identity=sip:{name}@{domain}
reg_expires=600
reg_sendregister=1
[auth_info_0]
username={name}
passwd={password}
realm=falcot.com
"""


class Linphone:
    """A running linphonec."""

    def __init__(
        self,
        lab: Lab,
        name: str,
        password: str,
        *,
        client: str = "client",
        domain: str = "falcot.com",
        ca: str = "/lab/ca.crt",
        hertz: int = 550,
    ) -> None:
        self.lab, self.client, self.name = lab, client, name
        self.folder = f"/tmp/linphone-{next(_NUMBERS)}"  # noqa: S108 - in the container
        lab.put(f"{self.folder}/rc", _CONFIG.format(ca=ca, domain=domain, name=name, password=password), client)
        lab.put(f"{self.folder}/tone.wav", tone(hertz), client)
        # It does not make its own folders, and is silently dead without them.
        folders = f"mkdir -p {self.folder}/.local/share/linphone {self.folder}/.config/linphone"
        run = f"exec linphonec -c {self.folder}/rc -d 6 -l {self.folder}/log"
        start = f"{folders}; echo $$ >{self.folder}/pid; export HOME={self.folder}; {run}"
        self.process = lab.spawn(["sh", "-c", start], timeout=120, client=client)
        self.lines: queue.Queue[str] = queue.Queue()
        self.said: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()
        self.await_line("Warning: video is disabled")
        for line in ("soundcard use files", f"record {self.folder}/heard.wav", f"play {self.folder}/tone.wav"):
            self.type(line)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def type(self, line: str) -> None:
        """Given a command, type it."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        # It has room for one line and drops the next.
        time.sleep(0.4)

    def await_line(self, part: str, seconds: float = PATIENCE) -> str:
        """Given a part of a line, return the next line that has it. Raise AssertionError with what was said."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                line = self.lines.get(timeout=left)
                self.said.append(line)
                if part in line:
                    return line
        raise AssertionError(f"{self.name}'s linphone never said {part!r}:\n" + "\n".join(self.said))

    def registration(self, seconds: float = PATIENCE) -> bool:
        """Wait for the first answer to its registration, and return whether it is registered."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            states = re.findall(r"to \[LinphoneRegistration(Ok|Failed)\]", self.log("moving from state"))
            if states:
                return bool(states[-1] == "Ok")
            time.sleep(0.2)
        raise AssertionError(f"{self.name}'s linphone had no answer:\n" + "\n".join(self.said))

    def play(self) -> None:
        """Send the tone; only possible while a call has media."""
        self.type(f"play {self.folder}/tone.wav")

    def log(self, pattern: str) -> str:
        """Given an extended regular expression, return the lines of its log that match."""
        return self.lab.run(["grep", "-E", pattern, f"{self.folder}/log"], client=self.client).stdout

    def loudness(self, seconds: float = 5) -> float:
        """The mean amplitude of what was heard; the recording is written when the call has ended."""
        end = time.monotonic() + seconds
        heard = 0.0
        while not heard and time.monotonic() < end:
            read = self.lab.command(["cat", f"{self.folder}/heard.wav"], 10, self.client)
            heard = loudness(subprocess.run(read, capture_output=True, timeout=20, check=False).stdout)
            time.sleep(0.2)
        return heard

    def close(self) -> None:
        """End it, in order if it will."""
        with contextlib.suppress(BrokenPipeError):
            self.type("quit")
        end = f"p=$(cat {self.folder}/pid); for i in $(seq 30); do kill -0 $p || exit 0; sleep 0.1; done; kill -9 $p"
        self.lab.run(["sh", "-c", f"({end}) 2>/dev/null"], client=self.client)
        self.process.kill()
        self.process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
