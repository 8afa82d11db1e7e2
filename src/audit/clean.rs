//! Cleaning of texts for entries: they become bounded, printable and free of secrets.
//!
//! The order matters. Invisible characters are removed first, because one inside a token would hide the token from
//! redaction and its removal would join the token again. Then secrets are redacted, and only then is text cut to length.

use serde_json::{Map, Value};

use super::redact::{Named, REDACTED, hides, named, redact};
use crate::bytes::{hex, sha256};

/// The length of the longest text inside `change`, in characters.
const TEXT: usize = 512;
/// The length of the longest key inside `change`, in characters.
const KEY: usize = 96;
/// The largest number of members of one object or array inside `change`.
const MEMBERS: usize = 64;
/// The deepest nesting inside `change`.
const DEPTH: usize = 8;
/// The length of the longest `change`, in bytes of JSON. A longer one is replaced by its digest.
pub(super) const CHANGE_BYTES: usize = 8192;

/// Returns `input` without invisible characters and secrets, cut to at most `max` characters. A text that was cut ends
/// with `…`.
pub(super) fn text(input: &str, max: usize) -> String {
    let mut breaks = Vec::new();
    let mut out = if input.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        redact(input, &breaks)
    } else {
        let mut visible = String::with_capacity(input.len());
        for c in input.chars() {
            if !is_invisible(c) {
                visible.push(c);
            } else if is_break(c) {
                breaks.push(visible.len());
            }
        }
        breaks.dedup();
        redact(&visible, &breaks)
    };
    if out.len() <= max {
        return out;
    }
    if let Some((cut, _)) = out.char_indices().nth(max) {
        let end = out
            .char_indices()
            .nth(max.saturating_sub(1))
            .map_or(cut, |(end, _)| end);
        out.truncate(end);
        out.push('…');
    }
    out
}

/// Returns `change` with every key and value cleaned, its keys in byte order, and its width, depth and length bounded.
pub(super) fn change(input: &Map<String, Value>) -> Map<String, Value> {
    let clean = object(input, 1, None);
    let json = serde_json::to_vec(&clean).unwrap_or_default();
    if json.len() <= CHANGE_BYTES {
        return clean;
    }
    let mut digest = Map::new();
    digest.insert("bytes".to_owned(), json.len().into());
    digest.insert("sha256".to_owned(), hex(&sha256(&json)).into());
    digest
}

/// Returns the value of a member `name` inside `change`, cleaned.
pub(super) fn member(name: &str, value: &Value) -> Value {
    let mut one = Map::new();
    one.insert(name.to_owned(), value.clone());
    object(&one, 1, None)
        .into_iter()
        .next()
        .map_or(Value::Null, |(_, clean)| clean)
}

/// Cleans a value. `name` is what the name of the member that it belongs to says about it.
fn value(input: &Value, depth: usize, name: Option<Named>) -> Value {
    match input {
        Value::String(string) => secret(string, name)
            .unwrap_or_else(|| text(string, TEXT))
            .into(),
        Value::Array(_) | Value::Object(_) if depth > DEPTH => "…".into(),
        Value::Array(items) => {
            let mut out: Vec<Value> = items
                .iter()
                .take(MEMBERS)
                .enumerate()
                .map(|(index, item)| {
                    let before = index.checked_sub(1).and_then(|before| items.get(before));
                    value(item, depth + 1, name.max(option(before)))
                })
                .collect();
            if items.len() > MEMBERS {
                out.push("…".into());
            }
            out.into()
        }
        Value::Object(members) => object(members, depth, name).into(),
        plain => plain.clone(),
    }
}

/// Returns what an option of a command line, such as `--token`, says about the item after it.
fn option(item: Option<&Value>) -> Option<Named> {
    item?
        .as_str()
        .filter(|item| item.starts_with('-') && !item.contains(['=', ' ']))
        .and_then(named)
}

/// Returns what a member such as `name` says about the members of the same object for which [`is_value`] holds.
fn label(members: &Map<String, Value>) -> Option<Named> {
    if !members.keys().any(|name| is_value(name)) {
        return None;
    }
    members
        .iter()
        .filter(|(name, _)| !is_value(name))
        .filter_map(|(_, member)| named(member.as_str().filter(|text| text.len() <= KEY)?))
        .max()
}

