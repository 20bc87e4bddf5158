"""The protocols as a client sees them. Each probe is bounded in time and names what it tried and what happened."""
