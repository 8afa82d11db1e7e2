//! An order of all JSON values, in which exactly the values that JSON Schema calls equal are equal.

use std::cmp::Ordering;

use serde_json::Value;

use super::number;

/// Compares two values. Numbers are equal if their values are; objects are equal whatever the order of their members.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => number::compare(a, b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => a.len().cmp(&b.len()).then_with(|| {
            let mut pairs = a.iter().zip(b).map(|(a, b)| compare(a, b));
            pairs.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        }),
        // The members of a serde_json object are sorted by name.
        (Value::Object(a), Value::Object(b)) => a.len().cmp(&b.len()).then_with(|| {
            let mut pairs = a
                .iter()
                .zip(b)
                .map(|((one, a), (other, b))| one.cmp(other).then_with(|| compare(a, b)));
            pairs.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        }),
        _ => rank(a).cmp(&rank(b)),
    }
}

const fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

/// Returns whether no two items are equal.
pub(super) fn distinct(items: &[Value]) -> bool {
    let mut sorted: Vec<&Value> = items.iter().collect();
    sorted.sort_unstable_by(|a, b| compare(a, b));
    !sorted
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if compare(a, b).is_eq()))
}

/// Returns about how much work it is to compare a value: its parts, and its texts by their length.
pub(super) fn weight(value: &Value) -> u64 {
    let text = |text: &str| 1 + text.len() as u64 / 16;
    match value {
        Value::Array(items) => 1 + items.iter().map(weight).sum::<u64>(),
        Value::Object(members) => {
            let of = |(name, value): (&String, &Value)| text(name) + weight(value);
            1 + members.iter().map(of).sum::<u64>()
        }
        Value::String(string) => text(string),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_those_of_json_schema() {
        let equal = |a: &str, b: &str| {
            let (a, b): (Value, Value) = (
                serde_json::from_str(a).unwrap(),
                serde_json::from_str(b).unwrap(),
            );
            assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            compare(&a, &b).is_eq()
        };
        // The second line fails if a feature of serde_json no longer sorts the members.
        assert!(equal("[1, 2.0]", "[1.0, 2]"));
        assert!(equal(
            r#"{"b": 1, "a": [null]}"#,
            r#"{"a": [null], "b": 1.0}"#
        ));
        for (a, b) in [
            ("1", "true"),
            ("0", "false"),
            ("null", "0"),
            ("[]", "{}"),
            (r#""1""#, "1"),
            ("[1, 2]", "[2, 1]"),
            (r#"{"a": 1}"#, r#"{"b": 1}"#),
            (r#"{"a": 1}"#, r#"{"a": 1, "b": 1}"#),
        ] {
            assert!(!equal(a, b), "{a} {b}");
        }
    }
}
