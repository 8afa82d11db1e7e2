//! Tokens of every kind: one layout, one way to issue, one way to verify.
//!
//! A token carries its fields in the clear and an HMAC-SHA256 tag over them. There is no algorithm
//! field and nothing in a token chooses how it is checked; the key id only selects among the
//! generations this site holds. What a token is good for is fixed by its [`Kind`], which has a key of
//! its own, and by its binding: 32 bytes that the verifier computes anew from what it knows.

mod binding;
mod issue;
mod kind;
mod layout;
mod peek;
mod verify;

pub use binding::{audience, bind};
pub use issue::{MAX_LIFETIME, NewToken, issue, lifetime};
pub use kind::Kind;
pub use layout::LENGTH;
pub use peek::{UnverifiedToken, peek};
pub use verify::{Claims, peek_kind, verify, verify_bound};

#[cfg(test)]
mod tests;
