"""One step: tried, bounded in time, told as one line of JSON."""

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Awaitable
from typing import Any

from request import Request, Wrong

LIMIT = 20
"""Seconds for one step; each has shorter limits of its own."""


class Steps:
    """What all areas share: the request, what else was told, and what prosody tells about TURN once it did."""

    def __init__(self, request: Request, told: dict[str, Any]) -> None:
        self.request = request
        self.told = told
        self.turn_services: asyncio.Future[list[dict[str, str]]] = asyncio.get_running_loop().create_future()

    async def take(self, name: str, tried: str, doing: Awaitable[str], limit: float = LIMIT) -> bool:
        """Given a step's name, what it tries and its doing, take it, tell what happened, and return whether it ended well."""
        began = time.monotonic()
        code = ""
        try:
            async with asyncio.timeout(limit):
                happened = await doing
        except TimeoutError:
            code, happened = "timeout", f"no end after {limit:g} seconds"
        except Wrong as error:
            code, happened = getattr(error, "code", "wrong"), str(error)
        except ssl.SSLError as error:
            code, happened = "tls", str(error.reason or error)
        except Exception as error:  # noqa: BLE001 - whatever a library raises is what happened; the other steps go on
            code, happened = "failed", f"{type(error).__name__}: {error}"
        seconds = round(time.monotonic() - began, 3)
        line = {"id": name, "tried": tried, "ok": not code, "code": code, "happened": happened, "seconds": seconds}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        return not code
