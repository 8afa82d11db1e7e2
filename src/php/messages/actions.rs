//! `Countersign\Actions`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::action::PhpAction;
use super::action_receipt::PhpActionReceipt;
use super::channel::{lifetime_ms, needed, open};
use crate::action::{
    self, ActionType, Channel, Domain, ReceivedAction, SnapshotId, UnsignedAction,
};
use crate::bytes;
use crate::clock::{Clock as _, SystemClock};
use crate::decision::Decision;
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::php::convert::Either;
use crate::php::decision::PhpDecision;
use crate::php::error::{BindingResult, misuse};
use crate::php::ratchet;
use crate::php::store::PhpStore;
use crate::store::{Store, StoreError};

/// Actions that an operator signs and a site verifies.
#[php_class]
#[php(name = "Countersign\\Actions")]
pub struct PhpActions {
    channel: Channel,
    store: Option<Arc<dyn Store>>,
}

#[php_impl]
impl PhpActions {
    #[php(optional = store)]
    pub fn __construct(
        site_id: &str,
        keys: &ZendHashTable,
        store: Option<&PhpStore>,
    ) -> BindingResult<Self> {
        Ok(Self {
            channel: open(Domain::Action, site_id, keys)?,
            store: store.map(|store| Arc::clone(&store.0)),
        })
    }

    #[php(name = "newId")]
    pub fn new_id() -> BindingResult<String> {
        Ok(bytes::hex(&SystemEntropy.bytes::<16>()?))
    }

    #[php(name = "sign", optional = snapshot, defaults(lifetime = 300))]
    pub fn sign(
        &self,
        action_type: &str,
        body: BinarySlice<u8>,
        snapshot: Option<&str>,
        id: Option<&str>,
        lifetime: i64,
    ) -> BindingResult<String> {
        ratchet::give()?;
        let snapshot = snapshot
            .map(|text| {
                SnapshotId::parse(text)
                    .ok_or_else(|| misuse("a snapshot id is 1 to 64 letters, digits, -, _ and ."))
            })
            .transpose()?;
        let id = match id {
            None => SystemEntropy.bytes()?,
            Some(text) => bytes::from_hex(text).ok_or_else(|| {
                misuse("the id must be 32 lower-case hexadecimal digits, as newId() returns it")
            })?,
        };
        let lifetime_ms = lifetime_ms(lifetime)?;
        let action_type = ActionType::parse(action_type).ok_or_else(|| {
            misuse("a type is 1 to 64 lower-case letters, digits and _, beginning with a letter")
        })?;
        Ok(self.channel.sign(&UnsignedAction {
            id,
            action_type,
            payload: &body,
            snapshot,
            issued: SystemClock.now(),
            lifetime_ms,
            nonce: SystemEntropy.bytes()?,
        })?)
    }

    #[php(name = "verify")]
    pub fn verify(
        &self,
        header: BinarySlice<u8>,
        body: BinarySlice<u8>,
    ) -> BindingResult<Either<PhpAction, Either<PhpActionReceipt, PhpDecision>>> {
        let store = needed(self.store.as_ref())?;
        let verdict = self
            .channel
            .receive(store, &header, &body, SystemClock.now());
        Ok(match verdict {
            ReceivedAction::Accepted(message) => Either::One(PhpAction(message)),
            ReceivedAction::Receipt(message, receipt) => {
                Either::Other(Either::One(PhpActionReceipt { message, receipt }))
            }
            ReceivedAction::Denied(denial) => {
                Either::Other(Either::Other(Decision::Deny(denial).into()))
            }
        })
    }

    #[php(name = "finish")]
    pub fn finish(&self, action: &PhpAction, receipt: BinarySlice<u8>) -> BindingResult<bool> {
        let store = needed(self.store.as_ref())?;
        match action::finish(store, &action.0, &receipt) {
            Err(StoreError::Misuse) => Err(misuse("a receipt has at most 960 bytes")),
            finished => Ok(finished?),
        }
    }
}
