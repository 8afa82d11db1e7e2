//! `ActionReceipt`.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::action::VerifiedAction;
use crate::bytes;

/// The receipt of an action that was already run: send the receipt and do nothing else.
#[wasm_bindgen(js_name = ActionReceipt)]
pub struct JsActionReceipt {
    pub(super) message: VerifiedAction,
    pub(super) receipt: Vec<u8>,
}

#[wasm_bindgen(js_class = ActionReceipt)]
impl JsActionReceipt {
    /// The id of the action, 32 lower-case hexadecimal digits.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        bytes::hex(self.message.id())
    }

    /// The type of the action.
    #[wasm_bindgen(getter, js_name = type)]
    pub fn action_type(&self) -> String {
        self.message.action_type().as_str().to_owned()
    }

    /// The bytes that were given to {@link ActionVerifier.finish}.
    #[wasm_bindgen(getter)]
    pub fn receipt(&self) -> Vec<u8> {
        self.receipt.clone()
    }
}
