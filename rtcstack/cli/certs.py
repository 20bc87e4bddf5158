"""`rtcstack certs`: the commands about certificates and the own CA."""

import typer

from rtcstack.cli import (
    certs_acme,
    certs_clients,
    certs_crl,
    certs_export_ca,
    certs_import,
    certs_issue_client,
    certs_protect_ca,
    certs_renew,
    certs_revoke,
    certs_rotate_ca,
    certs_table,
)

app = typer.Typer(help="Certificates, and the life of the own CA.", callback=certs_table.command, invoke_without_command=True)
app.command("renew")(certs_renew.command)
app.command("import")(certs_import.command)
app.command("export-ca")(certs_export_ca.command)
app.command("rotate-ca")(certs_rotate_ca.command)
app.command("protect-ca")(certs_protect_ca.command)
app.command("revoke")(certs_revoke.command)
app.command("crl")(certs_crl.command)
app.command("issue-client")(certs_issue_client.command)
app.command("clients")(certs_clients.command)
app.add_typer(certs_acme.app, name="acme")
