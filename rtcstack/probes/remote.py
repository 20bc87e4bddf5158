"""The same probes in a container on the network: their source goes there as one argument, listeners and results as JSON.

Where the host has no link of its own to the services, a packet to them would leave through the default gateway; so a client
container asks instead. It needs Python and nothing of rtcstack's: what it runs is what runs here.
"""

import json
import sys
from collections.abc import Sequence
from importlib.resources import files
from ipaddress import ip_address

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.probes.result import ProbeResult, Roots
from rtcstack.probes.run import PATIENCE, probe_all

MODULES = (
    "rtcstack.plan.listener",
    *(f"rtcstack.probes.{name}" for name in ("result", "stream", "datagram", "stun", "dtls", "sip", "web", "xmpp", "dns", "mysql")),
    "rtcstack.probes.run",
    "rtcstack.probes.remote",
)
"""In the order in which they need each other."""

_LOADER = """
import sys, types
for package in ("rtcstack", "rtcstack.plan", "rtcstack.probes"):
    sys.modules[package] = types.ModuleType(package)
    sys.modules[package].__path__ = []
for name, text in sources.items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
    parent, _, child = name.rpartition(".")
    setattr(sys.modules[parent], child, module)
sys.modules["rtcstack.probes.remote"].main()
"""


def package_source() -> str:
    """Return a whole program for `python3 -c`: it reads a request from standard input and writes the results."""
    sources = {
        name: files("rtcstack").joinpath(*name.split(".")[1:-1], name.split(".")[-1] + ".py").read_text() for name in MODULES
    }
    return f"sources = {sources!r}\n{_LOADER}"


def request_json(listeners: Sequence[Listener], ca: bytes | Roots, patience: float = PATIENCE) -> bytes:
    """Given what `probe_all` takes, return it as JSON."""
    asked = [
        {
            "address": str(item.address),
            "port": item.port,
            "transport": item.transport.value,
            "protocol": item.protocol.value,
            "starttls": item.starttls,
            "internal": item.internal,
            "identity": item.identity,
        }
        for item in listeners
    ]
    roots = ca if isinstance(ca, Roots) else Roots(ca)
    # All public roots are long: each set goes there once.
    sets = list(dict.fromkeys(roots.by_address.values()))
    others = {address: sets.index(pem) for address, pem in roots.by_address.items()}
    told = {"ca": roots.default.decode("ascii"), "sets": [pem.decode("ascii") for pem in sets], "others": others}
    return json.dumps({"listeners": asked, "patience": patience} | told).encode()


def results_from_json(listeners: Sequence[Listener], answer: bytes) -> tuple[ProbeResult, ...]:
    """Given the listeners that were asked about and the answer, return the results in order. Raise ValueError if it is none."""
    return tuple(
        ProbeResult(listener=listener, **found) for listener, found in zip(listeners, json.loads(answer)["results"], strict=True)
    )


def answer_json(request: bytes) -> bytes:
    """Given a request, probe, and return the results as JSON. Raise ValueError, KeyError if it is no request."""
    asked = json.loads(request)
    listeners = [
        Listener(
            **{
                **item,
                "address": ip_address(item["address"]),
                "transport": Transport(item["transport"]),
                "protocol": Protocol(item["protocol"]),
            }
        )
        for item in asked["listeners"]
    ]
    sets = [pem.encode("ascii") for pem in asked["sets"]]
    roots = Roots(asked["ca"].encode("ascii"), {address: sets[place] for address, place in asked["others"].items()})
    results = probe_all(listeners, roots, asked["patience"])
    keys = ("ok", "tried", "happened", "seconds", "certificate_sha256", "code", "facts")
    return json.dumps({"results": [{key: getattr(result, key) for key in keys} for result in results]}).encode()


def main() -> None:
    """Answer the request on standard input."""
    sys.stdout.buffer.write(answer_json(sys.stdin.buffer.read()))
