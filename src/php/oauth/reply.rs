//! `Countersign\OAuthReply`.

use ext_php_rs::prelude::*;

use crate::oauth;
use crate::php::convert::{PhpArray, headers};
use crate::php::decision::PhpDecision;

/// A response of the authorization server.
#[php_class]
#[php(name = "Countersign\\OAuthReply")]
pub struct PhpOAuthReply(pub(super) oauth::OAuthReply);

#[php_impl]
impl PhpOAuthReply {
    pub fn status(&self) -> i64 {
        self.0.status().into()
    }

    pub fn headers(&self) -> PhpArray {
        headers(self.0.headers())
    }

    pub fn body(&self) -> &str {
        self.0.body()
    }

    pub fn decision(&self) -> PhpDecision {
        self.0.decision().into()
    }

    pub fn detail(&self) -> Option<&str> {
        self.0.detail()
    }

    pub fn redirect(&self) -> Option<&str> {
        self.0.redirect()
    }

    pub fn client(&self) -> Option<&str> {
        self.0.client()
    }

    pub fn change(&self) -> Option<&str> {
        self.0.change()
    }

    pub fn entry(&self) -> Option<&str> {
        self.0.entry()
    }
}
