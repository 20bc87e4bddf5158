"""`logs`: what the containers wrote, through Compose, which knows how to follow and to colour."""

from rtcstack.errors import RequestError
from rtcstack.render.compose import FILE
from rtcstack.workflow.context import Installation


def logs_argv(installation: Installation, service: str, *, lines: int, follow: bool) -> tuple[str, ...]:
    """Given an installation and a service ("" for all), return the command that shows its log. Raise RequestError if unknown."""
    plans = installation.stack.services
    names = [plan.name for plan in plans]
    if service and service not in names:
        raise RequestError(f"there is no service {service}", hint=f"Services: {', '.join(names)}.")
    if not (installation.compose / FILE).is_file():
        raise RequestError("nothing has been started here", hint="Type `rtcstack up` first.")
    containers = [c.name for plan in plans if plan.name == service for c in plan.containers if not c.setup]
    argv = ["docker", "compose", "--file", str(installation.compose / FILE), "logs", "--tail", str(lines)]
    return (*argv, *(["--follow"] if follow else []), *containers)
