"""`rtcstack certs import`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rtcstack.cli.output import remark, say_json
from rtcstack.cli.progress import steps
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    service: Annotated[str, typer.Argument(help="Whose certificate it is to be.")],
    *,
    key_file: Annotated[Path, typer.Option("--key-file", help="The key (PEM, without a passphrase).")],
    chain_file: Annotated[Path, typer.Option("--chain-file", help="Its certificate, then those of its issuers (PEM).")],
    as_json: Annotated[bool, typer.Option("--json", help="Show the result as JSON.")] = False,
) -> None:
    """Put a key and a certificate that you bring into use; a wrong pair is refused and nothing is touched."""
    from rtcstack.workflow.certificates.importing import import_certificate
    from rtcstack.workflow.context import open_installation

    installation = open_installation(settings(context).directory)
    with steps("certs import") as progress:
        done = import_certificate(installation, service, key_file, chain_file, progress)
    if as_json:
        say_json({"imported": asdict(done.renewed), "remarks": list(done.remarks)})
        return
    for line in done.remarks:
        remark(f"{service}: {line}")
    remark(
        f"{service}: it is served on every port." if done.renewed.served else f"{service} does not run: `rtcstack up` starts it."
    )
