"""The protocols as a client sees them. Each probe is bounded in time and names what it tried and what happened.

`run.probe_all` asks many listeners at once; the other modules are one protocol each. Standard library only, nothing of Docker:
the same files run on the host and, where no link of ours leads to the services, inside a client container (`remote`).
The `dns_…` modules ask other people's name servers for `dns push` and `dns check`: with dnspython, and only from here.
"""
