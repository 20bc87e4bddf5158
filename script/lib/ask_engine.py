"""Ask the Docker Engine whether it is there, by exit status: no client is needed, and no words are read.

0 answers, 10 answers but is older than 20.10, 11 this user may not talk to it, 12 nothing listens, 13 no answer in time.
"""

import http.client
import json
import os
import socket
import sys
from urllib.parse import urlsplit

SECONDS = 20
OLDEST_API = (1, 41)  # Docker Engine 20.10


def connection(endpoint: str) -> socket.socket:
    """Given the engine's endpoint (unix: or tcp:), return a connected socket. Raise OSError if there is none."""
    where = urlsplit(endpoint)
    if where.scheme == "unix":
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(SECONDS)
        link.connect(where.path)
        return link
    return socket.create_connection((where.hostname or "127.0.0.1", where.port or 2375), SECONDS)


def ask(endpoint: str) -> int:
    """Given the engine's endpoint, return the exit status that says how it is."""
    client = http.client.HTTPConnection("localhost", timeout=SECONDS)
    try:
        client.sock = connection(endpoint)
        client.request("GET", "/version")
        version = json.load(client.getresponse())["ApiVersion"]
    except PermissionError:
        return 11
    except (ConnectionRefusedError, FileNotFoundError):
        return 12
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return 13
    return 0 if tuple(map(int, version.split("."))) >= OLDEST_API else 10


if __name__ == "__main__":
    sys.exit(ask(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"))
