//! `Countersign\OAuthTokenRequest`.

use std::sync::Arc;

use ext_php_rs::prelude::*;

use super::reply::PhpOAuthReply;
use super::sender::KeptSender;
use crate::entropy::SystemEntropy;
use crate::php::convert::int;
use crate::php::error::BindingResult;
use crate::php::ratchet;
use crate::{keyring, oauth};

/// A well-formed token request.
#[php_class]
#[php(name = "Countersign\\OAuthTokenRequest")]
pub struct PhpOAuthTokenRequest {
    pub(super) request: oauth::TokenRequest,
    pub(super) keyring: Arc<keyring::Keyring>,
    pub(super) sender: KeptSender,
}

#[php_impl]
impl PhpOAuthTokenRequest {
    pub fn grant_type(&self) -> &'static str {
        self.request.grant_type().as_str()
    }

    pub fn grant_id(&self) -> i64 {
        int(self.request.grant_id())
    }

    pub fn redeem(&self, grant: Option<&str>) -> BindingResult<PhpOAuthReply> {
        ratchet::give()?;
        let reply = self
            .request
            .redeem(&self.keyring, &SystemEntropy, self.sender.now(), grant)?;
        Ok(PhpOAuthReply(reply))
    }
}
