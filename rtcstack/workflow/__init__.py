"""One file per story: each wires the layers and returns a frozen result. Nothing here prints."""
