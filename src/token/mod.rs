//! Tokens of every kind: one layout, one function that issues them, one that verifies them.
//!
//! A token carries its fields in the clear, with an HMAC-SHA256 tag over them. It has no algorithm field,
//! so a token cannot choose how it is verified. The key id only selects one of the keys that the site
//! holds. The use of a token is restricted by its [`Kind`], which has a key of its own, and by its
//! binding: 32 bytes that the verifier computes again from the facts that it knows.
//!
//! ```
//! use countersign::clock::Timestamp;
//! use countersign::keyring::{Keyring, SiteId};
//! use countersign::reason::Reason;
//! use countersign::token::{Kind, NewToken, audience, issue, verify, verify_bound};
//!
//! let keyring = Keyring::open(SiteId::new([1; 8]), &[b'k'; 64], &[])?;
//! let now = Timestamp::from_seconds(1_800_000_000);
//! let token = issue(
//!     &keyring,
//!     &NewToken {
//!         kind: Kind::Access,
//!         subject: 7, // The connection.
//!         epoch: 0,
//!         binding: audience("https://example.org/mcp"),
//!         lifetime: 3600,
//!         id: [9; 12], // Random bytes in real use.
//!         issued: now,
//!     },
//! );
//!
//! let claims = verify(&keyring, Kind::Access, token.as_bytes(), now)?;
//! assert_eq!(claims.subject, 7);
//!
//! let other = audience("https://example.org/other");
//! let refused = verify_bound(&keyring, Kind::Access, token.as_bytes(), || other, now);
//! assert_eq!(refused, Err(Reason::TokenWrongAudience));
//! # Ok::<(), Reason>(())
//! ```

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
