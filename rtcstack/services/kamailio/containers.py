"""kamailio's container: its own user, nothing writable but a little memory, both legs pinned."""

from rtcstack.plan.container import Attachment, Container, Healthcheck, Tmpfs
from rtcstack.plan.listener import Address

OWNER = (902, 902)
"""uid and gid, fixed in images/kamailio."""

BACKEND = 5
"""Place on the backend network."""


def container(name: str, legs: tuple[Attachment, ...], check: tuple[str, int, Address]) -> Container:
    """Given its legs and what the health check asks (name, port, address), return the container."""
    hostname, port, address = check
    return Container(
        name=name,
        image="kamailio",
        command=("/usr/local/bin/kamailio-start",),
        user=OWNER,
        attachments=legs,
        tmpfs=(Tmpfs(target="/run/kamailio", size=1),),
        memory=512,
        healthcheck=Healthcheck(command=("/usr/local/bin/kamailio-healthy", hostname, str(port), str(address))),
        stop_seconds=5,
    )
