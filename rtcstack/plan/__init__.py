"""What must exist, as frozen values: addresses, listeners, containers, certificate requests, records, secrets.

Nothing here knows how a thing is made. `Service` is the shape that every folder under `rtcstack/services/` fills in;
`build` asks each of them and checks what only shows when all are seen together.
"""
