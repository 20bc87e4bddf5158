"""`rotate-secrets`: new secrets in place of old ones, so that whoever uses the old one in good faith is not cut off by it.

The shared secret of short-lived TURN credentials changes without a restart: turnserver accepts both values, then prosody hands out
by the new one, and the old one is refused when the last credential made with it has expired. The database passwords change one
service at a time, and MariaDB accepts both in between; who reads a password only at the start must be restarted.
"""

import time
from dataclasses import dataclass

from rtcstack.change.diff import operations
from rtcstack.change.operation import Action, Operation
from rtcstack.engine import rotation
from rtcstack.engine.docker import Engine
from rtcstack.engine.lock import locked
from rtcstack.engine.rotation import Phase
from rtcstack.errors import RequestError
from rtcstack.plan.secret import SecretRequest
from rtcstack.workflow.apply import Progress
from rtcstack.workflow.context import Installation
from rtcstack.workflow.converge import Confirm, compare, converge, refuse
from rtcstack.workflow.desired import desired
from rtcstack.workflow.observe import found, sweep
from rtcstack.workflow.secrets import imagined, secrets_of, under_way

_REFUSED = "credentials made with the old one are refused from now on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What became of a secret: `until` is the time (seconds since 1970) until which the old one is accepted, 0 if it is refused."""

    secret: str
    until: float


def rotate_secrets(
    installation: Installation, *, database: bool, finish: bool, confirm: Confirm, progress: Progress
) -> tuple[Rotated, ...]:
    """Given an installation that stands, replace its shared secret, or with `database` what services must restart for.

    What a kill interrupted is completed first, and not begun again. While old credentials are still accepted, no second replacement
    begins; `finish` ends that time now. `confirm` is asked before anybody is cut off. Raise RequestError if the file asks for
    changes that are not made yet, WorldError if the world fails; typing the command again completes it.
    """
    with locked(installation.directory) as lock, Engine() as engine:
        refuse(installation, engine)
        sweep(installation, engine)
        wanted = _wanted(installation, database)
        before = under_way(installation, time.time())
        interrupted = {state.request.name for state in before if state.phase is not Phase.OVERLAP}
        busy = {state.request.name for state in before}
        if interrupted:
            converge(installation, engine, lock, confirm=confirm, progress=progress)
        else:
            _refuse_pending(installation, engine)
        if finish:
            begun = _finish(installation, confirm)
        else:
            begun = _begin(installation, engine, [request for request in wanted if request.name not in busy], confirm)
        if begun:
            converge(installation, engine, lock, confirm=_nothing, progress=progress)
        until = {state.request.name: state.until for state in under_way(installation, time.time())}
        told = interrupted | begun | (busy & {request.name for request in wanted})
        return tuple(Rotated(secret=name, until=until.get(name, 0)) for name in sorted(told))


def _nothing(_: tuple[Operation, ...]) -> None:
    """Do not ask again: what follows from a yes was asked before."""


def _wanted(installation: Installation, database: bool) -> list[SecretRequest]:  # noqa: FBT001 - two kinds of secrets
    return [r for r in installation.stack.secrets if r.overlap is not None and (r.overlap == 0) is database]


def _refuse_pending(installation: Installation, engine: Engine) -> None:
    steps = compare(installation, engine, time.time())[1]
    if steps:
        more = f", and {len(steps) - 1} more" if len(steps) > 1 else ""
        raise RequestError(f"the stack is not as rtcstack.toml says ({steps[0]}{more})", hint="Type `rtcstack up` first.")


def _begin(installation: Installation, engine: Engine, chosen: list[SecretRequest], confirm: Confirm) -> set[str]:
    steps = _preview(installation, engine, chosen)
    if any(step.destructive for step in steps):
        confirm(steps)
    for request in chosen:
        rotation.begin(installation.vault, request)
    return {request.name for request in chosen}


def _preview(installation: Installation, engine: Engine, chosen: list[SecretRequest]) -> tuple[Operation, ...]:
    now = time.time()
    target = desired(installation, imagined(secrets_of(installation, now), chosen), now, api=engine.api_version)
    steps = operations(target.wanted, found(installation, engine, target.wanted))
    return tuple(step for step in steps if step.action not in (Action.WRITE, Action.DELIVER))


def _finish(installation: Installation, confirm: Confirm) -> set[str]:
    states = [state for state in under_way(installation, time.time()) if state.phase is Phase.OVERLAP]
    steps = tuple(Operation(action=Action.ROTATE, target=s.request.name, cause=_REFUSED, destructive=True) for s in states)
    if steps:
        confirm(steps)
    for state in states:
        # Since long ago: then the time of the old one is over.
        rotation.settle(installation.vault, state.request.name, state.rotation, 1)
    return {state.request.name for state in states}
