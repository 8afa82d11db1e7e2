//! `Countersign\Heartbeats`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::channel::{lifetime_ms, needed, open};
use super::heartbeat::PhpHeartbeat;
use crate::action::{Channel, Domain};
use crate::clock::{Clock as _, SystemClock};
use crate::decision::Decision;
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::php::convert::Either;
use crate::php::decision::PhpDecision;
use crate::php::error::BindingResult;
use crate::php::ratchet;
use crate::php::store::PhpStore;
use crate::store::Store;

/// Heartbeats that a site signs and its operator verifies.
#[php_class]
#[php(name = "Countersign\\Heartbeats")]
pub struct PhpHeartbeats {
    channel: Channel,
    store: Option<Arc<dyn Store>>,
}

#[php_impl]
impl PhpHeartbeats {
    #[php(optional = store)]
    pub fn __construct(
        site_id: &str,
        keys: &ZendHashTable,
        store: Option<&PhpStore>,
    ) -> BindingResult<Self> {
        Ok(Self {
            channel: open(Domain::Heartbeat, site_id, keys)?,
            store: store.map(|store| Arc::clone(&store.0)),
        })
    }

    #[php(name = "sign", defaults(lifetime = 300))]
    pub fn sign(&self, body: BinarySlice<u8>, lifetime: i64) -> BindingResult<String> {
        ratchet::give()?;
        let (id, nonce) = (SystemEntropy.bytes()?, SystemEntropy.bytes()?);
        let lifetime_ms = lifetime_ms(lifetime)?;
        Ok(self
            .channel
            .sign_heartbeat(&body, SystemClock.now(), lifetime_ms, id, nonce)?)
    }

    #[php(name = "verify")]
    pub fn verify(
        &self,
        header: BinarySlice<u8>,
        body: BinarySlice<u8>,
    ) -> BindingResult<Either<PhpHeartbeat, PhpDecision>> {
        let store = needed(self.store.as_ref())?;
        let now = SystemClock.now();
        Ok(
            match self.channel.receive_heartbeat(store, &header, &body, now) {
                Ok(message) => Either::One(PhpHeartbeat(message)),
                Err(denial) => Either::Other(Decision::Deny(denial).into()),
            },
        )
    }
}
