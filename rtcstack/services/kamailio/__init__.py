"""kamailio, the SIP server: people register their phones here and call each other, over TLS, WebSocket and, if asked, UDP.

One person has one name and many domains: the domain and all its aliases mean the same people. Every phone is reached on the
connection from which it wrote, so that the server never opens one to a place that a stranger names. Nothing is relayed for
anybody who has not logged in, and nothing to other domains.
"""

from rtcstack.services.kamailio.service import Kamailio

SERVICES = (Kamailio(),)
