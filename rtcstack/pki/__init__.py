"""Requests to keys and certificates as bytes: the own CA. Pure: the clock is passed in, nothing is written.

`ca` makes the authority, `issue` a service's certificate, `certificates` reads one back and says whether it is still right.
What the CA's own constraints cannot bound (SIP URIs, SRV-IDs), `identity` refuses before anything is signed.
"""
