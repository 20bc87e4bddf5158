"""TURN with a throw-away account (aioice): refused, given, used both ways, and never towards what is forbidden."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aioice.stun import TransactionFailed, TransactionTimeout
from aioice.turn import TurnClientTcpProtocol, TurnClientUdpProtocol
from request import Request, Wrong
from steps import Steps

LIMIT = 4
UNAUTHORIZED, FORBIDDEN = 401, 403
SERVICES = {"UDP": "_turn._udp", "TCP": "_turn._tcp", "TLS": "_turns._tcp"}
FIRST_CHANNEL = 0x4000
Protocol = TurnClientUdpProtocol | TurnClientTcpProtocol


class Inbox(asyncio.DatagramProtocol):
    """Keeps what arrives, with who sent it."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Keep one."""
        self.came.put_nowait((data, addr))

    async def expect(self, wanted: bytes, what: str) -> tuple[str, int]:
        """Given bytes, wait for them and return who sent them. Raise Wrong if they do not come."""
        try:
            async with asyncio.timeout(LIMIT):
                while True:
                    data, sender = await self.came.get()
                    if data == wanted:
                        return sender
        except TimeoutError:
            raise Wrong(f"{what} did not arrive within {LIMIT} seconds") from None


@asynccontextmanager
async def allocation(request: Request, how: str, server: tuple[str, int], user: str, password: str) -> AsyncIterator[Protocol]:
    """Given a transport (UDP, TCP, TLS), a server and credentials, yield an allocation. Raise Wrong with the server's refusal."""
    loop = asyncio.get_running_loop()
    options = {"username": user, "password": password, "lifetime": 600, "channel_refresh_time": 500}
    protocol: Protocol
    if how == "UDP":
        _, protocol = await loop.create_datagram_endpoint(lambda: TurnClientUdpProtocol(server, **options), remote_addr=server)
    else:
        trust = request.trust if how == "TLS" else None
        name = server[0] if how == "TLS" else None
        _, protocol = await loop.create_connection(
            lambda: TurnClientTcpProtocol(server, **options), *server, ssl=trust, server_hostname=name
        )
    try:
        async with asyncio.timeout(LIMIT):
            await protocol.connect()
    except TransactionFailed as error:
        protocol.transport.close()
        raise _refusal(error, how) from None
    except (TransactionTimeout, TimeoutError):
        protocol.transport.close()
        raise Wrong(f"no answer over {how}") from None
    try:
        yield protocol
    finally:
        await protocol.delete()


def _refusal(error: TransactionFailed, how: str) -> Wrong:
    code, words = error.response.attributes.get("ERROR-CODE", (0, ""))
    wrong = Wrong(f"refused with {code} {words} over {how}")
    wrong.code = str(code)  # type: ignore[attr-defined]
    return wrong


async def examine(steps: Steps) -> None:
    """Take every step of TURN; those that need an allocation only if one was given."""
    if await steps.take("turn.login", "an allocation over UDP, TCP and TLS", _login(steps.request)):
        await asyncio.gather(
            steps.take("turn.refused", "an allocation with a wrong password", _refused(steps.request)),
            steps.take("turn.relay", "a packet through the relay to us, and one back", _relay(steps.request, steps.told["peer"])),
            steps.take(
                "turn.forbidden", "to be relayed to where nobody may be", _forbidden(steps.request, steps.told["forbidden"])
            ),
        )
    if "xmpp" in steps.told["areas"]:
        offers = await steps.turn_services
        if offers:
            tried = "an allocation with short-lived credentials from XMPP (XEP-0215)"
            await steps.take("ephemeral.login", tried, _short_lived(steps.request, offers))


async def _login(request: Request) -> str:
    person = request.people[0]
    for how, service in SERVICES.items():
        async with allocation(request, how, request.srv(service), person.name, person.password):
            pass
    return "given"


async def _refused(request: Request) -> str:
    try:
        name = request.people[0].name
        async with allocation(request, "UDP", request.srv(SERVICES["UDP"]), name, secrets.token_hex(8)):
            raise Wrong("a wrong password got a relay")
    except Wrong as error:
        if getattr(error, "code", "") != str(UNAUTHORIZED):
            raise
        return "refused"


async def _relay(request: Request, own: str) -> str:
    person = request.people[0]
    loop = asyncio.get_running_loop()
    transport, here = await loop.create_datagram_endpoint(Inbox, local_addr=(own, 0))
    try:
        async with allocation(request, "UDP", request.srv(SERVICES["UDP"]), person.name, person.password) as relay:
            relay.receiver = there = Inbox()
            peer = (own, transport.get_extra_info("sockname")[1])
            sent, back = secrets.token_bytes(160), secrets.token_bytes(160)
            await relay.send_data(sent, peer)
            sender = await here.expect(sent, "a packet sent through the relay")
            transport.sendto(back, sender)
            await there.expect(back, f"a packet sent to the relay at {sender[0]}:{sender[1]}")
            return f"relayed by {sender[0]}:{sender[1]}"
    except TransactionFailed as error:
        raise _refusal(error, "UDP") from None
    finally:
        transport.close()


async def _forbidden(request: Request, forbidden: list[str]) -> str:
    person = request.people[0]
    let = []
    async with allocation(request, "UDP", request.srv(SERVICES["UDP"]), person.name, person.password) as relay:
        for number, address in enumerate(forbidden):
            try:
                await relay.channel_bind(FIRST_CHANNEL + number, (address, 9))
            except TransactionFailed as error:
                if error.response.attributes.get("ERROR-CODE", (0, ""))[0] != FORBIDDEN:
                    raise _refusal(error, "UDP") from None
            except TransactionTimeout:
                raise Wrong("no answer") from None
            else:
                let.append(address)
    if let:
        raise Wrong(f"it relays to {', '.join(let)}")
    return "refused"


async def _short_lived(request: Request, offers: list[dict[str, str]]) -> str:
    for offer in offers:
        how = {("turn", "udp"): "UDP", ("turn", "tcp"): "TCP", ("turns", "tcp"): "TLS"}.get((offer["type"], offer["transport"]))
        if how:
            server = (offer["host"], int(offer["port"]))
            async with allocation(request, how, server, offer["username"], offer["password"]):
                pass
    return "given"
