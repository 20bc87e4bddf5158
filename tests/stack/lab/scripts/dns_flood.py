"""Usage: dns_flood.py SERVER NAME COUNT. Asks for NAME's DNSKEY, signed, COUNT times without waiting, as a forger would: no cookie.

Prints how many questions were sent, how many whole and how many truncated answers came, and the bytes in each direction.
"""

import json
import socket
import sys
import time

import dns.flags
import dns.message


def main(server: str, name: str, count: int) -> None:
    """Flood, then count."""
    query = dns.message.make_query(name, "DNSKEY", want_dnssec=True).to_wire()
    found = {"sent": 0, "whole": 0, "truncated": 0, "bytes_sent": 0, "bytes_received": 0}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect((server, 53))
        begin = time.monotonic()
        for number in range(count):
            found["bytes_sent"] += line.send(query)
            found["sent"] += 1
            if number % 20 == 19:
                collect(line, found, 0.002)
        collect(line, found, 3)
    sys.stdout.write(json.dumps(found | {"seconds": time.monotonic() - begin}) + "\n")


def collect(line: socket.socket, found: dict[str, int], patience: float) -> None:
    """Given the socket, count what comes, until nothing more comes within `patience` seconds."""
    line.settimeout(patience)
    while True:
        try:
            data = line.recv(4096)
        except (BlockingIOError, TimeoutError):
            return
        truncated = data[2] & (dns.flags.TC >> 8)
        found["truncated" if truncated else "whole"] += 1
        found["bytes_received"] += len(data)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
