"""Knot's own file, and one file for each zone.

The server signs and numbers for itself: what is rendered is the unsigned zone with the serial number 1, which it never serves.
It compares the file with what it serves, takes over the difference, and raises the number. So equal records are an equal file.
"""

from collections.abc import Iterator, Mapping

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.secret import TRUST
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan
from rtcstack.render.template import render
from rtcstack.zone import bind
from rtcstack.zone.build import zones
from rtcstack.zone.complete import complete, name_server

OWNER = (906, 906)
"""uid and gid, fixed in images/dns."""
CONFIGURATION = "knot.conf"
STATE = "/var/lib/knot"
"""Keys, journal and timers: all that must survive."""
SOCKET = "/run/knot/knot.sock"
UNNUMBERED = 1
"""The serial number in the files: it says nothing."""


def files(stack: StackPlan, service: ServicePlan, secrets: Mapping[str, str]) -> Iterator[Artefact]:
    """Given the whole plan, the name server's own and what rendering knows, yield the configuration and the zones."""
    server = name_server(stack)
    found = zones(stack, secrets.get(TRUST, ""))
    names = [zone.origin.to_text(omit_final_dot=True) for zone in found]
    configuration = render(__package__, "knot.conf.j2", addresses=service.addresses, zones=names, state=STATE, socket=SOCKET)
    yield Artefact(path=CONFIGURATION, content=configuration, owner=OWNER)
    for name, zone in zip(names, found, strict=True):
        content = bind.text(complete(zone, server, UNNUMBERED)).encode()
        yield Artefact(path=f"zones/{name}.zone", content=content, owner=OWNER, live=True)
