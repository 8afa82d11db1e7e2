//! The canonical form of JSON: the text that digests and signatures of values are made of.

use serde_json::value::RawValue;

use super::object::Object;
use super::value::{RawJson, raw};

/// Returns the canonical form of `value`: members sorted by name, no white space, strings with the fewest
/// escapes, and numbers as received.
///
/// Numbers are not normalised, so `1` and `1.0` have different canonical forms. That differs from
/// [RFC 8785](https://www.rfc-editor.org/rfc/rfc8785), which would lose the precision of large integers.
///
/// ```
/// use countersign::json::{RawJson, canonical};
///
/// let value: RawJson = serde_json::from_str(r#"{ "b": 1.0, "a": "\u0041" }"#).unwrap();
/// assert_eq!(canonical(&value), r#"{"a":"A","b":1.0}"#);
/// ```
#[must_use]
pub fn canonical(value: &RawValue) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &RawValue, out: &mut String) {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'{') => {
            let object = Object::parse(text).unwrap_or_default();
            let mut members: Vec<(&str, &RawValue)> = object.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (at, (name, inner)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(raw(name).get());
                out.push(':');
                write_canonical(inner, out);
            }
            out.push('}');
        }
        Some(b'[') => {
            let items: Vec<RawJson> = serde_json::from_str(text).unwrap_or_default();
            out.push('[');
            for (at, inner) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_canonical(inner, out);
            }
            out.push(']');
        }
        Some(b'"') => {
            let decoded: String = serde_json::from_str(text).unwrap_or_default();
            out.push_str(raw(&decoded).get());
        }
        _ => out.push_str(text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::compact;
    use super::*;
    use proptest::prelude::*;

    fn canonical_of(text: &str) -> String {
        canonical(&serde_json::from_str::<RawJson>(text).unwrap())
    }

    #[test]
    fn equal_values_have_one_canonical_form() {
        assert_eq!(
            canonical_of("{ \"b\" : [ 1.0, {} , [] ],\n\"a\":\"\\u0041\\/\" }"),
            r#"{"a":"A/","b":[1.0,{},[]]}"#
        );
        assert_ne!(
            canonical_of("1"),
            canonical_of("1.0"),
            "numbers are not normalised"
        );
        assert_ne!(canonical_of("{}"), canonical_of("[]"));
    }

    proptest! {
        #[test]
        fn canonical_form_is_stable_and_ignores_white_space(value in arbitrary()) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            let tight = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(canonical_of(&pretty), canonical_of(&tight));
            prop_assert_eq!(compact(&pretty), tight);
            let once = canonical_of(&pretty);
            prop_assert_eq!(canonical_of(&once), once.clone());
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&once).unwrap(), value);
        }
    }

    fn arbitrary() -> impl Strategy<Value = serde_json::Value> {
        use serde_json::Value;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::hash_map(".*", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }
}
