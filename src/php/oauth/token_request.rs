//! `Countersign\OAuthTokenRequest`.

use std::sync::Arc;

use ext_php_rs::prelude::*;

use super::reply::PhpOAuthReply;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::php::convert::int;
use crate::php::error::BindingResult;
use crate::{keyring, oauth};

/// A well-formed token request.
#[php_class]
#[php(name = "Countersign\\OAuthTokenRequest")]
pub struct PhpOAuthTokenRequest {
    pub(super) request: oauth::TokenRequest,
    pub(super) keyring: Arc<keyring::Keyring>,
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
        let now = SystemClock.now();
        let reply = self
            .request
            .redeem(&self.keyring, &SystemEntropy, now, grant)?;
        Ok(PhpOAuthReply(reply))
    }
}
