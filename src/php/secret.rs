//! `Countersign\Secret`.

use std::sync::Arc;

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;

use super::convert::int;
use crate::secret::{self, SecretBytes};

/// Secret bytes, as a handle. No property, no `Clone`, no `Debug`: PHP can neither read nor copy it.
#[php_class]
#[php(name = "Countersign\\Secret", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Secret(pub(super) Arc<SecretBytes>);

#[php_impl]
impl Secret {
    /// Use `of`, or open one from a vault.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Secret::of() or Vault::open()".into())
    }

    #[php(name = "of")]
    pub fn of(bytes: BinarySlice<u8>) -> Self {
        Self(Arc::new(SecretBytes::new(bytes.to_vec())))
    }

    pub fn length(&self) -> i64 {
        int(self.0.expose().len())
    }

    pub fn equals(&self, other: BinarySlice<u8>) -> bool {
        secret::same(self.0.expose(), &other)
    }

    pub fn expose(&self) -> Binary<u8> {
        Binary::from(self.0.expose().to_vec())
    }
}
