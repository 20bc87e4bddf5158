"""`rtcstack dns`: the two commands about name servers that are not the stack's own."""

import typer

from rtcstack.cli import dns_check, dns_push

app = typer.Typer(help="Push the DNS records to a name server, or check what name servers serve.", no_args_is_help=True)
app.command("push")(dns_push.command)
app.command("check")(dns_check.command)
