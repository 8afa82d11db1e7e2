//! `Action`.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::action::{SnapshotId, VerifiedAction};
use crate::bytes;
use crate::wasm::convert::moment;

/// An action whose signature, body and times are valid, and that only this caller may run.
#[wasm_bindgen(js_name = Action)]
pub struct JsAction(pub(super) VerifiedAction);

#[wasm_bindgen(js_class = Action)]
impl JsAction {
    /// The id, 32 lower-case hexadecimal digits.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        bytes::hex(self.0.id())
    }

    /// The type with which the action was signed, such as `update_plugin`.
    #[wasm_bindgen(getter, js_name = type)]
    pub fn action_type(&self) -> String {
        self.0.action_type().as_str().to_owned()
    }

    /// The id of the snapshot that the action relies on; undefined if it names none.
    #[wasm_bindgen(getter)]
    pub fn snapshot(&self) -> Option<String> {
        self.0.snapshot().map(SnapshotId::as_str).map(str::to_owned)
    }

    /// The id of the key that signed the action.
    #[wasm_bindgen(getter, js_name = keyId)]
    pub fn key_id(&self) -> String {
        self.0.key_id().to_string()
    }

    /// When the action was signed, in milliseconds since 1970, by the signer's clock.
    #[wasm_bindgen(getter, js_name = issuedAt)]
    pub fn issued_at(&self) -> f64 {
        moment(self.0.issued())
    }

    /// When the action expires, in milliseconds since 1970.
    #[wasm_bindgen(getter, js_name = expiresAt)]
    pub fn expires_at(&self) -> f64 {
        moment(self.0.expires())
    }

    /// The SHA-256 digest of the body, 64 lower-case hexadecimal digits.
    #[wasm_bindgen(getter, js_name = bodyDigest)]
    pub fn body_digest(&self) -> String {
        bytes::hex(self.0.digest())
    }
}
