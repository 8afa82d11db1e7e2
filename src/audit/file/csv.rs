//! The log as a table for people, in CSV ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)) and UTF-8, one row per entry.
//!
//! The table cannot be verified. Its columns `seq` and `leaf` help to find an entry in the export that can. A cell that a
//! spreadsheet would run as a formula gets a leading apostrophe.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::bytes::hex;
use crate::calendar;
use crate::clock::Timestamp;

const HEADER: &str = "seq,leaf,time,kind,actor,connection,user,client,ip,action,target,outcome,reason,approval,correlation,ref,change\r\n";

#[derive(Deserialize)]
struct Body {
    time: u64,
    kind: String,
    actor: Actor,
    action: String,
    target: Option<String>,
    change: Option<Box<RawValue>>,
    outcome: Option<String>,
    reason: Option<String>,
    approval: Option<String>,
    correlation: Option<String>,
    r#ref: Option<u64>,
}

#[derive(Deserialize)]
struct Actor {
    kind: String,
    connection: Option<u64>,
    user: Option<u64>,
    client: Option<String>,
    ip: Option<String>,
}

/// Writes a table, row by row.
///
/// ```
/// use countersign::audit::file::Csv;
///
/// let mut csv = Csv::default();
/// csv.row(0, &[0xab; 32], None);
/// let table = csv.take();
/// assert!(table.starts_with("seq,leaf,time,kind,actor,"));
/// assert_eq!(table.lines().count(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct Csv {
    out: String,
}

impl Default for Csv {
    fn default() -> Self {
        Self {
            out: HEADER.to_owned(),
        }
    }
}

impl Csv {
    /// Adds the row of an entry. If the body is pruned or damaged, its cells are empty.
    pub fn row(&mut self, seq: u64, leaf: &[u8], body: Option<&[u8]>) {
        let body: Option<Body> = body.and_then(|body| serde_json::from_slice(body).ok());
        let number = |number: Option<u64>| number.map(|number| number.to_string());
        let mut cells = vec![Some(seq.to_string()), Some(hex(leaf))];
        if let Some(body) = body {
            cells.extend([
                Some(moment(body.time)),
                Some(body.kind),
                Some(body.actor.kind),
                number(body.actor.connection),
                number(body.actor.user),
                body.actor.client,
                body.actor.ip,
                Some(body.action),
                body.target,
                body.outcome,
                body.reason,
                body.approval,
                body.correlation,
                number(body.r#ref),
                body.change.map(|change| change.get().to_owned()),
            ]);
        }
        cells.resize(HEADER.split(',').count(), None);
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.cell(cell.as_deref().unwrap_or_default());
        }
        self.out.push_str("\r\n");
    }

    fn cell(&mut self, text: &str) {
        let formula = is_formula(text);
        let quoted = formula || text.contains(['"', ',', '\r', '\n', '\t', ' ', ';']);
        if !quoted {
            self.out.push_str(text);
            return;
        }
        self.out.push('"');
        if formula {
            self.out.push('\'');
        }
        self.out.push_str(&text.replace('"', "\"\""));
        self.out.push('"');
    }

    /// Returns the text that was written since the last call. The first text begins with the header row.
    #[must_use]
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.out)
    }
}

/// Whether a spreadsheet could run the cell as a formula, also after white space and with full-width characters.
fn is_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r', '\n'])
        || text
            .trim_start_matches(|c: char| c.is_whitespace() || c.is_control())
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%'])
}

/// Writes a time in the format of RFC 3339, in UTC and with milliseconds. A time after the year 9999 cannot be written in
/// this format and is written as its number of milliseconds since 1970.
fn moment(millis: u64) -> String {
    calendar::rfc3339_millis(Timestamp::from_millis(millis)).unwrap_or_else(|| millis.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut csv = Csv { out: String::new() };
        csv.cell(text);
        csv.take()
    }

    #[test]
    fn formulas_are_escaped() {
        for start in [
            "=", "+", "-", "@", "\t", "\r", "\n", "  =", "\u{a0}+", "\t-", "＝", "＋", "－", "＠",
            " ＝",
        ] {
            let cell = cell(&format!("{start}1+1"));
            assert!(cell.starts_with("\"'"), "{start:?} {cell}");
        }
        assert_eq!(cell("a=1"), "a=1");
        assert_eq!(cell("a \"b\",c"), "\"a \"\"b\"\",c\"");
        assert_eq!(cell(""), "");
    }

    #[test]
    fn a_moment_after_9999_is_written_in_milliseconds() {
        assert_eq!(moment(253_402_300_799_999), "9999-12-31T23:59:59.999Z");
        assert_eq!(moment(253_402_300_800_000), "253402300800000");
    }

    #[test]
    fn row_without_a_body_has_all_columns() {
        let body = br#"{"v":1,"seq":4,"time":0,"site":"abababababababab","kind":"system","actor":{"kind":"system","connection":null,"user":7,"client":"=cmd","ip":null},"action":"start","target":null,"change":{"a":1},"outcome":null,"reason":null,"approval":null,"correlation":null,"ref":3}"#;
        let mut csv = Csv::default();
        csv.row(4, &[0xab; 2], Some(body));
        csv.row(5, &[0xcd; 2], None);
        assert_eq!(
            csv.take(),
            format!(
                "{HEADER}4,abab,1970-01-01T00:00:00.000Z,system,system,,7,\"'=cmd\",,start,,,,,,3,\"{{\"\"a\"\":1}}\"\r\n5,cdcd,,,,,,,,,,,,,,,\r\n"
            )
        );
        assert_eq!(csv.take(), "");
    }
}
