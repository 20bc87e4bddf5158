"""`rtcstack certs acme`: the public CA and our account there."""

import typer

from rtcstack.cli import certs_acme_rollover, certs_acme_show

app = typer.Typer(help="The public CA (ACME), and our account there.", no_args_is_help=True)
app.command("show")(certs_acme_show.command)
app.command("rollover")(certs_acme_rollover.command)
