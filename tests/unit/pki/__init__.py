"""The own CA, judged by the verifier of `cryptography`; openssl and gnutls judge it under tests/stack."""
