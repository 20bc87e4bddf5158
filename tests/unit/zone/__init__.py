"""Zones as values and as text: no network, no engine; name servers' own checkers judge them under tests/stack."""
