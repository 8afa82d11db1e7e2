//! `Countersign\PublicUrl`.

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::convert::{Either, string_list};
use super::decision::PhpDecision;
use super::error::BindingResult;
use crate::network;

/// A URL that a site may fetch for somebody else.
#[php_class]
#[php(name = "Countersign\\PublicUrl")]
pub struct PhpPublicUrl(network::PublicUrl);

#[php_impl]
impl PhpPublicUrl {
    pub fn parse(url: BinarySlice<u8>) -> Either<Self, PhpDecision> {
        let text = std::str::from_utf8(&url).unwrap_or_default();
        match network::PublicUrl::parse(text) {
            Ok(url) => Either::One(Self(url)),
            Err(reason) => Either::Other(reason.into()),
        }
    }

    pub fn host(&self) -> &str {
        self.0.host()
    }

    pub fn port(&self) -> i64 {
        self.0.port().into()
    }

    pub fn check(
        &self,
        addresses: &ZendHashTable,
    ) -> BindingResult<Either<Vec<String>, PhpDecision>> {
        Ok(match self.0.check(&string_list(addresses)?) {
            Ok(checked) => Either::One(checked),
            Err(reason) => Either::Other(reason.into()),
        })
    }

    pub fn is_among(contacted: &str, checked: &ZendHashTable) -> BindingResult<bool> {
        Ok(network::is_among(contacted, &string_list(checked)?))
    }
}
