"""The end of an overlap: when its time has come, any command lets the old secret be refused, in passing.

`up` and `rotate-secrets` come to it by comparing. Other commands call this, which costs a look at a few files if nothing is due.
"""

import contextlib
import time

from rtcstack.engine import rotation
from rtcstack.engine.docker import Engine
from rtcstack.engine.lock import locked
from rtcstack.engine.rotation import Phase
from rtcstack.errors import WorldError
from rtcstack.plan.artefact import Artefact
from rtcstack.plan.secret import with_accepted
from rtcstack.workflow.context import Installation
from rtcstack.workflow.live import take_up
from rtcstack.workflow.secrets import UnderWay, secrets_of, under_way


def forget_expired(installation: Installation, engine: Engine) -> None:
    """Given an installation, refuse every old secret whose time is over from now on, and forget it.

    Never an error, and never a wait for another rtcstack: what cannot be done now, a later command does.
    """
    with contextlib.suppress(WorldError):
        if _over(installation):
            with locked(installation.directory, patience=0):
                for state in _over(installation):
                    take_up(installation, engine, acceptors(installation, state))
                    rotation.end(installation.vault, state.request.name)


def _over(installation: Installation) -> list[UnderWay]:
    # Without an overlap a service restarts for it, which is for the commands that ask first.
    return [state for state in under_way(installation, time.time()) if state.phase is Phase.OVER and state.request.overlap]


def acceptors(installation: Installation, state: UnderWay) -> list[str]:
    """Given a secret whose old value must be refused, return the services that check it and take that up while they run."""
    after = secrets_of(installation, time.time())
    before = after | with_accepted(state.request.name, (state.rotation.new, state.rotation.old))

    def live(service: str, secrets: dict[str, str]) -> list[Artefact]:
        return [a for a in installation.service(service).files(installation.stack, secrets) if a.live]

    return [service.name for service in installation.stack.services if live(service.name, before) != live(service.name, after)]
