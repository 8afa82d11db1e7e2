//! Signed actions and heartbeats: what an operator tells a site to do, and what a site tells its
//! operator of itself.
//!
//! Both are one format under two labels ([`Domain`]), so that neither can be used as the other. A
//! message names a key by its fingerprint, and the key decides how the signature is checked
//! ([`Algorithm`]): the message itself chooses nothing. What is signed are the canonical bytes
//! (`layout.rs`) exactly as they travel, with the SHA-256 of the payload in them; the payload travels
//! beside them and is never written anew.
//!
//! Three steps, each in a file: [`Channel::sign`], [`Channel::check`] (everything that needs no
//! store), [`Channel::receive`] (the same, and of all workers exactly one may act).

mod heartbeat;
mod key;
mod layout;
mod receipts;
mod sign;
mod verify;

pub use key::{Algorithm, Channel, Key, KeyError, KeyId, MIN_SECRET};
pub use layout::{ActionType, Domain, MAX_LENGTH, SnapshotId};
pub use receipts::{KEPT_MS, MAX_RECEIPT_BYTES, RETRY_AFTER, Verdict, finish};
pub use sign::{Draft, SignError};
pub use verify::{MAX_LIFETIME_MS, Message};

#[cfg(test)]
mod tests;
