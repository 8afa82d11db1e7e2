//! Signed actions, with which an operator tells a site what to do, and heartbeats, in which a site
//! reports its state to its operator.
//!
//! Both have the same format under two labels ([`Domain`]), so that one is never accepted as the other.
//! A message names its key by a fingerprint, and the key determines the algorithm ([`Algorithm`]); the
//! message cannot choose it. The signature covers the canonical bytes (`layout.rs`) exactly as they are
//! transmitted. They contain the SHA-256 of the payload. The payload is sent separately and is verified
//! byte for byte as it was received.
//!
//! [`Channel::sign`] signs a message. [`Channel::check`] verifies everything that needs no store.
//! [`Channel::receive`] does the same and ensures that exactly one worker runs each action.
//!
//! ```
//! use countersign::action::{
//!     ActionKey, ActionType, Channel, Domain, ReceivedAction, UnsignedAction, finish,
//! };
//! use countersign::clock::Timestamp;
//! use countersign::keyring::SiteId;
//! use countersign::store::MemoryStore;
//!
//! let (started, now) = (Timestamp::from_seconds(1_700_000_000), Timestamp::from_seconds(1_800_000_000));
//! let (store, site) = (MemoryStore::new(started), SiteId::new([1; 8]));
//! let channel = Channel::new(Domain::Action, site, &[&ActionKey::hmac(&[7; 32])?])?;
//!
//! // The operator signs and sends the payload with this header.
//! let header = channel.sign(&UnsignedAction {
//!     id: [1; 16], // Random bytes in real use.
//!     action_type: ActionType::parse("update_plugin").unwrap(),
//!     payload: b"{}",
//!     snapshot: None,
//!     issued: now,
//!     lifetime_ms: 300_000,
//!     nonce: [2; 16], // Random bytes in real use.
//! })?;
//!
//! // The site runs the action once. A sender that repeats the action gets the receipt.
//! match channel.receive(&store, header.as_bytes(), b"{}", now) {
//!     ReceivedAction::Accepted(action) => assert!(finish(&store, &action, b"done")?),
//!     other => panic!("{other:?}"),
//! }
//! let again = channel.receive(&store, header.as_bytes(), b"{}", now);
//! assert!(matches!(again, ReceivedAction::Receipt(_, receipt) if receipt == b"done"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
