"""Values in, values out: no network, no engine, a fixed clock."""
