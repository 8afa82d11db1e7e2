//! `TokenInspector`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::bytes::hex;
use crate::token::{self, UnverifiedToken};
use crate::wasm::convert::{JsTimeOptions, NamedOptions, moment, number};
use crate::wasm::error::misuse;

/// What a token says about itself, for troubleshooting. Nothing of it was verified: only the site that issued a token can
/// check whether it is genuine and still valid. Never base a decision on it.
#[wasm_bindgen(js_name = TokenInspector)]
pub struct JsTokenInspector(UnverifiedToken);

#[wasm_bindgen(js_class = TokenInspector)]
impl JsTokenInspector {
    /// Reads a token. Throws `misuse` if the text is not one, or part of it is missing.
    ///
    /// @param token The token. White space around it is ignored.
    #[wasm_bindgen(constructor)]
    pub fn new(token: &str) -> Result<Self, JsValue> {
        token::peek(token.trim_ascii().as_bytes())
            .map(Self)
            .ok_or_else(|| {
                misuse("this is not a token of Countersign, or part of it is missing").into()
            })
    }

    /// The kind that the token claims, such as `access`.
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> String {
        self.0.kind.name().to_owned()
    }

    /// Whether the checksum is right. It detects typing errors and truncation, but not forgery.
    #[wasm_bindgen(getter, js_name = isChecksumRight)]
    pub fn is_checksum_right(&self) -> bool {
        self.0.is_checksum_right
    }

    /// The site that claims to have issued the token, 16 lower-case hexadecimal digits.
    #[wasm_bindgen(getter, js_name = siteId)]
    pub fn site_id(&self) -> String {
        self.0.site.to_string()
    }

    /// The id of the key that claims to have issued it, in hexadecimal digits.
    #[wasm_bindgen(getter, js_name = keyId)]
    pub fn key_id(&self) -> String {
        hex(&self.0.key_id.0)
    }

    /// The id of the token, 24 lower-case hexadecimal digits.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        hex(&self.0.id)
    }

    /// The subject that the token claims, such as the number of a connection. Rounded above 2^53.
    #[wasm_bindgen(getter)]
    pub fn subject(&self) -> f64 {
        number(self.0.subject)
    }

    /// The revocation counter of the subject.
    #[wasm_bindgen(getter)]
    pub fn epoch(&self) -> u32 {
        self.0.epoch
    }

    /// When the token claims to have been issued, in milliseconds since 1970.
    #[wasm_bindgen(getter, js_name = issuedAt)]
    pub fn issued_at(&self) -> f64 {
        moment(self.0.issued)
    }

    /// From when it claims to be expired, in milliseconds since 1970.
    #[wasm_bindgen(getter, js_name = expiresAt)]
    pub fn expires_at(&self) -> f64 {
        moment(self.0.expires)
    }

    /// The first four bytes of the binding, in hexadecimal digits: enough to distinguish two bindings.
    #[wasm_bindgen(getter, js_name = bindingStarts)]
    pub fn binding_starts(&self) -> String {
        hex(&self.0.binding_starts)
    }

    /// Returns all of this as one line of JSON, exactly as `countersign token inspect --json` prints it before its newline.
    ///
    /// @param options The time at which `expired` is decided.
    pub fn json(&self, options: Option<JsTimeOptions>) -> Result<String, JsValue> {
        let given = options.map_or(JsValue::UNDEFINED, JsValue::from);
        Ok(self.0.to_json(NamedOptions::of(&given)?.now()?))
    }
}
