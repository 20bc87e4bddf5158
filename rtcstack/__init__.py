"""rtcstack turns one small file into a running, provable real-time communication stack.

The house, from the street to the cellar (each layer may import those below it, never those above or beside):

    cli        parse, call one workflow, show its result; the only place that prints
    workflow   one file per story (up, down, add_user, zone …)
    services   one folder per service; a service describes, it does not act
    probes     the protocols as a client sees them        engine   the only hands: Docker, Compose, files, secrets
    change     wanted against found -> operations
    render     plan -> files
    zone       records -> zone text                       pki      requests -> keys and certificates
    plan       what must exist, as frozen values
    spec       what the administrator asked for: rtcstack.toml
    errors     one root error

Control flow: spec -> plan -> (keys, certificates, zone, rendered files) -> compare with what exists -> apply -> probe.
"""

__version__ = "0.1.0"
