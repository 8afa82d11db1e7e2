mod properties;
mod receipts;
mod signing;
mod time;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::bytes::{base64url, from_base64url};
use crate::clock::{SKEW_MS, Timestamp};
use crate::decision::Denial;
use crate::keyring::SiteId;
use crate::reason::Reason;
use crate::replay::MIN_KEPT_MS;
use crate::store::{MemoryStore, Store as _, StoreError};

const SITE: SiteId = SiteId::new([1; 8]);
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const PAYLOAD: &[u8] = br#"{"plugin":"hello"}"#;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(NOW.millis().checked_add_signed(ms).unwrap())
}

fn hmac() -> ActionKey {
    ActionKey::hmac(&[b's'; 32]).unwrap()
}

fn ed25519() -> ActionKey {
    ActionKey::ed25519(&[7; 32]).unwrap()
}

fn channel(domain: Domain, keys: &[&ActionKey]) -> Channel {
    Channel::new(domain, SITE, keys).unwrap()
}

fn actions() -> Channel {
    channel(Domain::Action, &[&hmac()])
}

fn draft(id: u8, nonce: u8) -> UnsignedAction<'static> {
    UnsignedAction {
        id: [id; 16],
        action_type: ActionType::parse("update_plugin").unwrap(),
        payload: PAYLOAD,
        snapshot: SnapshotId::parse("snap-1"),
        issued: NOW,
        lifetime_ms: MAX_LIFETIME_MS,
        nonce: [nonce; 16],
    }
}

/// A store that was started well before the messages were signed.
fn store() -> MemoryStore {
    MemoryStore::new(at(-600_000))
}

fn receive(store: &MemoryStore, text: &str, now: Timestamp) -> ReceivedAction {
    actions().receive(store, text.as_bytes(), PAYLOAD, now)
}

fn accepted(verdict: ReceivedAction) -> VerifiedAction {
    match verdict {
        ReceivedAction::Accepted(message) => message,
        other => panic!("{other:?}"),
    }
}

fn denied(verdict: ReceivedAction) -> Reason {
    match verdict {
        ReceivedAction::Denied(denial) => denial.reason,
        other => panic!("{other:?}"),
    }
}

/// A signing channel with its verifying channel, for each algorithm and direction.
fn ways() -> Vec<(Channel, Channel)> {
    let public = ActionKey::ed25519_public(&ed25519().public().unwrap()).unwrap();
    let pairs = [(hmac(), hmac()), (ed25519(), public)];
    pairs
        .iter()
        .flat_map(|(signer, verifier)| {
            Domain::ALL
                .iter()
                .map(move |domain| (channel(*domain, &[signer]), channel(*domain, &[verifier])))
        })
        .collect()
}
