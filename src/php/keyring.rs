//! `Countersign\Keyring`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::error::{BindingResult, misuse};
use super::record;
use crate::bytes;
use crate::keyring::{self, SiteId};

/// Reads a site id.
pub(super) fn site_id(text: &str) -> BindingResult<SiteId> {
    SiteId::parse(text)
        .ok_or_else(|| misuse("the site id must be 16 lower-case hexadecimal digits"))
}

/// The keys of a site, as a handle: no property, no `Clone`, no `Debug`. PHP can neither read nor copy them.
#[php_class]
#[php(name = "Countersign\\Keyring")]
pub struct PhpKeyring(pub(super) Arc<keyring::Keyring>);

#[php_impl]
impl PhpKeyring {
    #[php(optional = previous)]
    pub fn open(
        site_id: &str,
        material: BinarySlice<u8>,
        previous: Option<&ZendHashTable>,
    ) -> BindingResult<Self> {
        let site = self::site_id(site_id)?;
        let older = previous
            .map(|list| {
                list.values()
                    .map(|value| {
                        value
                            .zend_str()
                            .map(|text| text.as_bytes())
                            .ok_or_else(|| misuse("previous material must be a list of strings"))
                    })
                    .collect::<BindingResult<Vec<&[u8]>>>()
            })
            .transpose()?
            .unwrap_or_default();
        let file = record::digest()?;
        let keyring = keyring::Keyring::open(site, &material, &older)?;
        Ok(Self(Arc::new(keyring.with_record_file(file))))
    }

    pub fn site_id(&self) -> String {
        self.0.site().to_string()
    }

    pub fn key_id(&self) -> String {
        bytes::hex(&self.0.key_id().0)
    }
}
