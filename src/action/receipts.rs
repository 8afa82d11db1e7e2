//! Single use of messages: exactly one worker runs an action, and all others get its receipt.
//!
//! The store has two entries for an action, which are written together or not at all. The **action**
//! entry is kept for [`KEPT_MS`]. Its value is the digest of the requested content (32 bytes), followed by
//! the byte 1 and the receipt as soon as there is one. The **nonce** entry is kept until the message has
//! expired and twice the allowed clock skew has passed, and at least for 15 minutes; this is shorter than
//! the action entry. Only an accepted action uses up its nonce.
//!
//! **A worker may die between [`Channel::receive`] and [`finish`].** It is then unknown whether the action
//! ran. The action stays in progress until its entry expires and is not run again. Check what it would
//! have changed, then sign a new action.

use super::domain::Domain;
use super::key::Channel;
use super::verify::VerifiedAction;
use crate::clock::Timestamp;
use crate::decision::Denial;
use crate::reason::Reason;
use crate::replay::{self, OneTimeItem, Sighting};
use crate::store::{self, Insertion, Origin, Store, StoreError};

/// How long the id of an action and its receipt are kept, in milliseconds: one day, or until the store is reset.
pub const KEPT_MS: u64 = 24 * 60 * 60 * 1000;

/// The longest receipt, in bytes.
pub const MAX_RECEIPT_BYTES: usize = 960;

/// The seconds after which the sender may ask again about an action in progress.
pub const RETRY_AFTER: u32 = 5;

/// The seconds after which the sender may sign again an action that is older than the store.
const RESTARTED_RETRY_AFTER: u32 = 31;

/// The byte between the digest of the content and the receipt.
const FINISHED: u8 = 1;

const _: () = assert!(MAX_RECEIPT_BYTES + 33 <= store::MAX_RECEIPT_BYTES);

/// What to do with a received message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "only an accepted message may be acted on"]
pub enum ReceivedAction {
    /// The message is valid, and only this caller may act on it. Call [`finish`] after an action.
    Accepted(VerifiedAction),
    /// The same action was finished before. This is its receipt; there is nothing to do.
    Receipt(VerifiedAction, Vec<u8>),
    /// The message is refused.
    Denied(Denial),
}

impl From<Reason> for ReceivedAction {
    fn from(reason: Reason) -> Self {
        Self::Denied(Denial {
            reason,
            retry_after: match reason {
                Reason::ActionInProgress => Some(RETRY_AFTER),
                // A message signed after this time is younger than the store by more than the skew.
                Reason::StoreRestarted => Some(RESTARTED_RETRY_AFTER),
                _ => None,
            },
        })
    }
}

impl Channel {
    /// Verifies a message as [`Channel::check`] does, and that it is received for the first time. Of all
    /// callers in all workers, exactly one gets [`ReceivedAction::Accepted`] for the id of an action.
    ///
    /// Nothing is written to the store before signature and times are verified. An action that is received
    /// again, as the same bytes or signed again under the same id, gets its receipt. The message is refused
    /// with
    ///
    /// * [`Reason::ActionInProgress`] while there is no receipt,
    /// * [`Reason::ActionConflict`] if the id was used for different content,
    /// * [`Reason::ActionReplayed`] if a new action has the nonce of an accepted one, or a heartbeat is
    ///   received again,
    /// * the reason of the [`StoreError`] if the store fails.
    pub fn receive(
        &self,
        store: &dyn Store,
        text: &[u8],
        payload: &[u8],
        now: Timestamp,
    ) -> ReceivedAction {
        match self.check(text, payload, now) {
            Ok(message) => record(store, message, now).unwrap_or_else(ReceivedAction::from),
            Err(reason) => reason.into(),
        }
    }
}

/// Records the message in the store and decides what to do with it.
fn record(
    store: &dyn Store,
    message: VerifiedAction,
    now: Timestamp,
) -> Result<ReceivedAction, Reason> {
    let nonce_id = nonce_id(&message);
    let nonce = nonce(&message, &nonce_id);
    if message.domain == Domain::Heartbeat {
        return match replay::seen_once(store, &nonce, now)? {
            Sighting::First => Ok(ReceivedAction::Accepted(message)),
            Sighting::Again => Err(Reason::ActionReplayed),
            Sighting::Expired => Err(Reason::ActionExpired),
        };
    }
    let content = message.content();
    let action_id = action_id(&message);
    let action = action(&message, &action_id, now);
    let (Some(action), Some(nonce)) = (action.once(&content, now), nonce.once(&[], now)) else {
        return Err(Reason::ActionExpired);
    };
    // The action comes first: if its id is known, its entry decides and the nonce does not matter.
    let stored = match store.insert_together(&[action, nonce], now) {
        Ok(Insertion::First) => return Ok(ReceivedAction::Accepted(message)),
        Ok(Insertion::Again { index: 0, receipt }) => receipt,
        Ok(Insertion::Again { .. }) => return Err(Reason::ActionReplayed),
        Err(error) => return Err(error.reason()),
    };
    // `record` never writes a value this short, so it was truncated. Whether the action ran is unknown.
    let Some((asked, rest)) = stored.split_first_chunk::<32>() else {
        return Err(Reason::ActionInProgress);
    };
    if *asked != content {
        return Err(Reason::ActionConflict);
    }
    match rest.split_first() {
        Some((&FINISHED, receipt)) => Ok(ReceivedAction::Receipt(message, receipt.to_vec())),
        _ => Err(Reason::ActionInProgress),
    }
}

fn nonce_id(message: &VerifiedAction) -> Vec<u8> {
    let fields = &message.fields;
    [
        &fields.site.as_bytes()[..],
        fields.key_id.as_bytes(),
        &fields.nonce,
    ]
    .concat()
}

/// The nonce as a one-time item. Each key has nonces of its own.
const fn nonce<'a>(message: &VerifiedAction, id: &'a [u8]) -> OneTimeItem<'a> {
    OneTimeItem {
        domain: match message.domain {
            Domain::Action => "action-nonce",
            Domain::Heartbeat => "heartbeat-nonce",
        },
        id,
        origin: Origin::Remote,
        issued: message.fields.issued,
        expires: message.fields.expires,
    }
}

fn action_id(message: &VerifiedAction) -> Vec<u8> {
    [&message.fields.site.as_bytes()[..], &message.fields.id].concat()
}

/// The action as a one-time item. It is kept longer than the signature is valid, because an action may be
/// signed again.
fn action<'a>(message: &VerifiedAction, id: &'a [u8], now: Timestamp) -> OneTimeItem<'a> {
    OneTimeItem {
        domain: "action",
        id,
        origin: Origin::Remote,
        issued: message.fields.issued,
        expires: now.plus_millis(KEPT_MS),
    }
}

/// Stores the receipt of an accepted action, for senders that send it again. A later receipt replaces an
/// earlier one. Returns false if the entry of the action is gone because the store was reset.
///
/// # Errors
/// [`StoreError::Misuse`] if the receipt has more than [`MAX_RECEIPT_BYTES`] bytes or the message is a
/// heartbeat, and the error of the engine if it fails. The action has run in each case.
pub fn finish(
    store: &dyn Store,
    message: &VerifiedAction,
    receipt: &[u8],
) -> Result<bool, StoreError> {
    if message.domain != Domain::Action || receipt.len() > MAX_RECEIPT_BYTES {
        return Err(StoreError::Misuse);
    }
    let value = [&message.content()[..], &[FINISHED], receipt].concat();
    let id = action_id(message);
    let key = action(message, &id, message.fields.issued).key();
    store.settle(&key, &value)
}
