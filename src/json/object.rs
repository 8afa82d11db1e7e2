//! JSON objects.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::value::{RawJson, raw};

/// A JSON object. The order of its members and the text of their values are kept.
///
/// ```
/// use countersign::json::Object;
///
/// let mut object = Object::parse(r#"{"z":1.50,"a":{}}"#).unwrap();
/// object.remove("a");
/// let object = object.with("name", &"x");
/// assert_eq!(object.to_json(), r#"{"z":1.50,"name":"x"}"#);
/// assert_eq!(object.text("name").as_deref(), Some("x"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Object(Vec<(String, RawJson)>);

impl Object {
    /// Reads an object. Returns `None` if `text` is not a JSON object, or has a name twice at the top
    /// level.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Returns the value of the member `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| &**value)
    }

    /// Returns the value of the member `name` unless it is null. Many clients send null for what they leave out.
    #[must_use]
    pub fn present(&self, name: &str) -> Option<&RawValue> {
        self.get(name).filter(|value| value.get() != "null")
    }

    /// Returns the decoded value of the member `name` if it is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    /// Returns the value of the member `name` if it is an object.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<Self> {
        Self::parse(self.get(name)?.get())
    }

    /// Replaces the value of the member `name`, or appends the member if there is none.
    pub fn set(&mut self, name: &str, value: RawJson) {
        match self.0.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Returns the object with the member `name` [set](Self::set) to `value`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Self {
        self.set(name, raw(value));
        self
    }

    /// Removes the member `name` and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<RawJson> {
        let at = self.0.iter().position(|(other, _)| other == name)?;
        Some(self.0.remove(at).1)
    }

    /// Iterates over the members in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), &**value))
    }

    /// Returns whether the object has no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the object as JSON text. Values are written as they were read.
    #[must_use]
    pub fn to_json(&self) -> String {
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
                while let Some((name, value)) = map.next_entry::<String, RawJson>()? {
                    if !names.insert(name.clone()) {
                        return Err(A::Error::custom("duplicate member name"));
                    }
                    members.push((name, value));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::kind;
    use super::*;

    #[test]
    fn order_and_spelling_are_kept() {
        let text = r#"{"z":{},"a":[],"n":1.50,"e":"\u0041"}"#;
        let mut object = Object::parse(text).unwrap();
        assert_eq!(object.to_json(), text);
        assert_eq!(object.text("e").as_deref(), Some("A"));
        assert_eq!(kind(object.get("n").unwrap()), "number");
        assert!(object.present("z").is_some() && object.present("q").is_none());
        assert!(
            Object::parse("{\"a\":null}")
                .unwrap()
                .present("a")
                .is_none()
        );
        assert_eq!(kind(object.get("a").unwrap()), "array");
        object.remove("a");
        object.set("z", raw(&-7));
        assert_eq!(kind(object.get("z").unwrap()), "integer");
        assert_eq!(object.to_json(), r#"{"z":-7,"n":1.50,"e":"\u0041"}"#);
        assert!(Object::parse("[]").is_none());
        assert!(Object::parse(r#"{"a":1,"a":1}"#).is_none());
    }
}
