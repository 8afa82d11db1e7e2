//! Reads the values of keywords that contain no schema.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::equality;
use super::fault::Problem;
use super::number;
use super::violation::CountedParts;

/// The names of the types, in the order of their bits in [`Types`].
const NAMES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// The dialects whose keywords mean the same as in 2020-12, as far as they are accepted at all.
const DIALECTS: [&str; 5] = [
    "json-schema.org/draft/2020-12/schema",
    "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft-07/schema",
    "json-schema.org/draft-06/schema",
    "json-schema.org/draft-04/schema",
];

/// A set of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    /// Reads `type`: a name, or a list of distinct names.
    pub(super) fn read(value: &Value) -> Result<Self, Problem> {
        let bit = |name: &Value| -> Result<u8, Problem> {
            let place = NAMES.iter().position(|known| name == known);
            place.map(|place| 1 << place).ok_or(Problem::Type)
        };
        match value {
            Value::Array(names) if !names.is_empty() => {
                let mut all = 0;
                for name in names {
                    let bit = bit(name)?;
                    if all & bit != 0 {
                        return Err(Problem::Type);
                    }
                    all |= bit;
                }
                Ok(Self(all))
            }
            name => bit(name).map(Self),
        }
    }

    /// Returns whether a value is of one of the types. A number without a fraction is an integer, however it is written.
    pub(super) fn contain(self, value: &Value) -> bool {
        let bits = match value {
            Value::Array(_) => 1,
            Value::Bool(_) => 2,
            Value::Null => 8,
            Value::Number(number) if number::is_integer(number) => 4 | 16,
            Value::Number(_) => 16,
            Value::Object(_) => 32,
            Value::String(_) => 64,
        };
        self.0 & bits != 0
    }

    /// Returns the names of the types, in alphabetical order.
    pub(super) fn names(self) -> Vec<&'static str> {
        let has = |place: usize| self.0 & (1 << place) != 0;
        let all = NAMES.into_iter().enumerate();
        all.filter(|(place, _)| has(*place))
            .map(|(_, name)| name)
            .collect()
    }
}

/// `enum`: the values as written, and their positions in ascending order.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) values: Vec<Value>,
    pub(super) order: Vec<usize>,
}

/// Reads `enum`. The standard allows an empty list and repetitions, and advises against both.
pub(super) fn options(value: &Value) -> Result<Options, Problem> {
    let values = value.as_array().ok_or(Problem::List)?.clone();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| match (values.get(*a), values.get(*b)) {
        (Some(a), Some(b)) => equality::compare(a, b),
        _ => Ordering::Equal,
    });
    Ok(Options { values, order })
}

/// Reads a number that is not negative and has no fraction.
pub(super) fn count(value: &Value) -> Result<u64, Problem> {
    let number = numeric(value)?;
    number::whole(&number).ok_or(Problem::Count)
}

/// Reads a number.
pub(super) fn numeric(value: &Value) -> Result<Number, Problem> {
    match value {
        Value::Number(number) => Ok(number.clone()),
        _ => Err(Problem::Number),
    }
}

/// Reads a number greater than zero.
pub(super) fn divisor(value: &Value) -> Result<Number, Problem> {
    let number = numeric(value)?;
    if number::compare(&number, &Number::from(0)) == Ordering::Greater {
        Ok(number)
    } else {
        Err(Problem::Divisor)
    }
}

/// Reads a text.
pub(super) fn text(value: &Value) -> Result<&str, Problem> {
    value.as_str().ok_or(Problem::Text)
}

/// Reads true or false.
pub(super) fn flag(value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or(Problem::Flag)
}

/// Reads a list of distinct names.
pub(super) fn names(value: &Value) -> Result<Vec<String>, Problem> {
    let list = value.as_array().ok_or(Problem::Names)?;
    let mut names = Vec::with_capacity(list.len());
    for name in list {
        names.push(name.as_str().ok_or(Problem::Names)?.to_owned());
    }
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(Problem::Names);
    }
    Ok(names)
}

/// Checks a keyword that says nothing about values. `is_whole` states whether it is at the top of the schema.
pub(super) fn annotation(keyword: &str, value: &Value, is_whole: bool) -> Result<(), Problem> {
    match keyword {
        "title" | "description" | "$comment" | "contentEncoding" | "contentMediaType" => {
            text(value).map(|_| ())
        }
        "default" => Ok(()),
        "examples" => value.as_array().map(|_| ()).ok_or(Problem::List),
        "deprecated" | "readOnly" | "writeOnly" => flag(value).map(|_| ()),
        "$schema" => {
            let name = text(value)?;
            let name = name.strip_suffix('#').unwrap_or(name);
            let address = name
                .strip_prefix("https://")
                .or(name.strip_prefix("http://"));
            let known = address.is_some_and(|address| DIALECTS.contains(&address));
            known.then_some(()).ok_or(Problem::Dialect)
        }
        "$id" => {
            let name = text(value)?;
            let whole = is_whole && !name.trim_end_matches('#').contains('#');
            whole.then_some(()).ok_or(Problem::Identifier)
        }
        other if other.starts_with("x-") => Ok(()),
        other => Err(Problem::Unknown(instead(other))),
    }
}

/// Returns what a keyword with a count is about.
pub(super) fn counted(keyword: &str) -> CountedParts {
    match keyword {
        "minLength" | "maxLength" => CountedParts::Characters,
        "minItems" | "maxItems" => CountedParts::Items,
        _ => CountedParts::Members,
    }
}

/// Returns what to write instead of a keyword that is not supported; empty if there is nothing to recommend.
fn instead(keyword: &str) -> &'static str {
    match keyword {
        "unevaluatedProperties" => "use additionalProperties",
        "unevaluatedItems" | "additionalItems" => "use items next to prefixItems",
        "dependencies" => "use dependentRequired or dependentSchemas",
        "$dynamicRef" | "$recursiveRef" => "use $ref",
        "$dynamicAnchor" | "$recursiveAnchor" | "id" => "use $anchor or $defs",
        "nullable" => "add \"null\" to the list of types",
        "example" => "use examples, a list",
        "readonly" => "use readOnly",
        _ => "",
    }
}
