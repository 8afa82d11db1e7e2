//! `AuditVerifier`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::report::JsAuditReport;
use crate::audit::file::FileCheck;
use crate::audit::note::VerifierKey;
use crate::audit::seal::FirstKey;
use crate::bytes;
use crate::clock::Timestamp;
use crate::wasm::convert::{self, JsBytes, number, whole};
use crate::wasm::error::{JsResult, misuse};

/// Verifies exported audit logs (NDJSON), without trusting the site that wrote them. The file arrives in chunks of any size
/// and is never held in memory.
///
/// What is expected of the file must come from another source than the file: the verifier key from the audit page of the
/// site, a checkpoint that you kept. Expectations are given before the first chunk.
#[wasm_bindgen(js_name = AuditVerifier)]
pub struct JsAuditVerifier {
    check: FileCheck,
    bytes: u64,
}

#[wasm_bindgen(js_class = AuditVerifier)]
impl JsAuditVerifier {
    /// Begins a verification.
    ///
    /// @param verifierKeys The verifier keys of the site. Without one, checkpoints and the signature of the file prove
    /// nothing. Throws `misuse` if one is malformed.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(js_name = verifierKeys)] verifier_keys: Option<Vec<String>>,
    ) -> Result<Self, JsValue> {
        let keys = verifier_keys.unwrap_or_default();
        let keys = keys
            .iter()
            .map(|text| {
                VerifierKey::parse(text.trim()).map_err(|_| misuse("a verifier key is malformed"))
            })
            .collect::<JsResult<_>>()?;
        Ok(Self {
            check: FileCheck::new(keys),
            bytes: 0,
        })
    }

    /// Expects the log to continue a checkpoint that you kept.
    ///
    /// @param note The text of the checkpoint. Throws `misuse` if none of the verifier keys has signed it.
    #[wasm_bindgen(js_name = expectCheckpoint)]
    pub fn expect_checkpoint(&mut self, note: &str) -> Result<(), JsValue> {
        let expected = self.check.expect_checkpoint(note);
        Ok(expected.map_err(|error| misuse(error.to_string()))?)
    }

    /// Expects the log of `size` entries to have this root.
    ///
    /// @param size The number of entries.
    /// @param root The root over them: 64 lower-case hexadecimal digits.
    #[wasm_bindgen(js_name = expectRoot)]
    pub fn expect_root(&mut self, size: f64, root: &str) -> Result<(), JsValue> {
        let size = whole(size, "a size is a whole number")?;
        let root = bytes::from_hex(root)
            .ok_or_else(|| misuse("a root is 64 lower-case hexadecimal digits"))?;
        let expected = self.check.expect_root(size, root);
        Ok(expected.map_err(|error| misuse(error.to_string()))?)
    }

    /// Expects every epoch of the log to have its seal.
    ///
    /// @param firstKey The first sealing key, which the site showed when sealing began.
    /// @param taken When you received the file, in milliseconds since 1970: the log must have been sealed until then.
    #[wasm_bindgen(js_name = expectSeals)]
    pub fn expect_seals(
        &mut self,
        #[wasm_bindgen(js_name = firstKey)] first_key: &str,
        taken: Option<f64>,
    ) -> Result<(), JsValue> {
        let key = FirstKey::from_text(first_key.trim())
            .map_err(|_| misuse("the sealing key is malformed"))?;
        let taken = taken
            .map(|taken| {
                whole(
                    taken,
                    "a moment is a whole number of milliseconds since 1970",
                )
            })
            .transpose()?
            .map(Timestamp::from_millis);
        let expected = self.check.expect_seals(key, taken);
        Ok(expected.map_err(|error| misuse(error.to_string()))?)
    }

    /// Takes the next bytes of the file, any number. Chunks of about a megabyte are verified fastest.
    ///
    /// @param chunk The next bytes.
    pub fn push(&mut self, chunk: &JsBytes) -> Result<(), JsValue> {
        let chunk = convert::bytes(chunk, "a chunk is a Uint8Array")?;
        self.check.push(&chunk);
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        Ok(())
    }

    /// The number of bytes of the current file that were taken.
    #[wasm_bindgen(getter)]
    pub fn bytes(&self) -> f64 {
        number(self.bytes)
    }

    /// The number of entries in these bytes.
    #[wasm_bindgen(getter)]
    pub fn entries(&self) -> f64 {
        number(self.check.entries())
    }

    /// Ends the file and returns what is to be said about it. The next chunk begins another file, of which the same is
    /// expected.
    pub fn finish(&mut self) -> JsAuditReport {
        self.bytes = 0;
        JsAuditReport(self.check.conclude())
    }
}
