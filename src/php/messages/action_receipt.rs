//! `Countersign\ActionReceipt`.

use ext_php_rs::binary::Binary;
use ext_php_rs::prelude::*;

use crate::action::VerifiedAction;
use crate::bytes;

/// The receipt of an action that was run before.
#[php_class]
#[php(name = "Countersign\\ActionReceipt")]
pub struct PhpActionReceipt {
    pub(super) message: VerifiedAction,
    pub(super) receipt: Vec<u8>,
}

#[php_impl]
impl PhpActionReceipt {
    pub fn id(&self) -> String {
        bytes::hex(self.message.id())
    }

    #[php(name = "type")]
    pub fn action_type(&self) -> String {
        self.message.action_type().as_str().to_owned()
    }

    pub fn receipt(&self) -> Binary<u8> {
        Binary::from(self.receipt.clone())
    }
}
