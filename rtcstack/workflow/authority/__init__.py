"""The own CA's life: which of its files count, whose key is where, its successor, what it revokes, and partners' certificates."""
