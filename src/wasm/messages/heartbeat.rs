//! `Heartbeat`.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::action::VerifiedAction;
use crate::bytes;
use crate::wasm::convert::moment;

/// A heartbeat whose signature, body and times are valid, and that was received for the first time.
#[wasm_bindgen(js_name = Heartbeat)]
pub struct JsHeartbeat(pub(super) VerifiedAction);

#[wasm_bindgen(js_class = Heartbeat)]
impl JsHeartbeat {
    /// The id, 32 lower-case hexadecimal digits.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        bytes::hex(self.0.id())
    }

    /// The id of the site that sent it, 16 lower-case hexadecimal digits.
    #[wasm_bindgen(getter, js_name = siteId)]
    pub fn site_id(&self) -> String {
        self.0.site().to_string()
    }

    /// The id of the key that signed it.
    #[wasm_bindgen(getter, js_name = keyId)]
    pub fn key_id(&self) -> String {
        self.0.key_id().to_string()
    }

    /// When it was signed, in milliseconds since 1970, by the site's clock.
    #[wasm_bindgen(getter, js_name = issuedAt)]
    pub fn issued_at(&self) -> f64 {
        moment(self.0.issued())
    }
}
