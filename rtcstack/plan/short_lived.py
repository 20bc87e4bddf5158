"""Short-lived credentials for TURN: what the service that hands them out and the one that checks them must agree about."""

LIFETIME = 1_800
"""Seconds that one can be used for a new relay. A relay goes on after it: turnserver looks at the time only once."""
