"""Probes against small servers on loopback that behave well, badly, or not at all."""
