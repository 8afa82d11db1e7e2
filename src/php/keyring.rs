//! `Countersign\Keyring`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::error::{Answer, misuse};
use crate::bytes;
use crate::keyring::{self, SiteId};

/// A site's id, from PHP.
pub(super) fn site_id(text: &str) -> Answer<SiteId> {
    SiteId::parse(text)
        .ok_or_else(|| misuse("the site id must be 16 lower-case hexadecimal digits"))
}

/// A site's keys, as a handle. No property, no `Clone`, no `Debug`: PHP can neither read nor copy it.
#[php_class]
#[php(name = "Countersign\\Keyring", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Keyring(pub(super) Arc<keyring::Keyring>);

#[php_impl]
impl Keyring {
    /// Use `open`.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Keyring::open()".into())
    }

    #[php(optional = previous)]
    pub fn open(
        site_id: &str,
        material: BinarySlice<u8>,
        previous: Option<&ZendHashTable>,
    ) -> Answer<Self> {
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
                    .collect::<Answer<Vec<&[u8]>>>()
            })
            .transpose()?
            .unwrap_or_default();
        Ok(Self(Arc::new(keyring::Keyring::open(
            site, &material, &older,
        )?)))
    }

    pub fn site_id(&self) -> String {
        self.0.site().to_string()
    }

    pub fn key_id(&self) -> String {
        bytes::hex(&self.0.key_id().0)
    }
}