/// Whether a member has the value of something that another member names.
fn is_value(name: &str) -> bool {
    let end = name.len().checked_sub(5).and_then(|from| name.get(from..));
    end.is_some_and(|end| end.eq_ignore_ascii_case("value"))
        || matches!(name, "old" | "new" | "from" | "to" | "before" | "after")
}

/// Returns the replacement of `input` if its name makes it a secret.
fn secret(input: &str, name: Option<Named>) -> Option<String> {
    let name = name?;
    let visible: String = input.chars().filter(|&c| !is_invisible(c)).collect();
    hides(name, visible.trim()).then(|| REDACTED.to_owned())
}

/// Whether a member is a digest under the name `sha256`, as the summaries of arguments contain it.
fn is_digest(name: &str, member: &Value) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    name == "sha256" && member.as_str().is_some_and(hex)
}

fn object(input: &Map<String, Value>, depth: usize, outer: Option<Named>) -> Map<String, Value> {
    // Sorted here, so that the bytes do not depend on the features of serde_json.
    let mut sorted = std::collections::BTreeMap::new();
    let label = label(input);
    for (name, member) in input {
        let own = named(name).max(label.filter(|_| is_value(name)));
        let secret = own.max(outer).filter(|_| !is_digest(name, member));
        let hidden = member.is_number() && own.is_some_and(|own| hides(own, &member.to_string()));
        let name = text(name, KEY);
        let mut key = name.clone();
        let mut count = 1_usize;
        // Two keys may become equal by cleaning. Both are kept.
        while sorted.contains_key(&key) {
            count += 1;
            key = format!("{name}#{count}");
        }
        if sorted.len() == MEMBERS {
            sorted.insert("…".to_owned(), Value::from(input.len() - MEMBERS));
            break;
        }
        let clean = if hidden {
            REDACTED.into()
        } else {
            value(member, depth + 1, secret)
        };
        sorted.insert(key, clean);
    }
    sorted.into_iter().collect()
}

