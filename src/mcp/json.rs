//! JSON as it was written: objects that keep order, number spelling and the difference between `{}`
//! and `[]`.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(super) use crate::access::compact;

/// A JSON value as it was written.
pub(super) type Raw = Box<RawValue>;

/// The deepest nesting that is read.
pub(super) const MAX_DEPTH: usize = 64;

/// An object whose members keep their order and their spelling.
#[derive(Debug, Clone, Default)]
pub(super) struct Object(Vec<(String, Raw)>);

impl Object {
    /// Reads an object; `None` for anything else, and when a name stands twice.
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| &**value)
    }

    /// The member as text, when it is a string.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    /// The member as an object, when it is one.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        Self::parse(self.get(name)?.get())
    }

    pub(super) fn set(&mut self, name: &str, value: Raw) {
        match self.0.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(super) fn with(mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Self {
        self.set(name, raw(value));
        self
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Raw> {
        let at = self.0.iter().position(|(other, _)| other == name)?;
        Some(self.0.remove(at).1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), &**value))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn to_json(&self) -> String {
        raw(self).get().to_owned()
    }
}

impl Serialize for Object {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                let mut names = HashSet::new();
                while let Some((name, value)) = map.next_entry::<String, Raw>()? {
                    if !names.insert(name.clone()) {
                        return Err(A::Error::custom("name stands twice"));
                    }
                    members.push((name, value));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// `value` as JSON. What this crate serialises always can be.
pub(super) fn raw(value: &(impl Serialize + ?Sized)) -> Raw {
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// The JSON type of a value, by its first character.
pub(super) fn kind(value: &RawValue) -> &'static str {
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

/// Whether JSON text is a number without fraction and exponent.
pub(super) fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// No JSON, or text in it that is no Unicode.
    NotJson,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// An object, at any depth, has a name twice: readers would differ on which one counts.
    Duplicate,
}

/// Reads `text` wholly, so that no later reader finds what this one did not.
pub(super) fn check(text: &str) -> Result<(), Flaw> {
    let flaw = Cell::new(Flaw::NotJson);
    let mut reader = serde_json::Deserializer::from_str(text);
    Strict {
        depth: MAX_DEPTH,
        flaw: &flaw,
    }
    .deserialize(&mut reader)
    .and_then(|()| reader.end())
    .map_err(|_| flaw.get())
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    flaw: &'a Cell<Flaw>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| {
            self.flaw.set(Flaw::TooDeep);
            E::custom("too deep")
        })?;
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while seq.next_element_seed(inner)?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name) {
                self.flaw.set(Flaw::Duplicate);
                return Err(A::Error::custom("name stands twice"));
            }
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}

/// One spelling for all JSON texts that mean the same: names sorted, no white space, strings in their
/// shortest form, numbers as received.
pub(super) fn canonical(value: &RawValue) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &RawValue, out: &mut String) {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'{') => {
            let mut members = Object::parse(text).unwrap_or_default().0;
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
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
            let items: Vec<Raw> = serde_json::from_str(text).unwrap_or_default();
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
    use super::*;
    use proptest::prelude::*;

    fn canonical_of(text: &str) -> String {
        canonical(&serde_json::from_str::<Raw>(text).unwrap())
    }

    #[test]
    fn one_spelling_for_one_meaning() {
        assert_eq!(
            canonical_of("{ \"b\" : [ 1.0, {} , [] ],\n\"a\":\"\\u0041\\/\" }"),
            r#"{"a":"A/","b":[1.0,{},[]]}"#
        );
        assert_ne!(
            canonical_of("1"),
            canonical_of("1.0"),
            "numbers as received"
        );
        assert_ne!(canonical_of("{}"), canonical_of("[]"));
    }

    #[test]
    fn flaws_are_told_apart() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        for (text, expected) in [
            ("{\"a\":{\"b\":[1,null,true,\"x\"]}}", Ok(())),
            (&deep(MAX_DEPTH), Ok(())),
            (&deep(MAX_DEPTH + 1), Err(Flaw::TooDeep)),
            (&deep(100_000), Err(Flaw::TooDeep)),
            ("{\"a\":1,\"\\u0061\":2}", Err(Flaw::Duplicate)),
            ("[{\"a\":[{\"b\":1,\"b\":1}]}]", Err(Flaw::Duplicate)),
            ("", Err(Flaw::NotJson)),
            ("{} {}", Err(Flaw::NotJson)),
            ("{\"a\":1,}", Err(Flaw::NotJson)),
            ("{'a':1}", Err(Flaw::NotJson)),
            ("NaN", Err(Flaw::NotJson)),
            ("\"\\ud800\"", Err(Flaw::NotJson)),
            ("{\"\\ud800\":1}", Err(Flaw::NotJson)),
            ("1e999", Err(Flaw::NotJson)),
            ("\u{feff}{}", Err(Flaw::NotJson)),
        ] {
            assert_eq!(check(text), expected, "{}", &text[..text.len().min(40)]);
        }
    }

    #[test]
    fn objects_keep_order_and_spelling() {
        let text = r#"{"z":{},"a":[],"n":1.50,"e":"\u0041"}"#;
        let mut object = Object::parse(text).unwrap();
        assert_eq!(object.to_json(), text);
        assert_eq!(object.text("e").as_deref(), Some("A"));
        assert_eq!(kind(object.get("n").unwrap()), "number");
        assert_eq!(kind(object.get("a").unwrap()), "array");
        object.remove("a");
        object.set("z", raw(&-7));
        assert_eq!(kind(object.get("z").unwrap()), "integer");
        assert_eq!(object.to_json(), r#"{"z":-7,"n":1.50,"e":"\u0041"}"#);
        assert!(Object::parse("[]").is_none());
        assert!(Object::parse(r#"{"a":1,"a":1}"#).is_none());
    }

    proptest! {
        #[test]
        fn canonical_is_stable_and_ignores_white_space(value in arbitrary()) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            let tight = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(canonical_of(&pretty), canonical_of(&tight));
            prop_assert_eq!(compact(&pretty), tight);
            let once = canonical_of(&pretty);
            prop_assert_eq!(canonical_of(&once), once.clone());
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&once).unwrap(), value);
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            let _ = check(&text);
            let _ = compact(&text);
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
