//! What is wrong with a schema, in words for the person who wrote it.

use std::fmt;

use super::ecma::PatternFault;

/// Why a schema cannot be used, and where. Its text names keywords and properties of the schema, and nothing else of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFault {
    /// A JSON Pointer.
    place: String,
    problem: Problem,
}

impl SchemaFault {
    pub(super) fn new(place: &str, problem: Problem) -> Self {
        Self {
            place: place.to_owned(),
            problem,
        }
    }

    /// Returns the place as a dotted path, such as `properties.id.type`; empty for the schema as a whole. A name that is
    /// not plain is replaced by `*`.
    #[must_use]
    pub fn place(&self) -> String {
        let parts = self.place.split('/').skip(1).map(|part| {
            let plain = !part.is_empty()
                && part.len() <= 64
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_.$-".contains(&byte));
            if plain { part } else { "*" }
        });
        parts.collect::<Vec<_>>().join(".")
    }

    /// Returns what is wrong at the place, as the end of a sentence.
    #[must_use]
    pub fn problem(&self) -> String {
        self.problem.to_string()
    }
}

impl fmt::Display for SchemaFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        if place.is_empty() {
            write!(formatter, "the schema {}", self.problem)
        } else {
            write!(formatter, "{place} {}", self.problem)
        }
    }
}

impl std::error::Error for SchemaFault {}

/// What is wrong with one part of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    /// A keyword that is not known, and what to use instead.
    Unknown(&'static str),
    Schema,
    Schemas,
    Object,
    List,
    Names,
    Type,
    Text,
    Flag,
    Number,
    Count,
    Divisor,
    Dialect,
    Identifier,
    Anchor,
    AnchorTwice,
    RemoteReference,
    LostReference,
    Circle,
    ItemsList,
    Format,
    Pattern(PatternFault),
    Patterns,
    TooDeep,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Unknown("") => {
                "is not a keyword of JSON Schema that is supported here: correct or remove it (a name that begins with x- is \
                 ignored)"
            }
            Self::Unknown(instead) => {
                return write!(
                    formatter,
                    "is not a keyword of JSON Schema that is supported here: {instead}"
                );
            }
            Self::Schema => "must be a schema: an object, true or false",
            Self::Schemas => "must be a list of at least one schema",
            Self::Object => "must be an object",
            Self::List => "must be a list",
            Self::Names => "must be a list of distinct names",
            Self::Type => {
                "must be a type or a list of distinct types: array, boolean, integer, null, number, object, string"
            }
            Self::Text => "must be a text",
            Self::Flag => "must be true or false",
            Self::Number => "must be a number",
            Self::Count => "must be a whole number that is not negative",
            Self::Divisor => "must be a number greater than 0",
            Self::Dialect => {
                "is not a dialect that is understood: use https://json-schema.org/draft/2020-12/schema, or leave it out"
            }
            Self::Identifier => "is supported only at the top of a schema, without a fragment",
            Self::Anchor => {
                "must begin with a letter or an underscore, followed by letters, digits, hyphens, underscores or dots"
            }
            Self::AnchorTwice => "is the name of another anchor",
            Self::RemoteReference => {
                "leads to another document: only places in the same schema are supported, as in #/$defs/name"
            }
            Self::LostReference => "leads to a place that the schema does not have",
            Self::Circle => {
                "leads back to itself without looking at a part of the value, so that a check would never end"
            }
            Self::ItemsList => "must be a schema; a list of schemas belongs in prefixItems",
            Self::Format => "is a format that is not supported here: remove it, or use a pattern",
            Self::Pattern(fault) => return fault.fmt(formatter),
            Self::Patterns => "is one pattern too many: together they are too large",
            Self::TooDeep => "is nested too deeply",
        };
        formatter.write_str(text)
    }
}
