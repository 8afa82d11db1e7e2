//! What is wrong with a value.

use serde_json::{Number, Value};

/// A place in a value that does not conform to a schema. It holds nothing of the value except the names of members.
#[derive(Debug)]
pub struct Violation<'s> {
    /// Where, as a JSON Pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)). Whoever wrote the value chose the
    /// names in it.
    pub pointer: String,
    /// Whether the value at this place is null.
    pub is_null: bool,
    /// What the schema expects there.
    pub expected: Expected<'s>,
}

/// What a schema expects.
#[derive(Debug)]
#[non_exhaustive]
pub enum Expected<'s> {
    /// No value at all.
    Nothing,
    /// One of these types, in alphabetical order.
    Type(Vec<&'static str>),
    /// One of these values.
    Enum(&'s [Value]),
    /// This value.
    Const(&'s Value),
    /// A member of this name.
    Member(&'s str),
    /// No members except those that are allowed.
    Only {
        /// The names in `properties`, sorted.
        allowed: Vec<&'s str>,
        /// The names that the value has besides.
        unexpected: Vec<String>,
    },
    /// A text in this format.
    Format(&'static str),
    /// A text that matches this pattern.
    Pattern(&'s str),
    /// A number within this limit.
    Bound(NumberLimit, &'s Number),
    /// A multiple of this number.
    MultipleOf(&'s Number),
    /// At least so many.
    AtLeast(u64, CountedParts),
    /// At most so many.
    AtMost(u64, CountedParts),
    /// A list in which no item occurs twice.
    Distinct,
    /// A value that conforms to one of several schemas (`anyOf`, `oneOf`).
    Alternative,
    /// A value that conforms to only one of several schemas (`oneOf`).
    OneAlternative,
    /// What this keyword demands.
    Keyword(&'static str),
    /// A value that can be checked with less work.
    LessWork,
}

/// What a number is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberLimit {
    /// The least number that is allowed.
    Least,
    /// The greatest number that is allowed.
    Greatest,
    /// A number that must be exceeded.
    MoreThan,
    /// A number that must not be reached.
    LessThan,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedParts {
    /// The Unicode characters of a text.
    Characters,
    /// The items of a list.
    Items,
    /// The members of an object.
    Members,
}
