"""What `dns check` and `dns push` do: ask name servers what they serve, judge it, and write the difference."""
