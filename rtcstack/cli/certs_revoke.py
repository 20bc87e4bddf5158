"""`rtcstack certs revoke`."""

from typing import Annotated

import typer

from rtcstack.cli.ca_key import FromStdin, KeyFile, with_ca_key
from rtcstack.cli.output import remark, say_json
from rtcstack.cli.progress import steps
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="SERVICE|PARTNER|SERIAL", help="Whose certificate, or its serial number.")],
    *,
    unlisted: Annotated[bool, typer.Option("--unlisted", help="Revoke a serial number of which nothing is kept here.")] = False,
    ca_key_file: KeyFile = None,
    passphrase_stdin: FromStdin = False,
    as_json: Annotated[bool, typer.Option("--json", help="Show the result as JSON.")] = False,
) -> None:
    """Revoke a certificate of the own CA: our services refuse whoever shows it from now on. It cannot be taken back."""
    from rtcstack.pki.revocation import serial_text
    from rtcstack.workflow.authority.revoke import revoke
    from rtcstack.workflow.context import open_installation

    installation = with_ca_key(open_installation(settings(context).directory), ca_key_file, passphrase_stdin=passphrase_stdin)
    with steps("certs revoke") as progress:
        done = revoke(installation, what, unlisted=unlisted, progress=progress)
    serials = [serial_text(serial) for serial in done.serials]
    if as_json:
        say_json({"revoked": serials, "service": done.service or None, "told": list(done.told)})
        return
    for serial in serials:
        remark(f"Revoked: {serial}")
    if done.service:
        remark("Telephones and browsers do not ask for lists of revoked certificates, so it must go out of use too:")
        remark(f"type `rtcstack certs renew --force {done.service}`.")
