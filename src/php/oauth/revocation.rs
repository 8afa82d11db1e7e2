//! `Countersign\OAuthRevocation`.

use ext_php_rs::prelude::*;

use super::reply::PhpOAuthReply;
use super::sender::KeptSender;
use crate::oauth::{self, StoredGrant};
use crate::php::convert::int;
use crate::php::error::BindingResult;
use crate::php::found::{FoundArgument, found};

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

    #[php(optional = grant)]
    pub fn decide(
        &self,
        grant: Option<FoundArgument<'_>>,
        connection: Option<FoundArgument<'_>>,
        counters: Option<&str>,
    ) -> BindingResult<PhpOAuthReply> {
        let stored = StoredGrant {
            grant: found(grant),
            connection: found(connection),
            counters,
        };
        let reply = self.request.decide(self.sender.now(), stored)?;
        Ok(PhpOAuthReply(reply))
    }
}
