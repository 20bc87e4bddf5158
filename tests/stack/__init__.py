"""The real thing on the real engine, judged by independent clients in their own containers on the macvlan."""
