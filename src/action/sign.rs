//! Signing of actions and heartbeats.

use super::key::Channel;
use super::layout::{self, ActionFields, ActionType, SnapshotId};
use super::verify::MAX_LIFETIME_MS;
use crate::bytes::sha256;
use crate::clock::Timestamp;

/// The contents of an action or heartbeat to be signed.
#[derive(Debug, Clone)]
pub struct UnsignedAction<'a> {
    /// The id: random bytes. An action that is signed again keeps its id, so that it runs once.
    pub id: [u8; 16],
    /// The type of the action.
    pub action_type: ActionType,
    /// The bytes that are sent together with the header value.
    pub payload: &'a [u8],
    /// The snapshot on which the action relies.
    pub snapshot: Option<SnapshotId>,
    /// The time of the signature.
    pub issued: Timestamp,
    /// The lifetime after `issued`, in milliseconds: 1 to [`MAX_LIFETIME_MS`].
    pub lifetime_ms: u64,
    /// The nonce: random bytes, new for every signature.
    pub nonce: [u8; 16],
}

/// Why nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The lifetime is not within 1 to [`MAX_LIFETIME_MS`].
    #[error("the lifetime must be more than 0 and at most 300 seconds")]
    Lifetime,
    /// All keys of the channel are public keys.
    #[error("the channel has no key that can sign")]
    NoSigner,
}

impl Channel {
    /// Signs `action` with the first key that can sign, and returns the header value.
    ///
    /// # Errors
    /// [`SignError::Lifetime`] if the lifetime is not within 1 to [`MAX_LIFETIME_MS`], and
    /// [`SignError::NoSigner`] if no key can sign.
    pub fn sign(&self, action: &UnsignedAction<'_>) -> Result<String, SignError> {
        if !(1..=MAX_LIFETIME_MS).contains(&action.lifetime_ms) {
            return Err(SignError::Lifetime);
        }
        let key = self.signer().ok_or(SignError::NoSigner)?;
        let signed = ActionFields {
            key_id: key.id,
            site: self.site,
            id: action.id,
            action_type: action.action_type.clone(),
            issued: action.issued,
            expires: action.issued.plus_millis(action.lifetime_ms),
            nonce: action.nonce,
            digest: sha256(action.payload),
            snapshot: action.snapshot.clone(),
        }
        .to_bytes(self.domain);
        let signature = key.sign(&signed).ok_or(SignError::NoSigner)?;
        Ok(layout::encode(self.domain, &signed, &signature))
    }
}
