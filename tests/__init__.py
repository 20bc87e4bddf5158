"""Unit tests need no network and no engine; stack tests drive the real thing with clients that we did not write."""
