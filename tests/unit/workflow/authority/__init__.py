"""The own CA's life in a real vault, without an engine; tests/stack shows it to real clients."""
