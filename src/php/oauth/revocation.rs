//! `Countersign\OAuthRevocation`.

use ext_php_rs::prelude::*;

use super::reply::PhpOAuthReply;
use super::sender::KeptSender;
use crate::oauth;
use crate::php::convert::int;
use crate::php::error::BindingResult;

/// A revocation request with a genuine token.
#[php_class]
#[php(name = "Countersign\\OAuthRevocation")]
pub struct PhpOAuthRevocation {
    pub(super) request: oauth::RevocationRequest,
    pub(super) sender: KeptSender,
}

#[php_impl]
impl PhpOAuthRevocation {
    pub fn grant_id(&self) -> Option<i64> {
        self.request.grant_id().map(int)
    }

    pub fn connection_id(&self) -> Option<i64> {
        self.request.connection_id().map(int)
    }

    pub fn decide(&self, grant: Option<&str>) -> BindingResult<PhpOAuthReply> {
        Ok(PhpOAuthReply(
            self.request.decide(self.sender.now(), grant)?,
        ))
    }
}
