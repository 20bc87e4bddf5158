"""Unit tests of the SIP server's folder."""
