//! Once: of all that are shown a message, one acts, and the others hear what became of it.
//!
//! Two records of the store stand for an action, written together or not at all. The **action**
//! record is kept for [`KEPT_MS`]; beside it stands what the action asks for (32 bytes) and, behind
//! that, a 1 and the receipt once there is one. The **nonce** record is kept until expiry and twice the
//! skew, and 15 minutes at least: shorter than the action's. It is of the action that was accepted with
//! it; one that is answered from its record uses none.
//!
//! **A worker that dies between [`Channel::receive`] and [`finish`]** leaves an action of which nobody
//! knows whether it was done. It stays in progress until its record lapses, and is not run again: look
//! at what it would have changed, then sign a new action.

use super::domain::Domain;
use super::key::Channel;
use super::verify::VerifiedAction;
use crate::clock::Timestamp;
use crate::decision::Denial;
use crate::reason::Reason;
use crate::replay::{self, OneTimeItem, Sighting};
use crate::store::{self, Insertion, Origin, Store, StoreError};

/// ReadyKey long an action's id and its receipt are kept, in milliseconds: a day, or until the store is
/// started anew.
pub const KEPT_MS: u64 = 24 * 60 * 60 * 1000;

/// The most bytes of a receipt.
pub const MAX_RECEIPT_BYTES: usize = 960;

/// After how many seconds to ask again for an action that is in progress.
pub const RETRY_AFTER: u32 = 5;

/// After how many seconds to sign again what is older than the store.
const RESTARTED_RETRY_AFTER: u32 = 31;

/// Behind what the action asks for: that a receipt follows.
const FINISHED: u8 = 1;

const _: () = assert!(MAX_RECEIPT_BYTES + 33 <= store::MAX_RECEIPT_BYTES);

/// What to do with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a verdict that nobody looks at protects nothing"]
pub enum ReceivedAction {
    /// It holds, and this caller alone may act on it. An action then needs [`finish`].
    Accepted(VerifiedAction),
    /// The same action was done before: this is its receipt. Nothing is to be done.
    Receipt(VerifiedAction, Vec<u8>),
    /// No.
    Denied(Denial),
}

impl From<Reason> for ReceivedAction {
    fn from(reason: Reason) -> Self {
        Self::Denied(Denial {
            reason,
            retry_after: match reason {
                Reason::ActionInProgress => Some(RETRY_AFTER),
                // Signed again then, it is younger than the store by more than the skew.
                Reason::StoreRestarted => Some(RESTARTED_RETRY_AFTER),
                _ => None,
            },
        })
    }
}

impl Channel {
    /// [`Channel::check`], and then that it is the first time: of all callers, on all workers, exactly
    /// one hears [`ReceivedAction::Accepted`] for an action's id.
    ///
    /// Nothing is written before signature and times hold. The same action again, as the same bytes or
    /// signed again under the same id, is answered with its receipt, or with
    /// [`Reason::ActionInProgress`] while there is none; another action under the same id with
    /// [`Reason::ActionConflict`]; a new one with the nonce of one that was accepted, and a heartbeat
    /// seen before, with [`Reason::ActionReplayed`]. A store that fails is a refusal with its own reason.
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
    // The action first: where it was seen, its record answers, whatever its nonce.
    let beside = match store.insert_together(&[action, nonce], now) {
        Ok(Insertion::First) => return Ok(ReceivedAction::Accepted(message)),
        Ok(Insertion::Again { index: 0, receipt }) => receipt,
        Ok(Insertion::Again { .. }) => return Err(Reason::ActionReplayed),
        Err(error) => return Err(error.reason()),
    };
    // Shorter than it is ever written: whoever cut it, nobody knows what was done.
    let Some((asked, rest)) = beside.split_first_chunk::<32>() else {
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

/// The signature as a thing that works once. Nonces are a key's own.
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

/// The action as a thing that works once. Its id outlives the signature: the action may be signed again.
fn action<'a>(message: &VerifiedAction, id: &'a [u8], now: Timestamp) -> OneTimeItem<'a> {
    OneTimeItem {
        domain: "action",
        id,
        origin: Origin::Remote,
        issued: message.fields.issued,
        expires: now.plus_millis(KEPT_MS),
    }
}

/// Keeps the receipt of an accepted action: what became of it, for whoever sends it again. A later
/// receipt takes the place of an earlier one. False if the action's record is gone, because the store
/// was started anew meanwhile.
///
/// # Errors
/// [`StoreError::Misuse`] for more than [`MAX_RECEIPT_BYTES`] or for a heartbeat; others when the
/// engine fails. What was done is done all the same.
pub fn finish(
    store: &dyn Store,
    message: &VerifiedAction,
    receipt: &[u8],
) -> Result<bool, StoreError> {
    if message.domain != Domain::Action || receipt.len() > MAX_RECEIPT_BYTES {
        return Err(StoreError::Misuse);
    }
    let beside = [&message.content()[..], &[FINISHED], receipt].concat();
    let id = action_id(message);
    let key = action(message, &id, message.fields.issued).key();
    store.settle(&key, &beside)
}
