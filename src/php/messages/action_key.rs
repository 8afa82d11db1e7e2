//! `Countersign\ActionKey`.

use std::sync::Arc;

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;

use crate::action::ActionKey;
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::php::error::BindingResult;
use crate::php::ratchet;
use crate::php::secret::{PhpSecret, with_bytes};
use crate::secret::Secret;

/// A key for actions or heartbeats, as a handle: no property, no `Clone`, no `Debug`.
#[php_class]
#[php(name = "Countersign\\ActionKey")]
pub struct PhpActionKey(pub(super) ActionKey);

#[php_impl]
impl PhpActionKey {
    #[php(name = "hmac")]
    pub fn hmac(secret: &Zval) -> BindingResult<Self> {
        Ok(Self(with_bytes(secret, ActionKey::hmac)??))
    }

    #[php(name = "ed25519")]
    pub fn ed25519(seed: &Zval) -> BindingResult<Self> {
        Ok(Self(with_bytes(seed, ActionKey::ed25519)??))
    }

    #[php(name = "ed25519Public")]
    pub fn ed25519_public(public_key: BinarySlice<u8>) -> BindingResult<Self> {
        Ok(Self(ActionKey::ed25519_public(&public_key)?))
    }

    #[php(name = "generate")]
    pub fn generate() -> BindingResult<Self> {
        ratchet::give()?;
        let seed = Secret::new(SystemEntropy.bytes::<32>()?);
        Ok(Self(ActionKey::ed25519(seed.expose())?))
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

    pub fn seed(&self) -> BindingResult<Option<PhpSecret>> {
        ratchet::give()?;
        Ok(self.0.seed().map(|seed| PhpSecret(Arc::new(seed))))
    }
}
