//! Telling in words what an agent wrote, for the [texts](super::text) of an entry: short texts whole, long ones by their
//! beginning, length and digest. Everything is cleaned as [`clean`] describes before it is cut.

use serde_json::{Map, Value, json};

use super::clean;
use super::redact::REDACTED;
use crate::bytes::{hex, sha256};
use crate::json::{self, RawJson};

/// The length of the longest text that is told whole, in characters.
const WHOLE: usize = 200;
/// The number of characters that are told of a longer text.
const PART: usize = 120;
/// The number of characters that are told before the first difference of two texts.
const CONTEXT: usize = 40;
/// The length of the longest value, in bytes of JSON.
const BYTES: usize = 2048;
/// The number of characters that are read of a long text, before the place that is told and from there on.
const READ: usize = 16_384;
/// The number of characters before a cut that are never told, so that half a secret cannot be mistaken for a text.
const MARGIN: usize = 4_096;
/// The largest number of ids that are told of a list.
const IDS: usize = 64;

/// Arguments that say nothing to people: digests of what was read.
const OPAQUE: [&str; 1] = ["fingerprint"];

/// The argument that holds a file, or a part of one, in base64.
const FILE: &str = "data";

/// How an argument is told.
pub(crate) enum Told {
    /// In the entry itself: numbers, ids, and the digest of a secret.
    Plain(RawJson),
    /// As a text that can be erased.
    Text(RawJson),
}

/// Returns how the argument `name` is told.
pub(crate) fn argument(name: &str, given: &json::RawJson) -> Told {
    let kind = json::kind(given);
    let short = given.get().len() <= 24;
    if matches!(kind, "boolean" | "null") || (kind == "integer" && short) {
        return Told::Plain(given.clone());
    }
    let value = serde_json::from_str::<Value>(given.get());
    let is_opaque = OPAQUE.contains(&name) || (name == FILE && kind == "string");
    let Some(value) = value.ok().filter(|_| !is_opaque) else {
        return Told::Plain(json::raw(&digest(kind, given.get())));
    };
    if let Some(ids) = ids(&value) {
        return Told::Plain(json::raw(&ids));
    }
    match told(name, &value, given.get()) {
        Value::String(hidden) if hidden == REDACTED => {
            Told::Plain(json::raw(&digest(kind, given.get())))
        }
        told => Told::Text(json::raw(&told)),
    }
}

/// Returns the value `value` of the member `name`, cleaned and bounded. What was told before stays as it is.
pub(super) fn bounded(name: &str, value: Value) -> Value {
    told(name, &value, &value.to_string())
}

