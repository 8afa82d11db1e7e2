//! Clock and randomness of JavaScript, which are arguments of the core.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::whole;
use super::error::JsResult;
use crate::clock::Timestamp;
use crate::entropy::{Entropy, EntropyError};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(buffer: &mut [u8]) -> Result<(), JsValue>;
}

/// The random numbers of the Web Crypto API, which browsers and Node have.
pub(super) struct WebCrypto;

impl Entropy for WebCrypto {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        // One call fills at most 65,536 bytes.
        for part in buffer.chunks_mut(1 << 16) {
            get_random_values(part).map_err(|_| EntropyError)?;
        }
        Ok(())
    }
}

/// Returns the time of `Date.now()`.
pub(super) fn now() -> JsResult<Timestamp> {
    let now = js_sys::Date::now().trunc();
    whole(now, "the clock is set to a time before 1970").map(Timestamp::from_millis)
}
