//! `Countersign\Secret`.

use std::sync::Arc;

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;

use super::convert::{int, number};
use super::error::{Answer, misuse};
use crate::entropy::SystemEntropy;
use crate::secret::{self, SecretBytes};

/// Secret bytes, as a handle. No property, no `Clone`, no `Debug`: PHP can neither read nor copy it.
#[php_class]
#[php(name = "Countersign\\Secret", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Secret(pub(super) Arc<SecretBytes>);

impl Secret {
    pub(super) fn new(bytes: SecretBytes) -> Self {
        Self(Arc::new(bytes))
    }
}

/// The bytes of a `Secret` or of a string.
pub(super) fn with_bytes<T>(value: &Zval, work: impl FnOnce(&[u8]) -> T) -> Answer<T> {
    if let Some(text) = value.zend_str() {
        return Ok(work(text.as_bytes()));
    }
    match value.extract::<&Secret>() {
        Some(secret) => Ok(work(secret.0.expose())),
        None => Err(misuse("a Countersign\\Secret or a string is needed")),
    }
}

#[php_impl]
impl Secret {
    /// Use `of`, or open one from a vault.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Secret::of() or Vault::open()".into())
    }

    #[php(name = "of")]
    pub fn of(bytes: BinarySlice<u8>) -> Self {
        Self::new(SecretBytes::new(bytes.to_vec()))
    }

    #[php(defaults(length = 32))]
    pub fn random(length: i64) -> Answer<Self> {
        const OUTSIDE: &str = "a secret has 16 to 65,536 bytes";
        SecretBytes::random(number(length, OUTSIDE)?, &SystemEntropy)?
            .map(Self::new)
            .ok_or_else(|| misuse(OUTSIDE))
    }

    pub fn length(&self) -> i64 {
        int(self.0.expose().len())
    }

    pub fn equals(&self, other: &Zval) -> Answer<bool> {
        with_bytes(other, |other| secret::same(self.0.expose(), other))
    }

    pub fn expose(&self) -> Binary<u8> {
        Binary::from(self.0.expose().to_vec())
    }
}
