"""Usage: turn_relay.py HOST PORT udp|tcp|tls USER CA <password. Prints the relayed address that a TURN server gives, or []."""

import asyncio
import json
import ssl
import sys

import aioice


async def main() -> int:
    host, port, transport, user, ca = sys.argv[1:]
    context = ssl.create_default_context(cafile=ca)
    connection = aioice.Connection(
        ice_controlling=True,
        turn_server=(host, int(port)),
        turn_username=user,
        turn_password=sys.stdin.readline().rstrip("\n"),
        turn_ssl=context if transport == "tls" else False,  # type: ignore[arg-type]  # passed on to asyncio
        turn_transport="udp" if transport == "udp" else "tcp",
    )
    await asyncio.wait_for(connection.gather_candidates(), 15)
    relays = [[candidate.host, candidate.port] for candidate in connection.local_candidates if candidate.type == "relay"]
    await connection.close()
    sys.stdout.write(json.dumps(relays))
    return 0 if relays else 1


sys.exit(asyncio.run(main()))
