"""`rtcstack certs renew`."""

from dataclasses import asdict
from typing import Annotated

import typer

from rtcstack.cli.ca_key import FromStdin, KeyFile, with_ca_key
from rtcstack.cli.output import remark, say_json
from rtcstack.cli.progress import steps
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]…", help="Which; all if none is named.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Renew what is not due, too.")] = False,
    due: Annotated[bool, typer.Option("--due", help="For timers: after a failure wait 1, 2, 4 … 24 hours.")] = False,
    ca_key_file: KeyFile = None,
    passphrase_stdin: FromStdin = False,
    as_json: Annotated[bool, typer.Option("--json", help="Show the result as JSON.")] = False,
) -> None:
    """Renew certificates that are due, drop nobody, and look on every port; what fails leaves the old one in use."""
    from rtcstack.errors import RequestError
    from rtcstack.workflow.certificates.renew import renew_certificates
    from rtcstack.workflow.context import open_installation

    if force and due:
        raise RequestError("--force and --due do not go together")
    installation = open_installation(settings(context).directory)
    if not due:
        # A timer has nobody to ask.
        installation = with_ca_key(installation, ca_key_file, passphrase_stdin=passphrase_stdin)
    with steps("certs renew") as progress:
        done = renew_certificates(installation, services or (), force=force, by_timer=due, progress=progress)
    if as_json:
        failed = [{"service": name, "reason": reason} for name, reason in done.failed.items()]
        say_json({"renewed": [asdict(entry) for entry in done.renewed], "failed": failed, "remarks": list(done.told)})
        raise typer.Exit(1 if failed else 0)
    for entry in done.renewed:
        remark(f"{entry.service}: {entry.sha256_after[:16]}… is served on every port, in place of {entry.sha256_before[:16]}…")
    for line in done.told:
        remark(line)
    for name, reason in done.failed.items():
        remark(f"rtcstack: {name}: {reason}")
    if not done.renewed and not done.failed and not due:
        remark("Nothing is due (see `rtcstack certs`); --force renews all the same.")
    raise typer.Exit(1 if done.failed else 0)
