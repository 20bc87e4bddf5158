"""XMPP by prosody: chat, rooms with history, file upload, and servers that talk to servers, all reachable on port 443.

In "443" prosody has two addresses (see `layout`): on the first one TLS from the first byte for clients and the web, on the
second one plain streams that turn to TLS (STARTTLS) for clients and servers. In "standard" one address with the usual ports.
`service` puts the pieces together: `containers`, `listeners`, `records` (DNS), `certificate`, `database` (its tables),
`config` (the rendered files), `turn` (what XEP-0215 hands out), `account` with `scram` and `saslprep` (people).
"""

from rtcstack.services.prosody.service import Prosody

SERVICES = (Prosody(),)
