"""Doors that must be shut: the database is for the services alone."""

import asyncio

from request import Wrong
from steps import Steps

PORT, LIMIT = 3306, 1.5


async def examine(steps: Steps) -> None:
    """Try every address that a client could try."""
    await steps.take("database.closed", "to reach the database from a client's place", _closed(steps.told["closed"]))


async def _closed(addresses: list[str]) -> str:
    async def one(address: str) -> bool:
        try:
            async with asyncio.timeout(LIMIT):
                _, writer = await asyncio.open_connection(address, PORT)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    answers = await asyncio.gather(*map(one, addresses))
    if open_at := [address for address, answered in zip(addresses, answers, strict=True) if answered]:
        raise Wrong(f"something answers at {', '.join(f'{address}:{PORT}' for address in open_at)}")
    return "nothing answers"
