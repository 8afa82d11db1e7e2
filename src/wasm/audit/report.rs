//! `AuditReport`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::audit::file::FileConclusion;
use crate::bytes::hex;
use crate::wasm::convert::number;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A fault of the file, and the entries and the line that it concerns. */
export interface AuditFinding {
  readonly verdict: string;
  readonly first_bad: number | null;
  readonly until: number | null;
  readonly line: number;
}

/** An observation that is not a fault, such as a part of the file that was not proved. */
export interface AuditRemark {
  readonly remark: string;
  readonly first: number | null;
  readonly until: number | null;
  readonly count: number;
}

/** The members of a report, as `countersign audit verify --json` prints them. Numbers above 2^53 are rounded. */
export interface AuditReportData {
  readonly verdict: string;
  readonly first_bad: number | null;
  readonly until: number | null;
  readonly line: number | null;
  /** Untrusted text of the header. */
  readonly origin: string;
  /** Untrusted text of the header. */
  readonly filter: string | null;
  readonly range: { readonly start: number; readonly end: number };
  readonly entries: number;
  readonly size: number;
  readonly root: string;
  readonly vouched: number;
  readonly witnessed: number;
  readonly seals: number;
  readonly findings: readonly AuditFinding[];
  readonly more: number;
  readonly remarks: readonly AuditRemark[];
  readonly soundness: "sound" | "sound_in_itself" | "not_signed" | "not_compared" | "not_sound";
  /** One sentence that explains it, without a full stop. */
  readonly meaning: string;
  readonly proved: boolean;
  readonly weight: 0 | 1 | 2 | 3;
  /** The exit code of the command line. */
  readonly exit: number;
  /** Which entries the gravest finding concerns, in words. */
  readonly place: string | null;
  /** How far trusted roots reach, in words. */
  readonly reach: string;
  /** What was not proved and what else a reader should know, one sentence each. */
  readonly notes: readonly string[];
}
"#;

/// What a file was found to be: the same as `countersign audit verify` reports.
#[wasm_bindgen(js_name = AuditReport)]
pub struct JsAuditReport(pub(super) FileConclusion);

#[wasm_bindgen(js_class = AuditReport)]
impl JsAuditReport {
    /// The verdict of the gravest finding: `ok`, or what is wrong.
    #[wasm_bindgen(getter)]
    pub fn verdict(&self) -> String {
        self.0.report.verdict.word().to_owned()
    }

    /// Whether nothing is wrong, trusted roots cover the last entry, and every comparison that was asked for was made.
    #[wasm_bindgen(getter)]
    pub fn proved(&self) -> bool {
        self.0.proved
    }

    /// The exit code of the command line: 0 if nothing is wrong; 10 if nothing is wrong, but a required signature is missing
    /// or a checkpoint could not be compared; 11 to 13 if something is wrong, the gravest last.
    #[wasm_bindgen(getter)]
    pub fn exit(&self) -> u8 {
        self.0.exit
    }

    /// The result in one word: `sound`, `sound_in_itself`, `not_signed`, `not_compared` or `not_sound`.
    #[wasm_bindgen(getter)]
    pub fn soundness(&self) -> String {
        self.0.soundness.word().to_owned()
    }

    /// The result as one sentence for a person.
    #[wasm_bindgen(getter)]
    pub fn headline(&self) -> String {
        self.0.headline()
    }

    /// The first entry that the gravest finding concerns.
    #[wasm_bindgen(getter, js_name = firstBad)]
    pub fn first_bad(&self) -> Option<f64> {
        self.0.report.first_bad.map(number)
    }

    /// The first later entry that this finding does not concern.
    #[wasm_bindgen(getter)]
    pub fn until(&self) -> Option<f64> {
        self.0.report.until.map(number)
    }

    /// The line of the file at which it was found, from 1.
    #[wasm_bindgen(getter)]
    pub fn line(&self) -> Option<f64> {
        self.0.report.line.map(number)
    }

    /// The number of entries whose contents were hashed.
    #[wasm_bindgen(getter)]
    pub fn entries(&self) -> f64 {
        number(self.0.report.entries)
    }

    /// The number of entries in the log.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        number(self.0.report.size)
    }

    /// The root over them: 64 hexadecimal digits.
    #[wasm_bindgen(getter)]
    pub fn root(&self) -> String {
        hex(&self.0.report.root)
    }

    /// Returns the report as one line of JSON, exactly as `countersign audit verify --json` prints it before
    /// its newline.
    pub fn json(&self) -> String {
        self.0.to_json()
    }

    /// Returns the members of the report, for `JSON.stringify` and for programs.
    #[wasm_bindgen(js_name = toJSON, unchecked_return_type = "AuditReportData")]
    pub fn to_json(&self) -> Result<JsValue, JsValue> {
        js_sys::JSON::parse(&self.0.to_json())
    }
}
