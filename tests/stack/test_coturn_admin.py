"""An administrator's row is one that coturn accepts: its web administration, off in the stack, is asked on loopback."""

import subprocess
from collections.abc import Iterator

import pytest

from rtcstack.engine.images import reference
from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.lab_images import LAB
from tests.stack.turn_server import eventually

LOGON = """
import socket, ssl, sys, urllib.parse
body = urllib.parse.urlencode({"uname": sys.argv[1], "pwd": sys.stdin.readline().rstrip("\\n")})
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # loopback has no name
with socket.create_connection(("127.0.0.1", 13480), 5) as raw, context.wrap_socket(raw) as web:
    web.sendall(b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")  # whatever comes first is answered with the form
    web.recv(65536)
    head = f"POST /logon HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: {len(body)}\\r\\n"
    web.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\\r\\n\\r\\n{body}".encode())
    print(web.recv(65536).decode(errors="replace"))
"""


@pytest.fixture
def web(stack: Stack) -> Iterator[str]:
    """A second turnserver beside the first, on loopback alone, with the same database and its web administration on."""
    name = stack.container("coturn-web")
    options = ("--read-only", "--tmpfs", "/run/coturn:uid=901", "--user", "901:901", "--cap-drop", "ALL", "--init")
    place = ("--network", f"container:{stack.container('coturn')}", "-v", f"{stack.plan.site.name}_coturn-config:/config:ro")
    ports = (
        "--listening-port=13478",
        "--tls-listening-port=13479",
        "--web-admin-port=13480",
        "--min-port=50000",
        "--max-port=50001",
    )
    loopback = ("--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--web-admin", "--web-admin-ip=127.0.0.1")
    pair = ("--cert=/config/tls/cert.pem", "--pkey=/config/tls/key.pem", "--pidfile=/run/coturn/web.pid", "--log-file=stdout")
    server = ("turnserver", "-c", "/config/current/secret.conf", "--realm=falcot.com", "--lt-cred-mech", *loopback, *ports, *pair)
    docker("run", "-d", "--name", name, *options, *place, reference("coturn"), *server)
    try:
        eventually(lambda: "Relay ports initialization done" in docker("logs", name), 15)
        yield name
    finally:
        docker("rm", "-f", name)


def accepted(web: str, person: str, password: str) -> bool:
    """Whether the web administration lets a person in: it then shows the way out, else the form again."""
    argv = ["docker", "run", "--rm", "-i", "--network", f"container:{web}", LAB, "timeout", "20", "python3", "-c", LOGON, person]
    done = subprocess.run(argv, input=f"{password}\n", capture_output=True, text=True, timeout=60, check=True)
    assert "200 OK" in done.stdout
    return 'name="pwd"' not in done.stdout


@pytest.mark.usefixtures("lab")
def test_only_an_administrator_with_the_right_password_gets_in(stack: Stack, web: str) -> None:
    roland, laura = stack.person("roland"), stack.person("laura")
    assert not accepted(web, "roland", "wrong")
    assert not accepted(web, "laura", laura)
    assert accepted(web, "roland", roland)


def test_the_stack_itself_has_no_administration_listening(stack: Stack) -> None:
    seen = stack.exec("coturn", ["cat", "/proc/net/tcp", "/proc/net/tcp6"])
    listening = [line.split()[1] for line in seen.stdout.splitlines() if " 0A " in line]
    # 127.0.0.11 is the engine's own resolver; on 127.0.0.1:5766 `end-sessions` types, from inside alone.
    inside = ("0B00007F:", "0100007F:1686")
    assert {address.rpartition(":")[2] for address in listening if not address.startswith(inside)} == {"01BB"}
