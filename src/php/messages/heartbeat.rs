//! `Countersign\Heartbeat`.

use ext_php_rs::prelude::*;

use crate::action::VerifiedAction;
use crate::bytes;
use crate::php::convert::int;

/// A verified heartbeat that was not received before.
#[php_class]
#[php(name = "Countersign\\Heartbeat")]
pub struct PhpHeartbeat(pub(super) VerifiedAction);

#[php_impl]
impl PhpHeartbeat {
    pub fn id(&self) -> String {
        bytes::hex(self.0.id())
    }

    pub fn site_id(&self) -> String {
        self.0.site().to_string()
    }

    pub fn key_id(&self) -> String {
        self.0.key_id().to_string()
    }

    pub fn issued_at(&self) -> i64 {
        int(self.0.issued().seconds())
    }
}
