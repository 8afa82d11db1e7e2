//! `Countersign\OAuthRequest`.

use std::sync::Arc;

use ext_php_rs::prelude::*;

use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::php::convert::number;
use crate::php::error::BindingResult;
use crate::php::ratchet;
use crate::{keyring, oauth};

/// A valid authorization request.
#[php_class]
#[php(name = "Countersign\\OAuthRequest")]
pub struct PhpOAuthRequest {
    pub(super) request: oauth::AuthorizationRequest,
    pub(super) keyring: Arc<keyring::Keyring>,
}

#[php_impl]
impl PhpOAuthRequest {
    pub fn client_id(&self) -> &str {
        self.request.client_id()
    }

    pub fn client_name(&self) -> &str {
        self.request.client_name()
    }

    pub fn document_host(&self) -> Option<String> {
        self.request.document_host()
    }

    pub fn leaves_document_host(&self) -> bool {
        self.request.leaves_document_host()
    }

    pub fn redirect_host(&self) -> String {
        self.request.redirect_host()
    }

    pub fn redirect_scheme(&self) -> Option<&str> {
        self.request.redirect_scheme()
    }

    pub fn origins(&self) -> Vec<String> {
        self.request.origins()
    }

    pub fn is_loopback(&self) -> bool {
        self.request.is_loopback()
    }

    pub fn client(&self) -> String {
        self.request.client().to_json()
    }

    pub fn to_json(&self) -> String {
        self.request.to_json()
    }

    pub fn approve(&self, grant_id: i64) -> BindingResult<String> {
        ratchet::give()?;
        let grant = number(grant_id, "the grant id must be 0 or more")?;
        Ok(self
            .request
            .approve(&self.keyring, &SystemEntropy, SystemClock.now(), grant)?)
    }

    pub fn refuse(&self) -> String {
        self.request.refuse()
    }

    pub fn refuse_asked(&self) -> String {
        self.request.refuse_asked()
    }

    pub fn facts(&self) -> String {
        self.request.facts()
    }
}
