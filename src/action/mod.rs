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

mod domain;
mod heartbeat;
mod key;
mod layout;
mod receipts;
mod sign;
mod verify;

pub use domain::Domain;
pub use key::{ActionKey, ActionKeyError, ActionKeyId, Algorithm, Channel, MIN_SECRET};
pub use layout::{ActionType, MAX_LENGTH, SnapshotId};
pub use receipts::{KEPT_MS, MAX_RECEIPT_BYTES, RETRY_AFTER, ReceivedAction, finish};
pub use sign::{SignError, UnsignedAction};
pub use verify::{MAX_LIFETIME_MS, VerifiedAction};

#[cfg(test)]
mod tests;
