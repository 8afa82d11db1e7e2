//! Signing an action or a heartbeat.

use super::key::Channel;
use super::layout::{self, ActionFields, ActionType, SnapshotId};
use super::verify::MAX_LIFETIME_MS;
use crate::bytes::sha256;
use crate::clock::Timestamp;

/// What is to be signed.
#[derive(Debug, Clone)]
pub struct UnsignedAction<'a> {
    /// Its id. Random; the same again when the same action is signed again, so that it runs once.
    pub id: [u8; 16],
    /// What kind it is.
    pub action_type: ActionType,
    /// The bytes that travel beside it.
    pub payload: &'a [u8],
    /// The snapshot it relies on.
    pub snapshot: Option<SnapshotId>,
    /// When it is signed.
    pub issued: Timestamp,
    /// Milliseconds from then in which it is good, 1 to [`MAX_LIFETIME_MS`].
    pub lifetime_ms: u64,
    /// Random, new with every signature.
    pub nonce: [u8; 16],
}

/// Why nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// No verifier would accept it.
    #[error("the lifetime must be more than 0 and at most 300 seconds")]
    Lifetime,
    /// All keys are public ones.
    #[error("none of the keys can sign")]
    NoSigner,
}

impl Channel {
    /// The header value that carries `draft`, signed by the first key that can sign.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(&self, draft: &UnsignedAction<'_>) -> Result<String, SignError> {
        if !(1..=MAX_LIFETIME_MS).contains(&draft.lifetime_ms) {
            return Err(SignError::Lifetime);
        }
        let key = self.signer().ok_or(SignError::NoSigner)?;
        let signed = ActionFields {
            key_id: key.id,
            site: self.site,
            id: draft.id,
            action_type: draft.action_type.clone(),
            issued: draft.issued,
            expires: draft.issued.plus_millis(draft.lifetime_ms),
            nonce: draft.nonce,
            digest: sha256(draft.payload),
            snapshot: draft.snapshot.clone(),
        }
        .to_bytes(self.domain);
        let signature = key.sign(&signed).ok_or(SignError::NoSigner)?;
        Ok(layout::encode(self.domain, &signed, &signature))
    }
}
