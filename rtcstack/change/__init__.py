"""Wanted against found: what differs, as operations with their cause. Pure."""
