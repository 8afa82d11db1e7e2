//! `Countersign\OAuthTokenRequest`.

use std::sync::Arc;

use ext_php_rs::prelude::*;

use super::reply::PhpOAuthReply;
use super::sender::KeptSender;
use crate::entropy::SystemEntropy;
use crate::oauth::StoredGrant;
use crate::php::convert::int;
use crate::php::error::BindingResult;
use crate::php::found::{FoundArgument, found};
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

    #[php(optional = grant)]
    pub fn redeem(
        &self,
        grant: Option<FoundArgument<'_>>,
        connection: Option<FoundArgument<'_>>,
        counters: Option<&str>,
    ) -> BindingResult<PhpOAuthReply> {
        ratchet::give()?;
        let stored = StoredGrant {
            grant: found(grant),
            connection: found(connection),
            counters,
        };
        let sender = self.sender.now();
        let reply = self
            .request
            .redeem(&self.keyring, &SystemEntropy, sender, stored)?;
        Ok(PhpOAuthReply(reply))
    }
}
