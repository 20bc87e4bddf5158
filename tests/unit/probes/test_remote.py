import asyncio
import subprocess
import sys
from dataclasses import replace

from rtcstack.plan.listener import Protocol, Transport
from rtcstack.probes.remote import answer_json, package_source, request_json, results_from_json
from rtcstack.probes.result import Roots
from rtcstack.probes.run import probe_all
from tests.unit.probes.servers import authority, listener, saying, served, server_context

ASKED = [
    listener(9, Protocol.STUN, Transport.UDP),
    listener(9, Protocol.XMPP_CLIENT, Transport.TCP, starttls=True),
    listener(9, Protocol.TURN, Transport.DTLS, identity=""),
]


def test_the_program_says_the_same_elsewhere_without_rtcstack() -> None:
    # -I and -S: nothing of this environment, only the standard library.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", package_source()],
        input=request_json(ASKED, authority()[0], 1.0),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    here = probe_all(ASKED, authority()[0], 1.0)
    there = results_from_json(ASKED, done.stdout)
    assert [replace(result, seconds=0) for result in there] == [replace(result, seconds=0) for result in here]


def test_whom_to_believe_goes_there_address_by_address() -> None:
    async def both() -> None:
        async with served(saying(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), server_context()) as port:
            asked = [listener(port, Protocol.HTTPS, Transport.TLS)]
            ours, other = authority()[0], authority("another CA")[0]
            for roots, ok in (
                (Roots(ours), True),
                (Roots(other), False),
                (Roots(other, {"127.0.0.1": ours, "127.0.0.2": other}), True),
                (Roots(ours, {"127.0.0.1": other}), False),
            ):
                answer = await asyncio.to_thread(answer_json, request_json(asked, roots, 1.0))
                (result,) = results_from_json(asked, answer)
                assert (result.ok, result.code) == (ok, "" if ok else "issuer")

    asyncio.run(both())


def test_a_request_goes_there_and_back() -> None:
    async def both() -> None:
        async with served(saying(b"SIP/2.0 200 OK\r\n\r\n")) as port:
            asked = [listener(port, Protocol.SIP, Transport.TCP)]
            answer = await asyncio.to_thread(answer_json, request_json(asked, b"", 1.0))
            (result,) = results_from_json(asked, answer)
            assert (result.listener, result.ok, result.happened) == (asked[0], True, "answered 200 OK")

    asyncio.run(both())
