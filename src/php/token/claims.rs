//! `Countersign\Claims`.

use ext_php_rs::prelude::*;

use super::kind::PhpTokenKind;
use crate::bytes;
use crate::php::convert::int;
use crate::token::Claims;

/// The content of a verified token.
#[php_class]
#[php(name = "Countersign\\Claims")]
pub struct PhpClaims(pub(super) Claims);

#[php_impl]
impl PhpClaims {
    pub fn kind(&self) -> PhpTokenKind {
        self.0.kind.into()
    }

    pub fn id(&self) -> String {
        bytes::hex(&self.0.id)
    }

    pub fn subject(&self) -> i64 {
        int(self.0.subject)
    }

    pub fn epoch(&self) -> i64 {
        self.0.epoch.into()
    }

    pub fn issued_at(&self) -> i64 {
        int(self.0.issued.seconds())
    }

    pub fn expires_at(&self) -> i64 {
        int(self.0.expires.seconds())
    }
}
