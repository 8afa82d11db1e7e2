//! Conversion of numbers, bytes and named options. Arguments of another type are refused instead of being converted:
//! JavaScript would turn a string into zero bytes, which would then be signed.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};

use super::error::{JsResult, misuse};
use super::platform;
use crate::bytes::from_hex;
use crate::clock::Timestamp;

/// The largest whole number that JavaScript represents exactly.
const MAX_SAFE: u64 = (1 << 53) - 1;

#[wasm_bindgen]
extern "C" {
    /// Bytes, or text that stands for its UTF-8.
    #[wasm_bindgen(typescript_type = "Uint8Array | string")]
    pub type JsBytes;

    /// The options of a method that needs the time.
    #[wasm_bindgen(typescript_type = "TimeOptions")]
    pub type JsTimeOptions;
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The time of an operation. */
export interface TimeOptions {
  /** Milliseconds since 1970. Default: `Date.now()`. */
  now?: number;
}
"#;

/// Returns the bytes of a `Uint8Array`, or the UTF-8 of a string.
pub(super) fn bytes(value: &JsValue, message: &'static str) -> JsResult<Vec<u8>> {
    if let Some(text) = value.as_string() {
        return Ok(text.into_bytes());
    }
    array(value, message)
}

/// Returns the bytes of a `Uint8Array`.
pub(super) fn array(value: &JsValue, message: &'static str) -> JsResult<Vec<u8>> {
    let array = value.dyn_ref::<Uint8Array>();
    array.map(Uint8Array::to_vec).ok_or_else(|| misuse(message))
}

/// Returns a whole number from 0 to 2^53 - 1.
pub(super) fn whole(value: f64, message: &'static str) -> JsResult<u64> {
    // The cast saturates, so that it changes every number that is not of this kind.
    let number = value as u64;
    if number <= MAX_SAFE && number as f64 == value {
        Ok(number)
    } else {
        Err(misuse(message))
    }
}

/// Returns the number as JavaScript's, rounded above 2^53.
pub(super) const fn number(value: u64) -> f64 {
    value as f64
}

/// Returns the moment as JavaScript's `Date.now()` counts it.
pub(super) const fn moment(time: Timestamp) -> f64 {
    number(time.millis())
}

/// The named options of a method: an object whose members may be missing.
pub(super) struct NamedOptions<'a>(&'a JsValue);

impl<'a> NamedOptions<'a> {
    /// Takes an object, or nothing.
    pub(super) fn of(value: &'a JsValue) -> JsResult<Self> {
        if value.is_object() || value.is_undefined() || value.is_null() {
            Ok(Self(value))
        } else {
            Err(misuse("options are an object"))
        }
    }

    /// Returns a member; `None` if it is missing, undefined or null.
    fn member(&self, name: &str) -> Option<JsValue> {
        let value = Reflect::get(self.0, &JsValue::from_str(name)).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    /// Returns a member that is a string.
    pub(super) fn text(&self, name: &str, message: &'static str) -> JsResult<Option<String>> {
        self.member(name)
            .map(|value| value.as_string().ok_or_else(|| misuse(message)))
            .transpose()
    }

    /// Returns a member that is bytes in hexadecimal.
    pub(super) fn hex<const N: usize>(
        &self,
        name: &str,
        message: &'static str,
    ) -> JsResult<Option<[u8; N]>> {
        self.text(name, message)?
            .map(|text| from_hex(&text).ok_or_else(|| misuse(message)))
            .transpose()
    }

    /// Returns a member that is a whole number.
    pub(super) fn whole(&self, name: &str, message: &'static str) -> JsResult<Option<u64>> {
        self.member(name)
            .map(|value| {
                let number = value.as_f64().ok_or_else(|| misuse(message))?;
                whole(number, message)
            })
            .transpose()
    }

    /// Returns the moment that the caller gives as `now`, or that of the clock.
    pub(super) fn now(&self) -> JsResult<Timestamp> {
        const NOW: &str = "now is a whole number of milliseconds since 1970";
        match self.whole("now", NOW)? {
            Some(now) => Ok(Timestamp::from_millis(now)),
            None => Ok(platform::now()),
        }
    }
}
