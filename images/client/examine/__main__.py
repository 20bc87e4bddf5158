"""Examines a stack as its clients do: `python3 /usr/lib/rtcstack/examine`, a request on standard input, JSON lines as answer.

The request is that of the proof (`prove`), with more: `resolver` (a name server to ask instead of the printed zone), `peer` (our
own address), `forbidden` (where nobody may be relayed to), `closed` (addresses where the database must not answer), `areas`.
Nothing is judged here: every step says what it tried and what happened, and the areas go on beside each other.
"""

import asyncio
import json
import logging
import sys

# What the proof has, this uses.
sys.path.append("/usr/lib/rtcstack/prove")

import closed
import names
import phones
import relays
import streams
from request import Request
from steps import Steps
from zone import serve

AREAS = {"turn": relays.examine, "sip": phones.examine, "xmpp": streams.examine, "host": closed.examine}


async def main() -> None:
    """Look the names up, then let every area take its steps."""
    told = json.loads(sys.stdin.buffer.read())
    request = Request.read(json.dumps(told).encode())
    records = request.records
    if told["resolver"]:
        records = await names.look_up(told["resolver"], records)
        sys.stdout.write(json.dumps({"id": "names", "records": names.plain(records)}) + "\n")
    request = Request(request.domain, request.people, request.ca, records, request.loopback)
    steps = Steps(request, told)
    async with serve(records, request.loopback):
        await asyncio.gather(*(examine(steps) for area, examine in AREAS.items() if area in told["areas"]))
    sys.stdout.write(json.dumps({"id": "end"}) + "\n")


# Libraries tell on standard error what the steps tell in their own words.
logging.disable(logging.CRITICAL)
# slixmpp wants its loop to be set before it is imported anywhere else.
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
