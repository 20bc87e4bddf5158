"""Many people at once: read, checked as a whole, hashed into a spool, and written in transactions that a kill cannot halve."""
