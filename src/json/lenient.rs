//! One spelling for what JSON can spell in several ways, or spells without a meaning.

use std::borrow::Cow;

/// The longest number that [`whole_numbers`] rewrites, in bytes. Every 64-bit integer fits in many times less.
const MAX_NUMBER: usize = 64;

/// Returns `text` with each escape of half a surrogate pair, such as `\ud83d` without the second half, replaced by the
/// escape of U+FFFD. RFC 8259 §8.2 permits such escapes; no Unicode string can hold them. The length does not change.
///
/// `text` need not be JSON: text that is none stays none.
///
/// ```
/// use countersign::json::replace_lone_surrogates;
///
/// assert_eq!(replace_lone_surrogates(r#""\ud83d""#), r#""\ufffd""#);
/// assert_eq!(replace_lone_surrogates(r#""\ud83d\ude00""#), r#""\ud83d\ude00""#);
/// ```
#[must_use]
pub fn replace_lone_surrogates(text: &str) -> Cow<'_, str> {
    if !text.contains(r"\u") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let length = match unit(escape) {
            Some(0xd800..0xdc00) if escape.get(6..).and_then(unit).is_some_and(is_low) => 12,
            Some(0xd800..0xe000) => {
                changed = true;
                out.push_str(r"\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            Some(_) => 6,
            // The backslash and the character that it escapes, which can be another backslash.
            None => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (kept, later) = escape.split_at(length);
        out.push_str(kept);
        rest = later;
    }
    out.push_str(rest);
    if changed {
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns the UTF-16 code unit that `text` begins with, if it begins with an escape `\uXXXX`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix(r"\u")?.get(..4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u16::from_str_radix(digits, 16).ok())?
}

const fn is_low(unit: u16) -> bool {
    matches!(unit, 0xdc00..0xe000)
}

/// Returns JSON text with each number that is a 64-bit integer written as one: `15.0` and `1.5e1` become `15`, `-0.0`
/// becomes `0`. JSON Schema counts all of them as integers, and other parsers do not. Everything else is kept as written.
///
/// ```
/// assert_eq!(
///     countersign::json::whole_numbers(r#"{"a":[15.0,1.5],"b":"1.0"}"#),
///     r#"{"a":[15,1.5],"b":"1.0"}"#
/// );
/// ```
#[must_use]
pub fn whole_numbers(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '-' | '0'..='9' => rest
                .bytes()
                .take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte))
                .count(),
            _ => first.len_utf8(),
        };
        let (token, later) = rest.split_at(length);
        match integer(token) {
            Some(whole) if first != '"' => out.push_str(&whole.to_string()),
            _ => out.push_str(token),
        }
        rest = later;
    }
    out
}

/// Returns the length of the string that `text` begins with, in bytes, or of all of `text` if the string does not end.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Returns the value of a JSON number, however it is written, if it is an integer of 64 bits.
#[must_use]
pub fn integer(number: &str) -> Option<i64> {
    if number.len() > MAX_NUMBER {
        return None;
    }
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = all.trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    // How many digits stand before the point.
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
    let missing = point - i64::try_from(significant.len()).ok()?;
    // A 64-bit integer has at most 19 digits.
    let zeros = usize::try_from(missing).ok().filter(|zeros| *zeros < 19)?;
    format!("{sign}{significant}{}", "0".repeat(zeros))
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_of_pairs_are_replaced_and_everything_else_is_kept() {
        for (text, expected) in [
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\uD83Dx\uDE00""#, r#""\ufffdx\ufffd""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ud83d\n""#, r#""\ufffd\n""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
            (r#""\u0041\ud83d\ude00é""#, r#""\u0041\ud83d\ude00é""#),
            (r"\ud8", r"\ud8"),
            (r"\u+123", r"\u+123"),
            ("\\u\u{e9}\u{e9}", "\\u\u{e9}\u{e9}"),
            ("\\", "\\"),
            ("\\é", "\\é"),
        ] {
            assert_eq!(replace_lone_surrogates(text), expected, "{text}");
            assert_eq!(replace_lone_surrogates(text).len(), text.len());
        }
    }

    #[test]
    fn numbers_are_integers_whatever_their_spelling() {
        for (number, expected) in [
            ("15", Some(15)),
            ("15.0", Some(15)),
            ("1.5e1", Some(15)),
            ("150E-1", Some(15)),
            ("-0.0", Some(0)),
            ("-0", Some(0)),
            ("0e999999999", Some(0)),
            ("-3.00", Some(-3)),
            ("1e3", Some(1000)),
            ("9007199254740993.0", Some(9_007_199_254_740_993)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808.0", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("1e19", None),
            ("1e300", None),
            ("1.5", None),
            ("15e-1", None),
            ("1e-2", None),
            ("1e99999999999", None),
            ("", None),
            ("-", None),
            (".5", None),
        ] {
            assert_eq!(integer(number), expected, "{number}");
        }
        assert_eq!(
            whole_numbers(r#"[ 1.0, -0.0,{"1.0":"\"1.0","a":1e2 },[1.25,9e99]]"#),
            r#"[ 1, 0,{"1.0":"\"1.0","a":100 },[1.25,9e99]]"#
        );
    }

    proptest! {
        #[test]
        fn any_text_is_accepted(text in ".*") {
            let _ = whole_numbers(&text);
            prop_assert_eq!(replace_lone_surrogates(&text).len(), text.len());
        }

        #[test]
        fn integers_keep_their_value(value in any::<i64>(), zeros in 0_usize..5) {
            let written = format!("{value}.{}", "0".repeat(zeros + 1));
            prop_assert_eq!(integer(&written), Some(value));
            prop_assert_eq!(whole_numbers(&written), value.to_string());
        }
    }
}