/// Returns how a field changed: `{"from": …, "to": …}`, each of them whole, or the part at the first difference.
pub(crate) fn difference(name: &str, from: &str, to: &str) -> Value {
    let is_short = |text: &str| text.chars().nth(WHOLE).is_none();
    if is_short(from) && is_short(to) {
        return bounded(name, json!({ "from": from, "to": to }));
    }
    let same = from
        .chars()
        .zip(to.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let skipped = same.saturating_sub(READ);
    let [from_part, to_part] = [from, to].map(|text| cleaned(text, skipped));
    let same = from_part
        .chars()
        .zip(to_part.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let start = same.saturating_sub(CONTEXT);
    let side = |text: &str, part: &str| {
        let told = cut(part, start, skipped > 0);
        let length = text.chars().count();
        if length <= WHOLE && start == 0 && skipped == 0 {
            Value::from(told)
        } else {
            json!({ "text": told, "length": length, "sha256": short_digest(&Value::from(text).to_string()) })
        }
    };
    json!({ "from": side(from, &from_part), "to": side(to, &to_part) })
}

/// Returns which members of an object changed, as [`difference`] does for a text.
pub(crate) fn members(from: &json::RawJson, to: &json::RawJson) -> Value {
    let read = |json: &json::RawJson| -> Map<String, Value> {
        serde_json::from_str(json.get()).unwrap_or_default()
    };
    let (from, to) = (read(from), read(to));
    let changed = |these: &Map<String, Value>, others: &Map<String, Value>| -> Value {
        let changed = these
            .iter()
            .filter(|(name, value)| others.get(*name) != Some(value));
        let changed = changed.map(|(name, value)| (name.clone(), value.clone()));
        Value::Object(changed.collect())
    };
    let [from, to] = [changed(&from, &to), changed(&to, &from)].map(|side| bounded("meta", side));
    json!({ "from": from, "to": to })
}

/// Returns up to [`READ`] characters of `text` from the character `skipped` on, and as many before the first difference,
/// cleaned. The end of a text that was cut is left out.
fn cleaned(text: &str, skipped: usize) -> String {
    let mut rest = text.chars().skip(skipped);
    let read: String = rest.by_ref().take(2 * READ).collect();
    let clean = clean::text(&read, usize::MAX);
    if rest.next().is_none() {
        return clean;
    }
    let length = clean.chars().count().saturating_sub(MARGIN);
    clean.chars().take(length).collect()
}

/// Returns [`PART`] characters from `start` on, with `…` where text is left out.
fn cut(text: &str, start: usize, more_before: bool) -> String {
    let mut rest = text.chars().skip(start);
    let mut part: String = rest.by_ref().take(PART).collect();
    if start > 0 || more_before {
        part.insert(0, '…');
    }
    if rest.next().is_some() {
        part.push('…');
    }
    part
}

/// Returns how a value is told; `given` is the JSON of which the digest is made.
fn told(name: &str, value: &Value, given: &str) -> Value {
    let shortened = |text: &str, length: usize| {
        let part = cut(text, 0, false);
        json!({ "text": part, "length": length, "sha256": short_digest(given) })
    };
    if let Value::String(text) = value
        && text.chars().nth(WHOLE).is_some()
    {
        // The name decides first: a secret is hidden, however long it is.
        let start: String = text.chars().take(WHOLE).collect();
        if let Value::String(hidden) = clean::member(name, &Value::from(start))
            && hidden == REDACTED
        {
            return hidden.into();
        }
        return shortened(&cleaned(text, 0), text.chars().count());
    }
    let clean = short(clean::member(name, value));
    let json = clean.to_string();
    if json.len() <= BYTES {
        clean
    } else {
        shortened(&json, json.chars().count())
    }
}

/// Cuts the texts inside a list or an object.
fn short(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().nth(WHOLE).is_some() => cut(&text, 0, false).into(),
        Value::Array(items) => items.into_iter().map(short).collect(),
        Value::Object(members) => {
            let short = members.into_iter().map(|(name, item)| (name, short(item)));
            Value::Object(short.collect::<Map<_, _>>())
        }
        plain => plain,
    }
}

/// Returns the ids of a list of ids, or of a list of objects that each have one. What happens to each is recorded by itself.
fn ids(value: &Value) -> Option<Value> {
    let items = value.as_array().filter(|items| !items.is_empty())?;
    let id = |item: &Value| item.as_u64().or_else(|| item.get("id")?.as_u64());
    let ids: Vec<u64> = items.iter().map(id).collect::<Option<_>>()?;
    let told: Vec<u64> = ids.iter().copied().take(IDS).collect();
    Some(json!({ "count": ids.len(), "ids": told }))
}

fn digest(kind: &str, given: &str) -> Value {
    json!({ "type": kind, "sha256": short_digest(given) })
}

fn short_digest(given: &str) -> String {
    let mut digest = hex(&sha256(given.as_bytes()));
    digest.truncate(16);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "csat_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";

    fn tell(name: &str, json: &str) -> (bool, Value) {
        let given: RawJson = serde_json::from_str(json).unwrap();
        let (is_text, told) = match argument(name, &given) {
            Told::Plain(told) => (false, told),
            Told::Text(told) => (true, told),
        };
        (is_text, serde_json::from_str(told.get()).unwrap())
    }

    #[test]
    fn short_texts_are_told_and_numbers_stay_in_the_entry() {
        assert_eq!(tell("title", r#""Über uns""#), (true, json!("Über uns")));
        assert_eq!(tell("sticky", "true"), (false, json!(true)));
        assert_eq!(tell("id", "12"), (false, json!(12)));
        assert_eq!(tell("tags", r#"["a","b"]"#), (true, json!(["a", "b"])));
        assert_eq!(
            tell("ids", "[3,4]"),
            (false, json!({ "count": 2, "ids": [3, 4] }))
        );
        assert_eq!(
            tell("items", r#"[{"id":7,"alt":"x"},{"id":8}]"#),
            (false, json!({ "count": 2, "ids": [7, 8] }))
        );
    }

    #[test]
    fn a_file_is_told_by_its_digest() {
        let (is_text, told) = tell("data", r#""iVBORw0KGgo=""#);
        assert!(!is_text && told["sha256"].is_string(), "{told}");
        assert_eq!(tell("data", "[1]"), tell("ids", "[1]"));
    }

    #[test]
    fn long_text_is_told_by_its_beginning() {
        let long = "word ".repeat(50_000);
        let (is_text, told) = tell("content", &Value::from(long.as_str()).to_string());
        assert!(is_text);
        assert_eq!(told["length"], 250_000);
        assert_eq!(told["sha256"].as_str().unwrap().len(), 16);
        let text = told["text"].as_str().unwrap();
        assert!(text.starts_with("word word") && text.ends_with('…'));
        assert_eq!(text.chars().count(), PART + 1);
        // What was told before stays as it is.
        assert_eq!(bounded("content", told.clone()), told);
    }

    #[test]
    fn secrets_are_not_told() {
        let (is_text, told) = tell("password", r#""hunter2 and more""#);
        assert!(!is_text && told["sha256"].is_string(), "{told}");
        let long = Value::from(format!("x{}", "y7Kq".repeat(100))).to_string();
        assert!(!tell("api_key", &long).0);
        for text in [
            format!("Use {TOKEN} now"),
            format!("{}{TOKEN} {}", "a ".repeat(55), "b ".repeat(20_000)),
            format!("{}{TOKEN}", "\u{200b}".repeat(2 * READ - 12)),
            format!("{}{TOKEN}", "\u{200b}".repeat(300)),
        ] {
            let told = tell("title", &Value::from(text).to_string()).1.to_string();
            assert!(
                !told.contains("AbCdEfGh") && !told.contains("csat_A"),
                "{told}"
            );
        }
        let (_, told) = tell(
            "meta",
            &format!(r#"{{"password":"hunter2","a":"{TOKEN}"}}"#),
        );
        assert_eq!(told, json!({ "password": REDACTED, "a": REDACTED }));
    }

    #[test]
    fn difference_is_told_where_it_begins() {
        assert_eq!(
            difference("title", "Old", "New"),
            json!({ "from": "Old", "to": "New" })
        );
        let same = "same ".repeat(20_000);
        let told = difference(
            "content",
            &format!("{same}old words"),
            &format!("{same}new words"),
        );
        for (side, words) in [("from", "old words"), ("to", "new words")] {
            let text = told[side]["text"].as_str().unwrap();
            assert!(text.starts_with('…') && text.ends_with(words), "{text}");
            assert_eq!(told[side]["length"], 100_009);
        }
        let told = difference("content", &"a".repeat(300), "b");
        assert_eq!(told["to"], "b");
        let [from, to] = [
            r#"{"a":1,"b":["x"],"api_key":"k"}"#,
            r#"{"a":1,"b":["y"],"password":"hunter2"}"#,
        ]
        .map(|json| serde_json::from_str::<RawJson>(json).unwrap());
        assert_eq!(
            members(&from, &to),
            json!({ "from": { "api_key": "k", "b": ["x"] }, "to": { "b": ["y"], "password": REDACTED } })
        );
        assert_eq!(told["from"]["length"], 300);
        let secret = format!("{same}{TOKEN} x");
        let told = difference("content", &secret, &format!("{same}csat_AbC")).to_string();
        assert!(!told.contains("GhIj"), "{told}");
    }

    #[test]
    fn values_are_bounded() {
        let many: Map<String, Value> = (0..60)
            .map(|n| (format!("k{n}"), "x".repeat(190).into()))
            .collect();
        let told = bounded("meta", many.into());
        assert!(told.to_string().len() < 600, "{told}");
        assert!(told["length"].as_u64().unwrap() > 10_000);
    }
}
