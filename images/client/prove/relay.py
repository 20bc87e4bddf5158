"""TURN as a person's client uses it (aioice): a relay on each side, and packets that go from relay to relay."""

import asyncio
import secrets

import aioice
from aioice.ice import TransportPolicy
from aioice.stun import TransactionError, TransactionFailed
from aioice.turn import create_turn_endpoint
from request import Person, Request, Wrong

LIMIT = 10
UNAUTHORIZED = 401
SERVICES = {"udp": "_turn._udp", "tcp": "_turn._tcp", "tls": "_turns._tcp"}


def _connection(request: Request, person: Person, how: str, *, controlling: bool = True) -> aioice.Connection:
    return aioice.Connection(
        ice_controlling=controlling,
        turn_server=request.srv(SERVICES[how]),
        turn_username=person.name,
        turn_password=person.password,
        turn_ssl=request.trust if how == "tls" else False,
        turn_transport="udp" if how == "udp" else "tcp",
        transport_policy=TransportPolicy.RELAY,
        use_ipv6=False,
    )


async def _relay(connection: aioice.Connection) -> str:
    async with asyncio.timeout(LIMIT):
        await connection.gather_candidates()
    # On failure aioice only leaves the candidate out: what counts is the list.
    relays = [candidate for candidate in connection.local_candidates if candidate.type == "relay"]
    if not relays:
        raise Wrong("no relay was given")
    return f"{relays[0].host}:{relays[0].port}"


async def refused(request: Request) -> str:
    """Ask for a relay with a wrong password; raise Wrong if there is one, or if it fails for another reason than that."""
    name, password = request.people[0].name, secrets.token_hex(8)
    for how in ("udp", "tcp", "tls"):
        trust = request.trust if how == "tls" else None
        transport = "udp" if how == "udp" else "tcp"
        try:
            async with asyncio.timeout(LIMIT):
                relay, _ = await create_turn_endpoint(
                    asyncio.DatagramProtocol, request.srv(SERVICES[how]), name, password, ssl=trust, transport=transport
                )
        except TransactionFailed as error:
            code = error.response.attributes.get("ERROR-CODE", (0, ""))[0]
            if code != UNAUTHORIZED:
                raise Wrong(f"a wrong password was answered with {code} over {how.upper()}") from None
        except (TransactionError, TimeoutError):
            raise Wrong(f"no answer over {how.upper()}") from None
        else:
            relay.close()
            raise Wrong(f"a wrong password got a relay over {how.upper()}")
    return f"refused with {UNAUTHORIZED} over UDP, TCP and TLS"


async def over_tcp(request: Request) -> str:
    """Ask for a relay over TCP; raise Wrong if there is none."""
    connection = _connection(request, request.people[0], "tcp")
    try:
        return f"relay {await _relay(connection)}"
    finally:
        await connection.close()


async def packets(request: Request) -> str:
    """Let both get a relay, and send a packet each way through both; raise Wrong if one is missing or changed."""
    first, second = request.people
    here, there = _connection(request, first, "tls"), _connection(request, second, "udp", controlling=False)
    try:
        relays = [await _relay(here), await _relay(there)]
        for one, other in ((here, there), (there, here)):
            for candidate in other.local_candidates:
                await one.add_remote_candidate(candidate)
            await one.add_remote_candidate(None)
            one.remote_username, one.remote_password = other.local_username, other.local_password
        async with asyncio.timeout(LIMIT):
            await asyncio.gather(here.connect(), there.connect())
            for one, other in ((here, there), (there, here)):
                sent = secrets.token_bytes(200)
                await one.send(sent)
                if await other.recv() != sent:
                    raise Wrong("a relayed packet arrived changed")
        return f"relayed between {relays[0]} and {relays[1]}"
    except TimeoutError:
        raise Wrong(f"packets did not arrive within {LIMIT} seconds") from None
    finally:
        await asyncio.gather(here.close(), there.close())
