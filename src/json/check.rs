//! The strict check that JSON text passes before anything else reads it.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// The deepest nesting of arrays and objects that [`check`] accepts.
pub const MAX_DEPTH: usize = 64;

/// Why [`check`] refused a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonFlaw {
    /// The text is not JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), has a string that is not
    /// valid Unicode, or a number too large for a 64-bit float.
    NotJson,
    /// The text is nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// An object at any depth has two members with the same name. Parsers differ in which one they use.
    Duplicate,
}

/// Checks all of `text`, so that every part of it can be parsed later without further checks.
///
/// ```
/// use countersign::json::{JsonFlaw, check};
///
/// assert_eq!(check(r#"{"a":[1,null]}"#), Ok(()));
/// assert_eq!(check(r#"{"a":1,"a":2}"#), Err(JsonFlaw::Duplicate));
/// ```
///
/// # Errors
/// The first [`JsonFlaw`] in the text.
pub fn check(text: &str) -> Result<(), JsonFlaw> {
    let flaw = Cell::new(JsonFlaw::NotJson);
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
    flaw: &'a Cell<JsonFlaw>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| {
            self.flaw.set(JsonFlaw::TooDeep);
            E::custom("nested too deeply")
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
                self.flaw.set(JsonFlaw::Duplicate);
                return Err(A::Error::custom("duplicate member name"));
            }
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_flaw_is_reported_as_its_own_kind() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        for (text, expected) in [
            ("{\"a\":{\"b\":[1,null,true,\"x\"]}}", Ok(())),
            (&deep(MAX_DEPTH), Ok(())),
            (&deep(MAX_DEPTH + 1), Err(JsonFlaw::TooDeep)),
            (&deep(100_000), Err(JsonFlaw::TooDeep)),
            ("{\"a\":1,\"\\u0061\":2}", Err(JsonFlaw::Duplicate)),
            ("[{\"a\":[{\"b\":1,\"b\":1}]}]", Err(JsonFlaw::Duplicate)),
            ("", Err(JsonFlaw::NotJson)),
            ("{} {}", Err(JsonFlaw::NotJson)),
            ("{\"a\":1,}", Err(JsonFlaw::NotJson)),
            ("{'a':1}", Err(JsonFlaw::NotJson)),
            ("NaN", Err(JsonFlaw::NotJson)),
            ("\"\\ud800\"", Err(JsonFlaw::NotJson)),
            ("{\"\\ud800\":1}", Err(JsonFlaw::NotJson)),
            ("1e999", Err(JsonFlaw::NotJson)),
            ("\u{feff}{}", Err(JsonFlaw::NotJson)),
        ] {
            assert_eq!(check(text), expected, "{}", &text[..text.len().min(40)]);
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            let _ = check(&text);
        }
    }
}
