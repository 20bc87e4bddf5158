"""Certificates of a public CA (RFC 8555): account, orders, proofs in the DNS, and when the next one is due."""