/// Whether a character ends a line or separates columns. It is removed, but what follows begins a word.
const fn is_break(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character is invisible but changes how a line looks or compares: control, direction, zero-width, filler, tag
/// and variation characters (Unicode categories Cc and Cf, default-ignorable characters and line separators).
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}'
            | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "csat_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";

    #[test]
    fn secrets_are_redacted_at_any_place() {
        for (dirty, clean) in [
            (TOKEN.to_owned(), "[redacted]"),
            (format!("a{TOKEN}!b"), "a[redacted]!b"),
            (TOKEN.to_uppercase(), "[redacted]"),
            (
                "cs\u{200b}rt_\u{7}AbCdEfGhIjKlMnOpQrSt".to_owned(),
                "[redacted]",
            ),
            ("csat_csat_AbCdEfGhIjKlMnOpQrSt".to_owned(), "[redacted]"),
            (
                "Authorization: bEARER  x/y+z=, z".to_owned(),
                "Authorization: [redacted], z",
            ),
            ("Bearer%20abc".to_owned(), "[redacted]"),
            (
                "x=csaction.AbCdEfGhIj.KlMnOpQrStUv;".to_owned(),
                "x=[redacted];",
            ),
            (
                "CSHEARTBEAT.AbCdEfGhIj.KlMnOpQrStUv".to_owned(),
                "[redacted]",
            ),
            ("cse1.01234567.AbCdEfGhIjKl!".to_owned(), "[redacted]!"),
            ("csv1.AbCdEfGhIjKlMnOpQrSt".to_owned(), "[redacted]"),
            ("t=eyJhbGciOiJ9.e30.c2ln;".to_owned(), "t=[redacted];"),
            ("id_eyJhbGciOiJ9.e30.c2ln.x.y".to_owned(), "[redacted]"),
            (
                "0123456789abcdef.0123456789abcdef.0123456789abcdef".to_owned(),
                "[redacted]",
            ),
            // One secret directly after another.
            (
                format!("{TOKEN}.eyJhbGciOiJ9.e30.c2ln"),
                "[redacted][redacted]",
            ),
        ] {
            assert_eq!(text(&dirty, 200), clean, "{dirty:?}");
        }
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for plain in [
            "www.example.com",
            "1.2.3",
            "csat_short",
            "csaction.short",
            "cse1.AbCdEfGhIjKlMnOpQrS",
            "csaction",
            "css_class-names_and_such_things",
            "bearer",
            "bearer: ",
            "forbearers",
            "elephants.example.com",
            // Fewer than three parts from the one that begins like JSON.
            "www.example.eyJhbGciOiJ9",
            "www.eyJhbGciOiJ9.example",
            "Grüße 日本 🎉",
        ] {
            assert_eq!(text(plain, 200), plain);
        }
    }

    #[test]
    fn invisible_characters_are_removed() {
        assert_eq!(
            text(
                "a\u{202e}b\u{0}c\u{85}d\u{2066}e\u{feff}f\ng\u{e0041}h\u{fe0f}",
                99
            ),
            "abcdefgh"
        );
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(text("日本語", 3), "日本語");
        assert_eq!(text("日本語x", 3), "日本…");
        // The text is cut after redaction, so that no part of a token remains.
        assert_eq!(text(TOKEN, 6), "[reda…");
    }

    #[test]
    fn change_is_bounded_in_depth_width_and_length() {
        let mut deep = Value::from(1);
        for _ in 0..40 {
            deep = serde_json::json!({ "d": deep });
        }
        let wide: Vec<u64> = (0..100).collect();
        let input = serde_json::json!({ "deep": deep, "wide": wide });
        let clean = change(input.as_object().unwrap());
        assert_eq!(clean["wide"].as_array().unwrap().len(), MEMBERS + 1);
        assert_eq!(
            clean["deep"].to_string().matches("\"d\"").count(),
            DEPTH - 1
        );

        let full: Value = (0..MEMBERS).collect();
        let deep = "[".repeat(40) + &"]".repeat(40);
        let deep: Value = serde_json::from_str(&deep).unwrap();
        let input = serde_json::json!({ "full": full, "deep": deep });
        let clean = change(input.as_object().unwrap());
        assert_eq!(clean["full"], full);
        assert_eq!(clean["deep"].to_string(), "[[[[[[[\"…\"]]]]]]]");

        let many: Map<String, Value> = (0..100).map(|n| (format!("k{n:03}"), n.into())).collect();
        let clean = change(&many);
        assert_eq!(clean.len(), MEMBERS + 1);
        assert_eq!(clean["…"], 36);

        let large: Map<String, Value> = (0..60)
            .map(|n| (format!("k{n}"), "x".repeat(500).into()))
            .collect();
        let clean = change(&large);
        assert_eq!(clean.keys().collect::<Vec<_>>(), ["bytes", "sha256"]);
    }

    #[test]
    fn keys_that_become_equal_are_both_kept() {
        let input =
            serde_json::json!({ TOKEN: 1, "csrt_AbCdEfGhIjKlMnOpQrStUv": 2, "b\u{0}": 3, "b": 4 });
        let clean = change(input.as_object().unwrap());
        assert_eq!(clean.len(), 4);
        assert!(clean.contains_key("[redacted]#2") && clean.contains_key("b#2"));
    }

    /// This would take minutes if the rest of the text were searched again at every place.
    #[test]
    fn long_input_is_read_in_one_pass() {
        for (piece, clean) in [
            ("a", "aaaaaaaaa…"),
            ("a.", "a.a.a.a.a…"),
            ("a-", "a-a-a-a-a…"),
            ("a_", "a_a_a_a_a…"),
            ("eyJ", "eyJeyJeyJ…"),
            ("eyJ.", "eyJ.eyJ.e…"),
            ("csat_", "[redacted]"),
            ("bearer ", "[redacted…"),
        ] {
            assert_eq!(text(&piece.repeat(50_000), 10), clean);
        }
    }
}
