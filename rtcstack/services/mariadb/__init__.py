"""The database of the other services: small, not unsafe, reachable on the internal network alone.

It provides what the others ask for by `DatabaseRequest`: a database, a user bound to its service's address, a schema. Nobody
has a password for the whole of it: its own uid administers over the socket.
"""

from rtcstack.services.mariadb.service import MariaDB

SERVICES = (MariaDB(),)
