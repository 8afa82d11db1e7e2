//! Checks the table of credential formats and writes it as Rust code, so that the crate contains it without a parser.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Deserialize;

/// The file of the table, relative to the root of the package.
pub(crate) const FILE: &str = "src/audit/redact/formats.json";

/// The names of the sets of characters, and their names in the code.
const SETS: [(&str, &str); 13] = [
    ("digit", "Digit"),
    ("hex", "Hex"),
    ("alnum", "Alnum"),
    ("word", "Word"),
    ("base32", "Base32"),
    ("bech32", "Bech32"),
    ("base64", "Base64"),
    ("base64url", "Base64Url"),
    ("dotted", "Dotted"),
    ("tilde", "Tilde"),
    ("escaped", "Escaped"),
    ("path", "Path"),
    ("cookie", "Cookie"),
];

/// The longest bounded run. It bounds the work at each place of a text.
const LONGEST: u16 = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    what: String,
    source: String,
    start: Vec<String>,
    rest: Vec<Part>,
    place: Place,
    #[serde(default)]
    upper: bool,
    /// Whether it is base64 that may continue on further lines.
    #[serde(default)]
    lines: bool,
    /// What is known about the format if the page at `source` does not state it.
    note: Option<String>,
    checksum: Option<Checksum>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Text(String),
    Run(String, u16, Option<u16>),
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Place {
    Anywhere,
    Word,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Checksum {
    kind: ChecksumKind,
    why: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ChecksumKind {
    Crc32Base62,
}

/// Returns the code of the table: the formats in their order, and for each first byte the beginnings with it, with their
/// second byte in lower case. `PAIRS` has a bit for each pair of first bytes, and `INSIDE` for those inside words.
///
/// # Errors
/// All faults that were found, one for each line.
pub(crate) fn generate(json: &str) -> Result<String, Vec<String>> {
    let rows: Vec<Row> =
        serde_json::from_str(json).map_err(|error| vec![format!("{FILE}: {error}")])?;
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &rows {
        let mut fault = |what: String| faults.push(format!("{FILE}: `{}`: {what}", row.name));
        if !seen.insert(row.name.as_str()) {
            fault("another row has this name".to_owned());
        }
        for what in check(row) {
            fault(what);
        }
        for start in &row.start {
            if !seen.insert(start.as_str()) {
                fault(format!("`{start}` is the beginning of two formats"));
            }
        }
    }
    if faults.is_empty() {
        Ok(code(&rows))
    } else {
        Err(faults)
    }
}

/// Returns what is wrong with a row.
fn check(row: &Row) -> Vec<String> {
    let mut faults = Vec::new();
    if row.what.is_empty() || !(row.source.starts_with("https://") || row.source == "docs/audit.md")
    {
        faults.push("`what` and `source` (an https address) must be given".to_owned());
    }
    if row.note.as_ref().is_some_and(String::is_empty) {
        faults.push("`note` must not be empty".to_owned());
    }
    if row.checksum.as_ref().is_some_and(|sum| sum.why.is_empty()) {
        faults.push("`checksum` must state why it is used as it is".to_owned());
    }
    if row.start.is_empty() && row.place == Place::Anywhere {
        faults.push("a format without a beginning must have the place `word`".to_owned());
    }
    for text in &row.start {
        let head = text.get(..2).unwrap_or_default();
        if head.is_empty()
            || !head.bytes().all(|byte| byte.is_ascii_alphanumeric())
            || !text.bytes().all(|byte| byte.is_ascii_graphic())
        {
            faults.push(
                "a beginning must be printable ASCII and have two letters or digits first"
                    .to_owned(),
            );
        }
    }
    let last = row.rest.len().saturating_sub(1);
    for (index, part) in row.rest.iter().enumerate() {
        match part {
            Part::Text(text) => {
                if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                    faults.push("a text must be printable ASCII".to_owned());
                }
            }
            Part::Run(set, least, most) => {
                if !SETS.iter().any(|(name, _)| name == set) {
                    faults.push(format!("the set `{set}` is unknown"));
                }
                let bounded = most.is_some_and(|most| most >= *least && most <= LONGEST);
                if *least == 0 || (index < last && !bounded) {
                    faults.push(format!(
                        "a run has at least one character, and one before the end at most {LONGEST}"
                    ));
                }
                if index == last && most.is_some() {
                    faults.push("the last run must have no greatest length".to_owned());
                }
            }
        }
    }
    if !matches!(row.rest.last(), Some(Part::Run(..))) {
        faults.push("a format must end with a run".to_owned());
    }
    faults
}

/// Returns the length of the shortest credential of a format without a beginning.
fn least(row: &Row) -> usize {
    let length = |part: &Part| match part {
        Part::Text(text) => text.len(),
        Part::Run(_, least, _) => usize::from(*least),
    };
    row.rest.iter().map(length).sum()
}

fn code(rows: &[Row]) -> String {
    let mut out = String::from("pub(super) static FORMATS: &[Format] = &[\n");
    for row in rows {
        let mut parts = String::new();
        for part in &row.rest {
            match part {
                Part::Text(text) => write!(parts, "Part::Text({text:?}), "),
                Part::Run(set, least, most) => {
                    let set = SETS.iter().find(|(name, _)| name == set);
                    let set = set.map_or("", |(_, code)| code);
                    write!(parts, "Part::Run(Set::{set}, {least}, {most:?}), ")
                }
            }
            .unwrap_or_default();
        }
        let sum = row.checksum.as_ref().map(|sum| match sum.kind {
            ChecksumKind::Crc32Base62 => "crc32_base62",
        });
        writeln!(
            out,
            "    Format {{ start: &{:?}, rest: &[{parts}], word: {}, upper: {}, checksum: {}, lines: {} }},",
            row.start,
            row.place == Place::Word,
            row.upper,
            sum.map_or("None".to_owned(), |name| format!("Some({name})")),
            row.lines,
        )
        .unwrap_or_default();
    }
    out.push_str("];\n");
    let open: Vec<usize> = (0..rows.len())
        .filter(|&index| rows.get(index).is_some_and(|row| row.start.is_empty()))
        .collect();
    writeln!(out, "pub(super) static OPEN: &[u8] = &{open:?};").unwrap_or_default();
    let least = open
        .iter()
        .filter_map(|&index| rows.get(index))
        .map(least)
        .min();
    writeln!(out, "const OPEN_LEAST: usize = {};", least.unwrap_or(0)).unwrap_or_default();
    out.push_str("pub(super) static LEADS: [&[(&str, u8, u8)]; 128] = [\n");
    for byte in 0..128_u8 {
        let leads: Vec<String> = rows
            .iter()
            .enumerate()
            .flat_map(|(index, row)| row.start.iter().map(move |start| (start, index)))
            .filter(|(start, _)| start.bytes().next().map(|b| b.to_ascii_lowercase()) == Some(byte))
            .map(|(start, index)| {
                let second = start.as_bytes().get(1).map_or(0, u8::to_ascii_lowercase);
                format!("({start:?}, b{:?}, {index})", char::from(second))
            })
            .collect();
        writeln!(out, "    &[{}],", leads.join(", ")).unwrap_or_default();
    }
    out.push_str("];\n");
    for (name, inside) in [("PAIRS", false), ("INSIDE", true)] {
        let mut pairs = [0_u128; 128];
        for row in rows {
            for start in row
                .start
                .iter()
                .filter(|_| !inside || row.place != Place::Word)
            {
                if let [first, second, ..] = start.to_ascii_lowercase().as_bytes()
                    && let Some(seconds) = pairs.get_mut(usize::from(*first))
                {
                    *seconds |= 1 << second;
                }
            }
        }
        writeln!(out, "static {name}: [u128; 128] = {pairs:?};").unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"name":"a","what":"A keys","source":"https://a.example/","start":["ab_"],"rest":[["hex",2,4],"-",["alnum",8,null]],"place":"anywhere","upper":true,"checksum":{"kind":"crc32_base62","why":"x"}}"#;

    #[test]
    fn a_correct_row_becomes_code() {
        let code = generate(&format!("[{ROW}]")).unwrap();
        assert!(code.contains(
            r#"Format { start: &["ab_"], rest: &[Part::Run(Set::Hex, 2, Some(4)), Part::Text("-"), Part::Run(Set::Alnum, 8, None), ], word: false, upper: true, checksum: Some(crc32_base62), lines: false },"#
        ), "{code}");
        assert!(code.contains(r#"&[("ab_", b'b', 0)],"#));
        assert!(code.contains("OPEN: &[u8] = &[];"));
    }

    #[test]
    fn a_faulty_row_is_refused_with_its_fault() {
        for (old, new, fault) in [
            ("\"hex\"", "\"hax\"", "the set `hax` is unknown"),
            ("2,4", "2,null", "at most 64"),
            ("2,4", "2,65", "at most 64"),
            ("2,4", "5,4", "at most 64"),
            ("8,null", "0,null", "at least one character"),
            ("8,null", "8,9", "no greatest length"),
            (",[\"alnum\",8,null]", "", "must end with a run"),
            ("[\"ab_\"]", "[]", "must have the place `word`"),
            ("ab_", "ä_", "printable ASCII"),
            ("ab_", "a_", "two letters or digits first"),
            ("https://a.example/", "a", "must be given"),
            ("\"x\"", "\"\"", "must state why"),
            ("\"name\"", "\"nome\"", "unknown field"),
            ("anywhere", "somewhere", "unknown variant"),
        ] {
            let faults = generate(&format!("[{}]", ROW.replace(old, new))).unwrap_err();
            assert!(faults.join("\n").contains(fault), "{faults:?}");
        }
        let faults = generate(&format!("[{ROW},{ROW}]")).unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
