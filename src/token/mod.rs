//! Tokens of every kind: one layout, one way to issue, one way to verify.
