//! Clock and randomness of JavaScript, which are arguments of the core.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

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

/// Returns the time of `Date.now()`. A clock before 1970 stands at 1970.
pub(super) fn now() -> Timestamp {
    // The cast saturates.
    Timestamp::from_millis(js_sys::Date::now() as u64)
}
