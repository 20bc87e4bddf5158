"""coturn: STUN and TURN, so that two people behind any firewall can exchange media (RFC 8489, RFC 8656).

Two services of one class live here, because one coturn process takes only one kind of credential (its manual: the shared
secret overrides user names and passwords): `coturn` knows people by their passwords, from the database, and
`coturn-ephemeral` knows short-lived credentials by a shared secret (XEP-0215 and web visitors).

What stands where: `options` what the file may say, `denied` which peers are never relayed to, `records` the DNS,
`schema` the database, `account` a person's rows, `service` joins them; the templates are coturn's own configuration.
"""

from rtcstack.plan.service import Service
from rtcstack.services.coturn.service import Coturn

SERVICES: tuple[Service, ...] = (
    Coturn(name="coturn", role="turn", offset=10, backend=3, label="turn-server", ephemeral=False),
    Coturn(name="coturn-ephemeral", role="turn-ephemeral", offset=12, backend=4, label="turn-ephemeral", ephemeral=True),
)
