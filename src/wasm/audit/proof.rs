//! `AuditProof`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::audit::tree::{Hash, verify_consistency, verify_inclusion};
use crate::bytes::from_hex;
use crate::wasm::convert::whole;
use crate::wasm::error::{JsResult, misuse};

/// Checks the proofs of the audit log (RFC 6962), which `countersign` and the plugin make. Hashes are 64 lower-case
/// hexadecimal digits.
#[wasm_bindgen(js_name = AuditProof)]
pub struct JsAuditProof;

#[wasm_bindgen(js_class = AuditProof)]
impl JsAuditProof {
    /// Returns whether the proof shows that the log with the new root begins with the entries of the old one.
    #[wasm_bindgen(js_name = isContinued)]
    pub fn is_continued(
        #[wasm_bindgen(js_name = oldSize)] old_size: f64,
        #[wasm_bindgen(js_name = oldRoot)] old_root: &str,
        #[wasm_bindgen(js_name = newSize)] new_size: f64,
        #[wasm_bindgen(js_name = newRoot)] new_root: &str,
        proof: Vec<String>,
    ) -> Result<bool, JsValue> {
        let (old, new) = (size(old_size)?, size(new_size)?);
        let (old_root, new_root) = (hash(old_root)?, hash(new_root)?);
        Ok(verify_consistency(old, &old_root, new, &new_root, &hashes(&proof)?).is_ok())
    }

    /// Returns whether the proof shows that the log with this root contains an entry.
    ///
    /// @param seq The number of the entry.
    /// @param leaf The hash of the entry: SHA-256 over a zero byte and the bytes of the entry.
    #[wasm_bindgen(js_name = isIncluded)]
    pub fn is_included(
        seq: f64,
        leaf: &str,
        size: f64,
        root: &str,
        proof: Vec<String>,
    ) -> Result<bool, JsValue> {
        let (seq, new) = (self::size(seq)?, self::size(size)?);
        let (leaf, root) = (hash(leaf)?, hash(root)?);
        Ok(verify_inclusion(seq, &leaf, new, &root, &hashes(&proof)?).is_ok())
    }
}

fn size(value: f64) -> JsResult<u64> {
    whole(value, "a size is a whole number")
}

fn hash(text: &str) -> JsResult<Hash> {
    from_hex(text).ok_or_else(|| misuse("a hash is 64 lower-case hexadecimal digits"))
}

fn hashes(texts: &[String]) -> JsResult<Vec<Hash>> {
    texts.iter().map(|text| hash(text)).collect()
}
