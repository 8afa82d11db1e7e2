//! `Countersign\ActionKey`, `Actions`, `Action`, `ActionReceipt`, `Heartbeats`, `Heartbeat`.

use std::sync::Arc;

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::convert::{Either, int, number};
use super::decision::Decision;
use super::error::{Answer, Fault, misuse};
use super::secret::{Secret, with_bytes};
use super::store::Store;
use crate::action::{
    self, ActionType, Channel, Domain, Draft, Key, KeyError, Message, SignError, SnapshotId,
    Verdict,
};
use crate::bytes;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::keyring::SiteId;
use crate::store;

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        Self::Broken {
            reason: error.reason(),
            detail: error.to_string(),
        }
    }
}

impl From<SignError> for Fault {
    fn from(error: SignError) -> Self {
        Self::Misuse(error.to_string())
    }
}

/// A key of actions or heartbeats, as a handle. No property, no `Clone`, no `Debug`.
#[php_class]
#[php(name = "Countersign\\ActionKey", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct ActionKey(Key);

#[php_impl]
impl ActionKey {
    /// Use `hmac`, `ed25519`, `ed25519Public` or `generate`.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use ActionKey::hmac(), ed25519(), ed25519Public() or generate()".into())
    }

    #[php(name = "hmac")]
    pub fn hmac(secret: &Zval) -> Answer<Self> {
        Ok(Self(with_bytes(secret, Key::hmac)??))
    }

    #[php(name = "ed25519")]
    pub fn ed25519(seed: &Zval) -> Answer<Self> {
        Ok(Self(with_bytes(seed, Key::ed25519)??))
    }

    #[php(name = "ed25519Public")]
    pub fn ed25519_public(public_key: BinarySlice<u8>) -> Answer<Self> {
        Ok(Self(Key::ed25519_public(&public_key)?))
    }

    #[php(name = "generate")]
    pub fn generate() -> Answer<Self> {
        let seed = crate::secret::Secret::new(SystemEntropy.bytes::<32>()?);
        Ok(Self(Key::ed25519(seed.expose())?))
    }

    pub fn key_id(&self) -> String {
        self.0.id().to_string()
    }

    pub fn algorithm(&self) -> &'static str {
        self.0.algorithm().name()
    }

    pub fn can_sign(&self) -> bool {
        self.0.can_sign()
    }

    pub fn public_key(&self) -> Option<Binary<u8>> {
        self.0.public().map(|key| Binary::from(key.to_vec()))
    }

    pub fn seed(&self) -> Option<Secret> {
        self.0.seed().map(|seed| Secret(Arc::new(seed)))
    }
}

fn open(domain: Domain, site_id: &str, keys: &ZendHashTable) -> Answer<Channel> {
    let site = SiteId::parse(site_id)
        .ok_or_else(|| misuse("the site id must be 16 lower-case hexadecimal digits"))?;
    let keys = keys
        .values()
        .map(|key| {
            key.extract::<&ActionKey>()
                .map(|key| &key.0)
                .ok_or_else(|| misuse("a list of Countersign\\ActionKey is needed"))
        })
        .collect::<Answer<Vec<&Key>>>()?;
    Ok(Channel::new(domain, site, &keys)?)
}

fn needed(store: Option<&Arc<dyn store::Store>>) -> Answer<&dyn store::Store> {
    store
        .map(|store| &**store)
        .ok_or_else(|| misuse("verifying needs the store: give it to the constructor"))
}

/// Signs `payload` with what is random and the time added.
fn sign(
    channel: &Channel,
    action_type: &str,
    payload: &[u8],
    snapshot: Option<&str>,
    id: Option<&str>,
    lifetime: i64,
) -> Answer<String> {
    let snapshot = snapshot
        .map(|text| {
            SnapshotId::parse(text)
                .ok_or_else(|| misuse("a snapshot id is 1 to 64 letters, digits, -, _ and ."))
        })
        .transpose()?;
    let id = match id {
        None => SystemEntropy.bytes()?,
        Some(text) => bytes::from_hex(text).ok_or_else(|| {
            misuse("the id must be 32 lower-case hexadecimal digits, as id() gives it")
        })?,
    };
    let seconds: u64 = number(lifetime, "the lifetime must be 1 to 300 seconds")?;
    Ok(channel.sign(&Draft {
        id,
        action_type: ActionType::parse(action_type).ok_or_else(|| {
            misuse("a type is 1 to 64 lower-case letters, digits and _, beginning with a letter")
        })?,
        payload,
        snapshot,
        issued: SystemClock.now(),
        lifetime_ms: seconds.saturating_mul(1000),
        nonce: SystemEntropy.bytes()?,
    })?)
}

/// Operator to site: signs on one side, verifies on the other.
#[php_class]
#[php(name = "Countersign\\Actions", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Actions {
    channel: Channel,
    store: Option<Arc<dyn store::Store>>,
}

#[php_impl]
impl Actions {
    #[php(optional = store)]
    pub fn __construct(site_id: &str, keys: &ZendHashTable, store: Option<&Store>) -> Answer<Self> {
        Ok(Self {
            channel: open(Domain::Action, site_id, keys)?,
            store: store.map(|store| Arc::clone(&store.0)),
        })
    }

