"""The way to a public CA: ACME (RFC 8555) by the client library `acme`, and what the CA says in words for people.

The library has directories, accounts, binding to an external account, orders with profiles, DNS-01 and ARI. What it has not is
here, on its own messages: rollover of the account's key (RFC 8555 section 7.3.5), `replaces` in an order (RFC 9773 section 5),
more than one try after a bad nonce, and waiting as long as Retry-After says. `dns-persist-01` it does not have.
"""
