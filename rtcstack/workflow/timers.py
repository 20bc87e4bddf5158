"""`install-timers`: let certificates be renewed by themselves, by what this machine has for that."""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import rtcstack
from rtcstack.engine import timers
from rtcstack.engine.docker import Engine
from rtcstack.engine.images import REPOSITORY, reference
from rtcstack.engine.lock import locked
from rtcstack.errors import RequestError, WorldError
from rtcstack.render.timers import Call, base_name, cron_line
from rtcstack.workflow.context import Installation
from rtcstack.workflow.desired import TOOLS

SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What calls renewals now (`systemd` or `cron`), and what is left to be typed by somebody with more rights ("" if nothing)."""

    how: str
    left: str


def call(installation: Installation) -> Call:
    """Given an installation, return how rtcstack is called for it: by the owner of its directory. Raise RequestError."""
    directory = installation.directory
    found = Call(
        python=sys.executable,
        package=str(Path(rtcstack.__file__).resolve().parents[1]),
        directory=str(directory),
        user=_owner(directory),
        host=os.environ.get("DOCKER_HOST", ""),
    )
    if not all(text.isprintable() for text in (*found.argv, found.package, found.host)):
        raise RequestError(f"{directory} has a name that no timer can be given", hint="Rename the folder.")
    return found


def install(installation: Installation) -> Installed:
    """Given an installation that stands, put the timer in place. Raise WorldError, with what to do by hand, where there is none."""
    wanted = call(installation)
    how = timers.kind()
    if not how:
        command = cron_line(installation.stack, wanted)
        raise WorldError(
            "neither systemd nor cron runs on this machine, so nothing can call rtcstack by itself",
            hint=f"Let whatever you use instead do this once an hour (as a line for cron):\n{command}",
        )
    with locked(installation.directory), Engine() as engine:
        timers.install(engine, _tools(engine), installation.stack, wanted, how)
    return Installed(how=how, left=_start(installation) if how == "systemd" else "")


def remove(installation: Installation) -> bool:
    """Given an installation, take the timer away; return whether there was one."""
    with locked(installation.directory), Engine() as engine:
        return timers.remove(engine, _tools(engine), installation.stack)


def _owner(directory: Path) -> str:
    uid = directory.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise RequestError(f"{directory} belongs to uid {uid}, whom this machine does not know", hint="Change its owner.") from None


def _tools(engine: Engine) -> str:
    tools = reference(TOOLS)
    if tools not in engine.images(f"{REPOSITORY}/"):
        raise WorldError("this version of rtcstack has not made this stack yet", hint="Type `rtcstack up`.")
    return tools


def _start(installation: Installation) -> str:
    # From inside a container systemd cannot be told; whoever is root here can tell it.
    timer = f"{base_name(installation.stack)}.timer"
    todo = f"systemctl daemon-reload && systemctl restart {timer}"
    if os.geteuid() != 0 or shutil.which("systemctl") is None:
        return f"sudo sh -c '{todo}'"
    for words in (["systemctl", "daemon-reload"], ["systemctl", "restart", timer]):
        if subprocess.run(words, capture_output=True, timeout=SECONDS, check=False).returncode != 0:
            return todo
    return ""
