"""`init`: a commented file that is complete, and small enough to be read."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rtcstack.change.proposal import LinkFacts, Proposal, proposal
from rtcstack.engine import host
from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import desktop, rootless
from rtcstack.engine.files import PUBLIC, write_atomic
from rtcstack.errors import RequestError, WorldError
from rtcstack.spec.load import FILE
from rtcstack.spec.model import Driver
from rtcstack.workflow.context import plan_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What cannot be known: the domain, the link to the LAN ("auto" for a private network), its subnets and the driver."""

    domain: str
    parent: str = "auto"
    subnet: str = "198.51.100.0/24"
    subnet6: str = "2001:db8:1000:2000::/64"
    admins: tuple[str, ...] = ()
    driver: Driver = "macvlan"


def propose(parent: str) -> Proposal:
    """Given the name of a link of this host, look at it and the engine and return the driver that works there."""
    info: Mapping[str, object] = {}
    # Whoever has no engine yet gets the file all the same: `up` looks again.
    with contextlib.suppress(WorldError), Engine() as engine:
        info = engine.info()
    return proposal(
        LinkFacts(
            name=parent,
            wireless=host.wireless(parent),
            driver=host.kind(parent),
            vendor=host.vendor(),
            rootless=rootless(info),
            desktop=desktop(info),
        )
    )


def file_text(answers: Answers) -> str:
    """Given the answers, return the text of `rtcstack.toml`."""
    admins = ", ".join(f'"{name}"' for name in answers.admins)
    six = f'subnet6 = "{answers.subnet6}"' if answers.subnet6 else '# subnet6 = "2001:db8:1000:2000::/64"'
    driver = "" if answers.driver == "macvlan" else f'driver = "{answers.driver}"\n'
    if answers.driver == "host":
        driver += "add_addresses = true               # give the addresses to this link, and take them back with `down`\n"
    access = '# host_access = true                  # may this host itself reach the services? default: only with parent "auto"\n'
    if answers.driver == "host":
        access = ""
    return f"""\
# What this stack shall be. After a change: `rtcstack plan` shows what would happen, `rtcstack up` does it.
domain = "{answers.domain}"
admins = [{admins}]

# ports = "443"                       # or "standard": 3478/5349, 5061, 5222/5269 …; or "both"
# aliases = ["sip.{answers.domain}"]

[network]
{driver}parent = "{answers.parent}"  # the host's link to the LAN, like "eth0"; "auto": a private network
subnet = "{answers.subnet}"
{six}
# gateway = "…"                       # default: the first address of the subnet
# range = "…/27"                      # part of the subnet that is free for the services
# avoid = ["…-…"]                     # what others give out, like your DHCP server's range: none of ours may be in it
{access}
# [services.coturn]
# address = "…"                       # default: a fixed place in the range, see the table in the README

# [services.dns]
# enabled = true                      # a name server of its own for this zone, signed; default: paste `rtcstack zone` into yours
"""


def init(directory: Path, answers: Answers) -> Path:
    """Given a directory and answers, write the file there. Raise RequestError if there is one, or if it would be wrong."""
    path = directory / FILE
    if path.exists():
        raise RequestError(f"there is a {FILE} in {directory} already", hint="Edit it, or choose another folder with --directory.")
    text = file_text(answers)
    plan_text(directory, text)
    write_atomic(path, text.encode(), PUBLIC)
    return path
