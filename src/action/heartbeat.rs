//! Heartbeats: the messages in which a site tells its operator about itself.

use super::key::Channel;
use super::layout::ActionType;
use super::receipts::ReceivedAction;
use super::sign::{SignError, UnsignedAction};
use super::verify::VerifiedAction;
use crate::clock::Timestamp;
use crate::decision::Denial;
use crate::reason::Reason;
use crate::store::Store;

impl Channel {
    /// Signs a heartbeat with `payload`. `id` and `nonce` must be random; `lifetime_ms` is 1 to 300,000.
    ///
    /// # Errors
    /// As [`Channel::sign`].
    pub fn sign_heartbeat(
        &self,
        payload: &[u8],
        issued: Timestamp,
        lifetime_ms: u64,
        id: [u8; 16],
        nonce: [u8; 16],
    ) -> Result<String, SignError> {
        self.sign(&UnsignedAction {
            id,
            action_type: ActionType::heartbeat(),
            payload,
            snapshot: None,
            issued,
            lifetime_ms,
            nonce,
        })
    }

    /// Verifies a heartbeat as [`Channel::receive`] does. A heartbeat has no receipt, so one that comes twice is refused.
    ///
    /// # Errors
    /// The denial with which it is refused; [`Reason::ActionReplayed`] for one that was received before.
    pub fn receive_heartbeat(
        &self,
        store: &dyn Store,
        text: &[u8],
        payload: &[u8],
        now: Timestamp,
    ) -> Result<VerifiedAction, Denial> {
        match self.receive(store, text, payload, now) {
            ReceivedAction::Accepted(message) => Ok(message),
            ReceivedAction::Receipt(..) => Err(Reason::ActionReplayed.into()),
            ReceivedAction::Denied(denial) => Err(denial),
        }
    }
}
