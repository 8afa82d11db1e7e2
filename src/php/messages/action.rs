//! `Countersign\Action`.

use ext_php_rs::prelude::*;

use crate::action::VerifiedAction;
use crate::bytes;
use crate::php::convert::int;

/// A verified action, which only this caller may run.
#[php_class]
#[php(name = "Countersign\\Action")]
pub struct PhpAction(pub(super) VerifiedAction);

#[php_impl]
impl PhpAction {
    pub fn id(&self) -> String {
        bytes::hex(self.0.id())
    }

    #[php(name = "type")]
    pub fn action_type(&self) -> String {
        self.0.action_type().as_str().to_owned()
    }

    pub fn snapshot(&self) -> Option<String> {
        self.0.snapshot().map(|id| id.as_str().to_owned())
    }

    pub fn key_id(&self) -> String {
        self.0.key_id().to_string()
    }

    pub fn issued_at(&self) -> i64 {
        int(self.0.issued().seconds())
    }

    pub fn expires_at(&self) -> i64 {
        int(self.0.expires().seconds())
    }

    pub fn body_digest(&self) -> String {
        bytes::hex(self.0.digest())
    }
}
