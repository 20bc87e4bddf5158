"""baresip, a softphone that is not ours, in a client's container: driven over its control socket, its sound recorded there."""

import contextlib
import itertools
import json
import queue
import subprocess
import threading
import time
from typing import Any, Self

from tests.stack.lab import Lab
from tests.stack.sound import loudness

PATIENCE = 20.0
"""Seconds that an event may take."""

_PORTS = itertools.count(4440)
_CONFIG = """\
poll_method epoll
sip_cafile {ca}
sip_verify_server yes
call_local_timeout 30
call_max_calls 2
audio_source ausine,{tone}
audio_player aufile,{folder}/heard.wav
ausrc_srate 48000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
module_path /usr/lib/baresip/modules
module g711.so
module ausine.so
module aufile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{port}
"""


class Baresip:
    """A running softphone. `account` are further parameters of the account line; `answer` is "auto" or "manual"."""

    def __init__(
        self,
        lab: Lab,
        name: str,
        password: str,
        *,
        client: str = "client",
        domain: str = "falcot.com",
        ca: str = "/lab/ca.crt",
        tone: int = 440,
        answer: str = "auto",
        account: str = "",
        uri: str = "",
    ) -> None:
        self.lab, self.client, self.name = lab, client, name
        port = next(_PORTS)
        self.folder = f"/tmp/baresip-{port}"  # noqa: S108 - in the container
        lab.put(f"{self.folder}/config", _CONFIG.format(ca=ca, tone=tone, folder=self.folder, port=port), client)
        lab.put(f"{self.folder}/contacts", "", client)
        settings = f'auth_pass="{password}";answermode={answer};audio_codecs=PCMU;regint=600{account}'
        lab.put(f"{self.folder}/accounts", "", client)
        start = f"echo $$ >{self.folder}/pid; exec baresip -v -f {self.folder} >{self.folder}/log 2>&1"
        self.process = lab.spawn(["sh", "-c", start], timeout=300, client=client)
        ready = f"for i in $(seq 100); do nc -z 127.0.0.1 {port} && exit 0; sleep 0.05; done; cat {self.folder}/log; exit 1"
        done = lab.run(["sh", "-c", ready], client=client)
        assert done.returncode == 0, done.stdout
        self.control = lab.pipe(["nc", "127.0.0.1", str(port)], 300, client)
        self.told: queue.Queue[dict[str, Any]] = queue.Queue()
        self.events: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()
        # Only now, so that no event is missed.
        self.command("uanew", f"<{uri or f'sip:{name}@{domain}'}>;{settings}")

    def _read(self) -> None:
        assert self.control.stdout is not None
        data = b""
        while chunk := self.control.stdout.read(65536):
            data += chunk
            while b":" in data:
                size, _, rest = data.partition(b":")
                if len(rest) <= int(size):
                    break
                self.told.put(json.loads(rest[: int(size)]))
                data = rest[int(size) + 1 :]

    def command(self, command: str, params: str = "") -> None:
        """Given a command of baresip's menu, give it."""
        said = json.dumps({"command": command, "params": params, "token": command})
        assert self.control.stdin is not None
        self.control.stdin.write(f"{len(said)}:{said},".encode())

    def event(self, *types: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """Given types of events, return the next of them. Raise AssertionError with the log if none comes in time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                told = self.told.get(timeout=left)
                self.events.append(told)
                if told.get("type") in types:
                    return told
        raise AssertionError(f"{self.name}'s baresip: no {' or '.join(types)} in {seconds} s\n{self.log()}")

    def registered(self, seconds: float = PATIENCE) -> None:
        """Wait until the server has said that this phone is registered."""
        event = self.event("REGISTER_OK", "REGISTER_FAIL", seconds=seconds)
        assert event["type"] == "REGISTER_OK", f"{event}\n{self.log()}"

    def log(self) -> str:
        """What baresip printed."""
        return self.lab.run(["cat", f"{self.folder}/log"], client=self.client).stdout

    def loudness(self) -> float:
        """The mean amplitude of what was heard; 0 for nothing."""
        done = subprocess.run(
            self.lab.command(["cat", f"{self.folder}/heard.wav"], 10, self.client), capture_output=True, timeout=20, check=False
        )
        return loudness(done.stdout)

    def heard(self) -> int:
        """How many bytes of sound have been recorded so far."""
        done = self.lab.run(["stat", "-c", "%s", f"{self.folder}/heard.wav"], client=self.client)
        return int(done.stdout or 0)

    def kill(self) -> None:
        """End the softphone at once, without a word to the server."""
        self.lab.run(["sh", "-c", f"kill -9 $(cat {self.folder}/pid) 2>/dev/null; true"], client=self.client)

    def close(self) -> None:
        """End the softphone in order."""
        self.lab.run(["sh", "-c", f"kill $(cat {self.folder}/pid) 2>/dev/null; true"], client=self.client)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.control.kill()
        self.control.communicate()
        self.process.kill()
        self.process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
