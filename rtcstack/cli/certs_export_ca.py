"""`rtcstack certs export-ca`."""

from pathlib import Path
from typing import Annotated

import typer

from rtcstack.cli.output import remark, say, say_bytes
from rtcstack.cli.settings import settings


def command(
    context: typer.Context,
    *,
    form: Annotated[
        str, typer.Option("--format", help="pem, der, apple (.mobileconfig), or text: what to type on each system.")
    ] = "pem",
    output: Annotated[Path | None, typer.Option(help="Write to this file, readable by everybody, instead of showing it.")] = None,
    qr: Annotated[
        str, typer.Option(help="Show a QR code of this address, where you put the file; with --output an SVG picture.")
    ] = "",
) -> None:
    """Export the CA's certificate for telephones, browsers and computers. It holds no secret."""
    from rtcstack.engine.files import PUBLIC, write_atomic
    from rtcstack.pki import qr as codes
    from rtcstack.pki.export import fingerprint_text
    from rtcstack.workflow.authority.export import export_ca
    from rtcstack.workflow.authority.material import certificate
    from rtcstack.workflow.context import open_installation

    installation = open_installation(settings(context).directory)
    told = f"Compare before you trust it (SHA-256): {fingerprint_text(certificate(installation.vault))}"
    content = codes.svg(qr) if qr and output else b"" if qr else export_ca(installation, form)
    if output:
        write_atomic(output, content, PUBLIC)
        remark(f"{output} is written. {told}")
        return
    if qr:
        say(codes.terminal(qr))
        remark(told)
        return
    say_bytes(content)
