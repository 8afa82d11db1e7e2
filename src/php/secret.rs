//! `Countersign\Secret`.

use std::sync::Arc;

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;

use super::convert::{int, number};
use super::error::{BindingResult, misuse};
use crate::entropy::SystemEntropy;
use crate::secret::{self, SecretBytes};

/// Secret bytes, as a handle: no property, no `Clone`, no `Debug`. PHP sees the bytes only through `expose()`.
#[php_class]
#[php(name = "Countersign\\Secret")]
pub struct PhpSecret(pub(super) Arc<SecretBytes>);

impl PhpSecret {
    pub(super) fn new(bytes: SecretBytes) -> Self {
        Self(Arc::new(bytes))
    }
}

/// Runs `work` on the bytes of a `Countersign\Secret` or of a string. Any other value is misuse.
pub(super) fn with_bytes<T>(value: &Zval, work: impl FnOnce(&[u8]) -> T) -> BindingResult<T> {
    if let Some(text) = value.zend_str() {
        return Ok(work(text.as_bytes()));
    }
    match value.extract::<&PhpSecret>() {
        Some(secret) => Ok(work(secret.0.expose())),
        None => Err(misuse("a Countersign\\Secret or a string is needed")),
    }
}

#[php_impl]
impl PhpSecret {
    #[php(name = "of")]
    pub fn of(bytes: BinarySlice<u8>) -> Self {
        Self::new(SecretBytes::new(bytes.to_vec()))
    }

    #[php(defaults(length = 32))]
    pub fn random(length: i64) -> BindingResult<Self> {
        const OUTSIDE: &str = "a secret has 16 to 65,536 bytes";
        SecretBytes::random(number(length, OUTSIDE)?, &SystemEntropy)?
            .map(Self::new)
            .ok_or_else(|| misuse(OUTSIDE))
    }

    pub fn length(&self) -> i64 {
        int(self.0.expose().len())
    }

    pub fn equals(&self, other: &Zval) -> BindingResult<bool> {
        with_bytes(other, |other| secret::same(self.0.expose(), other))
    }

    pub fn expose(&self) -> Binary<u8> {
        Binary::from(self.0.expose().to_vec())
    }
}
