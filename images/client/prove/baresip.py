"""One baresip as a process of its own, configured for one person, driven over its control socket (module ctrl_tcp)."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from request import Person, Request, Wrong

LIMIT = 10
PORTS = itertools.count(4440)
CONFIG = """\
poll_method epoll
sip_cafile {ca}
sip_verify_server yes
dns_server {loopback}:53
call_local_timeout 20
call_max_calls 1
audio_source ausine,{tone}
audio_player aufile,{recording}
ausrc_srate 48000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
module_path /usr/lib/baresip/modules
module g711.so
module ausine.so
module aufile.so
{modules}module_tmp uuid.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {loopback}:{port}
"""
RELAYED = ";medianat=turn;stunserver=turn:{0[0]}:{0[1]};stunuser={name};stunpass={password}"
ACCOUNT = '<sip:{name}@{domain}>;auth_user="{name}";auth_pass="{password}";answermode=auto;audio_codecs=PCMU;regint=600'


@dataclass
class Baresip:
    """A running softphone and the events that it has told."""

    account: str = field(repr=False)
    name: str
    recording: Path
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    waiting: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def running(
        cls, request: Request, person: Person, *, tone: int, relay: tuple[str, int] | None = None
    ) -> AsyncIterator[Self]:
        """Given a person and the tone to send in Hz, start the softphone and yield it; it has ended afterwards.

        With a TURN server as `relay`, its sound goes through that and no other way.
        """
        port = next(PORTS)
        folder = Path(f"/tmp/baresip-{port}")  # noqa: S108 - the container's own memory
        folder.mkdir()
        recording = folder / "heard.wav"
        told = CONFIG.format(
            ca=request.ca_file,
            tone=tone,
            recording=recording,
            port=port,
            loopback=request.loopback,
            modules="module turn.so\n" if relay else "",
        )
        (folder / "config").write_text(told)
        account = ACCOUNT.format(name=person.name, domain=request.domain, password=person.password)
        account += RELAYED.format(relay, name=person.name, password=person.password) if relay else ""
        with (folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec("baresip", "-f", str(folder), stdout=log, stderr=log)
        try:
            reader, writer = await _connect(request.loopback, port)
            try:
                yield cls(account, person.name, recording, reader, writer)
            finally:
                writer.close()
        finally:
            if process.returncode is None:
                process.terminate()
            try:
                async with asyncio.timeout(LIMIT):
                    await process.wait()
            except TimeoutError:
                process.kill()

    async def command(self, command: str, params: str = "") -> None:
        """Given a command of baresip's menu, give it. Raise Wrong if baresip refuses it."""
        said = json.dumps({"command": command, "params": params, "token": command})
        self.writer.write(f"{len(said)}:{said},".encode())
        answer = await self._next(LIMIT, lambda told: told.get("token") == command)
        if not answer.get("ok"):
            raise Wrong(f"baresip refused {command}: {answer.get('data', '')}")

    async def register(self) -> None:
        """Register, now that events are listened to; no file holds the password. Raise Wrong if the server refuses."""
        await self.command("uanew", self.account)
        event = await self.event(LIMIT, "REGISTER_OK", "REGISTER_FAIL")
        if event["type"] != "REGISTER_OK":
            raise Wrong(f"{self.name} could not register: {event.get('param', '')}")

    async def event(self, limit: float, *types: str) -> dict[str, Any]:
        """Given types of events, return the first of them that has come or comes. Raise Wrong if none comes in time."""
        return await self._next(limit, lambda told: told.get("type") in types)

    async def _next(self, limit: float, wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - a predicate
        try:
            async with asyncio.timeout(limit):
                while True:
                    for told in self.waiting:
                        if wanted(told):
                            self.waiting.remove(told)
                            return told
                    # Netstrings: length, colon, JSON, comma.
                    size = int((await self.reader.readuntil(b":"))[:-1])
                    self.waiting.append(json.loads(await self.reader.readexactly(size)))
                    await self.reader.readexactly(1)
        except TimeoutError:
            seen = ", ".join(str(told.get("type", "")) for told in self.waiting) or "nothing"
            raise Wrong(f"{self.name}'s softphone said no more within {limit} seconds (it said: {seen})") from None


async def _connect(loopback: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(50):
        try:
            return await asyncio.open_connection(loopback, port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.1)
    raise Wrong("baresip did not start")