    #[php(name = "newId")]
    pub fn new_id() -> Answer<String> {
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
    ) -> Answer<String> {
        sign(&self.channel, action_type, &body, snapshot, id, lifetime)
    }

    #[php(name = "verify")]
    pub fn verify(
        &self,
        header: BinarySlice<u8>,
        body: BinarySlice<u8>,
    ) -> Answer<Either<Action, Either<ActionReceipt, Decision>>> {
        let store = needed(self.store.as_ref())?;
        let verdict = self
            .channel
            .receive(store, &header, &body, SystemClock.now());
        Ok(match verdict {
            Verdict::Accepted(message) => Either::One(Action(message)),
            Verdict::Receipt(message, receipt) => {
                Either::Other(Either::One(ActionReceipt { message, receipt }))
            }
            Verdict::Denied(denial) => Either::Other(Either::Other(
                crate::decision::Decision::Deny(denial).into(),
            )),
        })
    }

    #[php(name = "finish")]
    pub fn finish(&self, action: &Action, receipt: BinarySlice<u8>) -> Answer<bool> {
        if receipt.len() > action::MAX_RECEIPT_BYTES {
            return Err(misuse("a receipt has at most 960 bytes"));
        }
        let store = needed(self.store.as_ref())?;
        Ok(action::finish(store, &action.0, &receipt)?)
    }
}

/// An action that this caller alone may do.
#[php_class]
#[php(name = "Countersign\\Action", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Action(Message);

#[php_impl]
impl Action {
    /// Only verification makes actions.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Actions::verify()".into())
    }

    pub fn id(&self) -> String {
        bytes::hex(self.0.id())
    }

    #[php(name = "type")]
    pub fn action_type(&self) -> String {
        self.0.action_type().as_str().to_owned()
    }

    pub fn snapshot(&self) -> Option<String> {
        self.0.snapshot().map(|id| id.as_str().to_owned())
    }

    pub fn key_id(&self) -> String {
        self.0.key_id().to_string()
    }

    pub fn issued_at(&self) -> i64 {
        int(self.0.issued().seconds())
    }

    pub fn expires_at(&self) -> i64 {
        int(self.0.expires().seconds())
    }

    pub fn body_digest(&self) -> String {
        bytes::hex(self.0.digest())
    }
}

/// What became of an action that was sent before.
#[php_class]
#[php(name = "Countersign\\ActionReceipt", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct ActionReceipt {
    message: Message,
    receipt: Vec<u8>,
}

#[php_impl]
impl ActionReceipt {
    /// Only verification makes receipts.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Actions::verify()".into())
    }

    pub fn id(&self) -> String {
        bytes::hex(self.message.id())
    }

    #[php(name = "type")]
    pub fn action_type(&self) -> String {
        self.message.action_type().as_str().to_owned()
    }

    pub fn receipt(&self) -> Binary<u8> {
        Binary::from(self.receipt.clone())
    }
}

/// Site to operator: signs on one side, verifies on the other.
#[php_class]
#[php(name = "Countersign\\Heartbeats", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Heartbeats {
    channel: Channel,
    store: Option<Arc<dyn store::Store>>,
}

#[php_impl]
impl Heartbeats {
    #[php(optional = store)]
    pub fn __construct(site_id: &str, keys: &ZendHashTable, store: Option<&Store>) -> Answer<Self> {
        Ok(Self {
            channel: open(Domain::Heartbeat, site_id, keys)?,
            store: store.map(|store| Arc::clone(&store.0)),
        })
    }

    #[php(name = "sign", defaults(lifetime = 300))]
    pub fn sign(&self, body: BinarySlice<u8>, lifetime: i64) -> Answer<String> {
        sign(&self.channel, "heartbeat", &body, None, None, lifetime)
    }

    #[php(name = "verify")]
    pub fn verify(
        &self,
        header: BinarySlice<u8>,
        body: BinarySlice<u8>,
    ) -> Answer<Either<Heartbeat, Decision>> {
        let store = needed(self.store.as_ref())?;
        let verdict = self
            .channel
            .receive(store, &header, &body, SystemClock.now());
        Ok(match verdict {
            Verdict::Accepted(message) => Either::One(Heartbeat(message)),
            // A heartbeat has no receipt.
            Verdict::Receipt(..) => Either::Other(crate::reason::Reason::ActionReplayed.into()),
            Verdict::Denied(denial) => {
                Either::Other(crate::decision::Decision::Deny(denial).into())
            }
        })
    }
}

/// A heartbeat that holds and was not heard before.
#[php_class]
#[php(name = "Countersign\\Heartbeat", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Heartbeat(Message);

#[php_impl]
impl Heartbeat {
    /// Only verification makes heartbeats.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Heartbeats::verify()".into())
    }

    pub fn id(&self) -> String {
        bytes::hex(self.0.id())
    }

    pub fn site_id(&self) -> String {
        self.0.site().to_string()
    }

    pub fn key_id(&self) -> String {
        self.0.key_id().to_string()
    }

    pub fn issued_at(&self) -> i64 {
        int(self.0.issued().seconds())
    }
}
