"""Usage: turn_stay.py HOST PORT USER <password, then anything to end. Gets a relay and keeps it by a refresh twice a second; prints
the answer to the allocation and all answers to refreshes (0 or an error code). /lab/turn_client.py must be there."""

import json
import select
import sys

from turn_client import Client  # type: ignore[import-not-found]  # put there by the test

host, port, user = sys.argv[1:]
client = Client(host, int(port), user, sys.stdin.readline().rstrip("\n"))
allocated = client.allocate()
sys.stdout.write("ready\n")
sys.stdout.flush()
refreshed = []
while not select.select([sys.stdin], [], [], 0.5)[0]:
    refreshed.append(client.refresh())
sys.stdout.write(json.dumps([allocated, refreshed]) + "\n")
