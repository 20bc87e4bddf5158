"""Requests to keys and certificates as bytes: the own CA. Pure: the clock is passed in, nothing is written."""
