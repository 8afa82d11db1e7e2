//! Single JSON values: their type, their text, and the serialisation of Rust values.

use serde::Serialize;
use serde_json::value::RawValue;

/// A JSON value, as the text that was received or written.
pub type RawJson = Box<RawValue>;

/// Serialises `value` as JSON.
///
/// Returns `null` if `value` cannot be serialised. The types of this crate always can be: their map keys
/// are strings.
///
/// ```
/// assert_eq!(countersign::json::raw(&[1, 2]).get(), "[1,2]");
/// ```
#[must_use]
pub fn raw(value: &(impl Serialize + ?Sized)) -> RawJson {
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Returns the type of `value` in the terms of JSON Schema: `object`, `array`, `string`, `boolean`,
/// `null`, `integer` or `number`. A number counts as `integer` if it is written without a fraction and
/// an exponent.
///
/// ```
/// use countersign::json::{kind, raw};
///
/// assert_eq!(kind(&raw(&7)), "integer");
/// assert_eq!(kind(&raw(&7.5)), "number");
/// ```
#[must_use]
pub fn kind(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') | None => "null",
        Some(_) if is_integer(value.get()) => "integer",
        Some(_) => "number",
    }
}

/// Returns whether `text` is a number written without a fraction and an exponent.
#[must_use]
pub fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether `value` is a list without items. PHP and others encode an empty object as one.
#[must_use]
pub fn is_empty_list(value: &RawValue) -> bool {
    let inner = value.get().strip_prefix('[');
    inner
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|inner| inner.trim_ascii().is_empty())
}

/// Removes the white space between the tokens of JSON text. Strings and numbers are kept as written.
///
/// ```
/// assert_eq!(
///     countersign::json::compact(r#"{ "a b" : [1, 2.50] }"#),
///     r#"{"a b":[1,2.50]}"#
/// );
/// ```
#[must_use]
pub fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for character in json.chars() {
        if quoted {
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if matches!(character, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            quoted = character == '"';
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_without_items_is_empty() {
        for (text, expected) in [
            ("[]", true),
            ("[ \n]", true),
            ("[[]]", false),
            ("{}", false),
        ] {
            let value: RawJson = serde_json::from_str(text).unwrap();
            assert_eq!(is_empty_list(&value), expected, "{text}");
        }
    }

    #[test]
    fn compact_keeps_strings_unchanged() {
        assert_eq!(
            compact("{ \"a b\\\" \" :\n[1, 2 ,\"\\\\\" , \"x\\u0020 \"]}"),
            "{\"a b\\\" \":[1,2,\"\\\\\",\"x\\u0020 \"]}"
        );
    }

    proptest! {
        #[test]
        fn compact_never_panics(text in ".*") {
            let _ = compact(&text);
        }
    }
}
