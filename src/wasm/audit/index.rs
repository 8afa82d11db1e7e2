//! `AuditIndex`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::audit::file::FileIndex;
use crate::wasm::convert::{self, JsBytes, number, whole};

/// Finds the lines of an exported audit log again, so that entries can be shown and searched without holding the file in
/// memory: it takes the same chunks as an {@link AuditVerifier} and remembers where each line begins.
///
/// It verifies nothing.
#[wasm_bindgen(js_name = AuditIndex)]
pub struct JsAuditIndex(FileIndex);

#[wasm_bindgen(js_class = AuditIndex)]
impl JsAuditIndex {
    /// Begins with an empty file.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self(FileIndex::default())
    }

    /// Takes the next bytes of the file, any number.
    ///
    /// @param chunk The next bytes.
    pub fn push(&mut self, chunk: &JsBytes) -> Result<(), JsValue> {
        let chunk = convert::bytes(chunk, "a chunk is a Uint8Array")?;
        self.0.push(&chunk);
        Ok(())
    }

    /// The number of complete lines so far.
    #[wasm_bindgen(getter)]
    pub fn lines(&self) -> f64 {
        number(self.0.lines())
    }

    /// The number of entries so far.
    #[wasm_bindgen(getter)]
    pub fn entries(&self) -> f64 {
        number(self.0.entries())
    }

    /// Returns the line on which an entry is, from 1, or undefined if there is no such entry.
    ///
    /// @param index The place of the entry in the file, from 0. It is the number of the entry only if the file contains the
    /// log from its beginning.
    #[wasm_bindgen(js_name = lineOf)]
    pub fn line_of(&self, index: f64) -> Result<Option<f64>, JsValue> {
        let index = whole(index, "an index is a whole number")?;
        Ok(self.0.line_of(index).map(number))
    }

    /// Returns where a line begins and where it ends, without its newline, in bytes from the beginning of the file; or
    /// undefined if there is no such line. `file.slice(...range)` is the line.
    ///
    /// @param line The number of the line, from 1, as in {@link AuditReport.line}.
    #[wasm_bindgen(unchecked_return_type = "[number, number] | undefined")]
    pub fn range(&self, line: f64) -> Result<Option<Vec<f64>>, JsValue> {
        let line = whole(line, "a line is a whole number")?;
        let range = self.0.range(line);
        Ok(range.map(|range| vec![number(range.start), number(range.end)]))
    }
}
