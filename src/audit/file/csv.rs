//! The log as a table for people, in CSV ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)) and UTF-8, one row per entry.
//!
//! The table cannot be verified. Its columns `seq` and `leaf` help to find an entry in the export that can. A cell that a
//! spreadsheet would run as a formula gets a leading apostrophe.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::audit::text::{IP, StoredText};
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
    change: Option<Map<String, Value>>,
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

impl Body {
    /// Puts the texts into their places: the address of the client, and members of two levels of the change.
    fn with(mut self, texts: &[StoredText<'_>]) -> Self {
        for text in texts {
            let Ok(value) = serde_json::from_str::<Value>(text.value) else {
                continue;
            };
            if text.path == IP {
                self.actor.ip = value.as_str().map(str::to_owned);
                continue;
            }
            let place = text.path.strip_prefix("change.");
            let Some((group, name)) = place.and_then(|place| place.split_once('.')) else {
                continue;
            };
            let change = self.change.get_or_insert_default();
            let group = change
                .entry(group)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(members) = group {
                members.insert(name.to_owned(), value);
            }
        }
        self
    }
}

/// Writes a table, row by row.
///
/// ```
/// use countersign::audit::file::Csv;
///
/// let mut csv = Csv::default();
/// csv.row(0, &[0xab; 32], None, &[]);
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
    /// Adds the row of an entry, with its texts where they belong. If the body is pruned or damaged, its cells are empty.
    pub fn row(&mut self, seq: u64, leaf: &[u8], body: Option<&[u8]>, texts: &[StoredText<'_>]) {
        let body: Option<Body> = body.and_then(|body| serde_json::from_slice(body).ok());
        let body = body.map(|body| body.with(texts));
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
                body.change.map(|change| Value::Object(change).to_string()),
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
        csv.row(4, &[0xab; 2], Some(body), &[]);
        csv.row(5, &[0xcd; 2], None, &[]);
        assert_eq!(
            csv.take(),
            format!(
                "{HEADER}4,abab,1970-01-01T00:00:00.000Z,system,system,,7,\"'=cmd\",,start,,,,,,3,\"{{\"\"a\"\":1}}\"\r\n5,cdcd,,,,,,,,,,,,,,,\r\n"
            )
        );
        assert_eq!(csv.take(), "");
    }

    #[test]
    fn texts_are_in_their_places() {
        let body = br#"{"v":1,"seq":4,"time":0,"site":"abababababababab","kind":"intent","actor":{"kind":"agent","connection":1,"user":7,"client":null,"ip":null},"action":"a","target":null,"change":{"arguments":{"id":3}},"outcome":null,"reason":null,"approval":null,"correlation":null,"ref":null}"#;
        let text = |path, value| StoredText {
            path,
            salt: &[],
            value,
        };
        let mut csv = Csv { out: String::new() };
        let texts = [
            text("actor.ip", "\"192.0.2.1\""),
            text("change.arguments.title", "\"=Hi\""),
            text("change.fields.a.b", "{\"from\":\"x\",\"to\":\"y\"}"),
            text("elsewhere", "1"),
            text("change.arguments.bad", "{"),
        ];
        csv.row(4, &[0xab; 2], Some(body), &texts);
        let row = csv.take();
        assert!(row.contains(",1,7,,192.0.2.1,a,"), "{row}");
        assert!(
            row.contains(
                r#""{""arguments"":{""id"":3,""title"":""=Hi""},""fields"":{""a.b"":{""from"":""x"",""to"":""y""}}}""#
            ),
            "{row}"
        );
    }
}
