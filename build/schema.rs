//! Checks that a JSON Schema uses only keywords that the catalogue allows, and uses them correctly.
//!
//! The catalogue is written in a subset of JSON Schema 2020-12. A keyword outside of it is refused: a
//! misspelt keyword is valid JSON Schema and would silently allow every value. To use a further keyword,
//! add it here. The crate's own validator, `src/json/schema/`, compiles the schemas in full in the unit tests of
//! `src/access/catalogue.rs`; here it would be compiled a second time. These checks are stricter: a required name
//! must be a property, a default must be a value that the schema allows.

use serde_json::{Map, Value};

const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// The formats that the validator checks and the catalogue may use.
const FORMATS: [&str; 4] = ["date", "date-time", "email", "uri"];

/// The keywords of a least and a greatest value, in pairs, and whether the value is a count.
const BOUNDS: [(&str, &str, bool); 4] = [
    ("minimum", "maximum", false),
    ("minLength", "maxLength", true),
    ("minItems", "maxItems", true),
    ("minProperties", "maxProperties", true),
];

/// Returns the faults of `schema`, each as `PATH: what is wrong`; `path` is where the schema itself is.
pub(crate) fn check(schema: &Value, path: &str) -> Vec<String> {
    let mut faults = Vec::new();
    look(schema, path, &mut faults);
    faults
}

fn look(schema: &Value, path: &str, faults: &mut Vec<String>) {
    let Value::Object(schema) = schema else {
        faults.push(format!("{path}: must be an object"));
        return;
    };
    for (keyword, value) in schema {
        let at = format!("{path}.{keyword}");
        let fault = match keyword.as_str() {
            "type" => types(value),
            "title" | "description" if value.is_string() => None,
            "title" | "description" => Some("must be a string"),
            "const" => None,
            "default" => fits(value, schema),
            "enum" => distinct(value, |_| true),
            "required" => required(value, schema),
            "pattern" => pattern(value),
            "format" if value.as_str().is_some_and(|name| FORMATS.contains(&name)) => None,
            "format" => Some("must be date, date-time, email or uri"),
            "uniqueItems" if value.is_boolean() => None,
            "uniqueItems" => Some("must be true or false"),
            "items" => {
                look(value, &at, faults);
                None
            }
            "additionalProperties" if value.is_boolean() => None,
            "additionalProperties" => {
                look(value, &at, faults);
                None
            }
            "properties" => match value {
                Value::Object(properties) => {
                    for (name, property) in properties {
                        look(property, &format!("{at}.{name}"), faults);
                    }
                    None
                }
                _ => Some("must be an object"),
            },
            "allOf" | "anyOf" | "oneOf" => match value {
                Value::Array(schemas) if !schemas.is_empty() => {
                    for (index, schema) in schemas.iter().enumerate() {
                        look(schema, &format!("{at}[{index}]"), faults);
                    }
                    None
                }
                _ => Some("must be a list of at least one schema"),
            },
            other => bound(other, value, schema),
        };
        if let Some(fault) = fault {
            faults.push(format!("{at}: {fault}"));
        }
    }
}

type Fault = Option<&'static str>;

fn types(value: &Value) -> Fault {
    let known = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
    if known(value) {
        return None;
    }
    distinct(value, known).and(Some(
        "must be a JSON type, or a list of distinct JSON types",
    ))
}

/// Checks for a list of at least one value, without repetition.
fn distinct(value: &Value, fits: impl Fn(&Value) -> bool) -> Fault {
    let valid = value.as_array().is_some_and(|list| {
        !list.is_empty()
            && list.iter().all(fits)
            && list
                .iter()
                .enumerate()
                .all(|(index, item)| !list.iter().take(index).any(|other| other == item))
    });
    (!valid).then_some("must be a list of at least one value, without repetition")
}

fn required(value: &Value, schema: &Map<String, Value>) -> Fault {
    let properties = schema.get("properties").and_then(Value::as_object);
    distinct(value, |name| {
        name.as_str()
            .is_some_and(|name| properties.is_some_and(|all| all.contains_key(name)))
    })
    .and(Some(
        "must be a list of distinct names, all of them in `properties`",
    ))
}

/// Checks that a default is a value that `type` and `enum` of the schema allow.
fn fits(value: &Value, schema: &Map<String, Value>) -> Fault {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let of_kind = |name: &Value| name == kind || (name == "number" && kind == "integer");
    let type_fits = match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(of_kind),
        Some(name) => of_kind(name),
        None => true,
    };
    let listed = match schema.get("enum") {
        Some(Value::Array(values)) => values.contains(value),
        _ => true,
    };
    (!(type_fits && listed)).then_some("must be a value that the schema allows")
}

/// Finds unbalanced parentheses and brackets, a quantifier without an operand, and a trailing backslash.
fn pattern(value: &Value) -> Fault {
    let Some(pattern) = value.as_str() else {
        return Some("must be a string");
    };
    // `operand`: whether `*`, `+` or `{` may follow. `lazy`: whether `?` may follow a quantifier.
    let (mut groups, mut class, mut operand, mut lazy) = (0_usize, false, false, false);
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let after_quantifier = std::mem::take(&mut lazy);
        match character {
            '\\' if characters.next().is_none() => return Some("ends with a backslash"),
            '\\' => operand = true,
            ']' if class => (class, operand) = (false, true),
            _ if class => {}
            '[' => class = true,
            '(' => (groups, operand) = (groups + 1, false),
            ')' if groups == 0 => return Some("has a `)` without `(`"),
            ')' => (groups, operand) = (groups - 1, true),
            '?' if after_quantifier => {}
            '*' | '+' | '?' | '{' if !operand => {
                return Some("has a quantifier without an operand");
            }
            '*' | '+' | '?' => (operand, lazy) = (false, true),
            '^' | '|' => operand = false,
            _ => operand = true,
        }
    }
    if class {
        Some("has a `[` without `]`")
    } else if groups > 0 {
        Some("has a `(` without `)`")
    } else {
        None
    }
}

fn bound(keyword: &str, value: &Value, schema: &Map<String, Value>) -> Fault {
    let Some((least, greatest, counts)) = BOUNDS
        .into_iter()
        .find(|(least, greatest, _)| [*least, *greatest].contains(&keyword))
    else {
        return Some("is not a keyword of the catalogue (see build/schema.rs)");
    };
    if counts && !value.is_u64() {
        return Some("must be a whole number, 0 or more");
    }
    if !value.is_number() {
        return Some("must be a number");
    }
    // Reported once, at the least value.
    let limits = (value.as_f64(), schema.get(greatest).and_then(Value::as_f64));
    match limits {
        (Some(low), Some(high)) if keyword == least && low > high => {
            Some("is greater than the maximum")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(schema: &str) -> Vec<String> {
        check(&serde_json::from_str(schema).unwrap(), "s")
    }

    #[test]
    fn correct_schemas_are_accepted() {
        for schema in [
            "{}",
            r#"{"type": ["string", "null"], "minLength": 0, "maxLength": 0, "format": "date-time"}"#,
            r#"{"type": "object", "properties": {"a": {"type": "integer", "minimum": -1, "maximum": 1.5, "default": 0}},
                "required": ["a"], "additionalProperties": false, "minProperties": 1}"#,
            r#"{"type": "array", "items": {"enum": ["a", "b", null]}, "minItems": 1, "maxItems": 2, "uniqueItems": true}"#,
            r#"{"anyOf": [{"type": "string", "pattern": "^[a-z0-9.+-]+(/[a-z0-9.+-]+)?$"}, {"const": 1}]}"#,
            r#"{"type": "object", "additionalProperties": {"type": "string"}, "title": "t", "description": "d"}"#,
            r#"{"type": "number", "default": 1}"#,
            r#"{"enum": ["a"], "default": "a"}"#,
            r#"{"pattern": "a+?\\.(b|c*)\\({2}[(*]{1,3}"}"#,
        ] {
            assert_eq!(faults(schema), [""; 0], "{schema}");
        }
    }

    #[test]
    fn faulty_schemas_are_refused_with_their_place() {
        const BOUNDED: &str = "must be a whole number, 0 or more";
        const DISTINCT: &str = "must be a list of at least one value, without repetition";
        const TYPE: &str = "must be a JSON type, or a list of distinct JSON types";
        const NAMES: &str = "must be a list of distinct names, all of them in `properties`";
        const DEFAULT: &str = "must be a value that the schema allows";
        const LIST: &str = "must be a list of at least one schema";
        const OPERAND: &str = "has a quantifier without an operand";
        const UNKNOWN: &str = "is not a keyword of the catalogue (see build/schema.rs)";
        for (schema, place, fault) in [
            ("true", "s", "must be an object"),
            (r#"{"type": "text"}"#, "s.type", TYPE),
            (r#"{"type": []}"#, "s.type", TYPE),
            (r#"{"type": ["null", "null"]}"#, "s.type", TYPE),
            (r#"{"type": 7}"#, "s.type", TYPE),
            (r#"{"maxlength": 5}"#, "s.maxlength", UNKNOWN),
            (r#"{"$ref": "https://example.org"}"#, "s.$ref", UNKNOWN),
            (r#"{"maxLength": -1}"#, "s.maxLength", BOUNDED),
            (r#"{"minItems": 1.5}"#, "s.minItems", BOUNDED),
            (r#"{"minProperties": "1"}"#, "s.minProperties", BOUNDED),
            (r#"{"maximum": "9"}"#, "s.maximum", "must be a number"),
            (
                r#"{"minimum": 2, "maximum": 1}"#,
                "s.minimum",
                "is greater than the maximum",
            ),
            (
                r#"{"minLength": 2, "maxLength": 1}"#,
                "s.minLength",
                "is greater than the maximum",
            ),
            (
                r#"{"format": "datetime"}"#,
                "s.format",
                "must be date, date-time, email or uri",
            ),
            (r#"{"description": 1}"#, "s.description", "must be a string"),
            (
                r#"{"uniqueItems": 1}"#,
                "s.uniqueItems",
                "must be true or false",
            ),
            (r#"{"enum": []}"#, "s.enum", DISTINCT),
            (r#"{"enum": [1, 1]}"#, "s.enum", DISTINCT),
            (r#"{"enum": "a"}"#, "s.enum", DISTINCT),
            (r#"{"type": "string", "default": 1}"#, "s.default", DEFAULT),
            (
                r#"{"type": ["string", "null"], "default": 1}"#,
                "s.default",
                DEFAULT,
            ),
            (
                r#"{"type": "integer", "default": 1.5}"#,
                "s.default",
                DEFAULT,
            ),
            (r#"{"enum": ["a"], "default": "b"}"#, "s.default", DEFAULT),
            (r#"{"required": ["a"]}"#, "s.required", NAMES),
            (
                r#"{"properties": {"a": {}}, "required": ["a", "a"]}"#,
                "s.required",
                NAMES,
            ),
            (r#"{"properties": []}"#, "s.properties", "must be an object"),
            (
                r#"{"properties": {"a": {"items": {"type": 1}}}}"#,
                "s.properties.a.items.type",
                TYPE,
            ),
            (
                r#"{"additionalProperties": {"enum": 1}}"#,
                "s.additionalProperties.enum",
                DISTINCT,
            ),
            (
                r#"{"additionalProperties": "no"}"#,
                "s.additionalProperties",
                "must be an object",
            ),
            (r#"{"oneOf": []}"#, "s.oneOf", LIST),
            (r#"{"anyOf": {}}"#, "s.anyOf", LIST),
            (
                r#"{"allOf": [{}, {"minimum": null}]}"#,
                "s.allOf[1].minimum",
                "must be a number",
            ),
            (r#"{"pattern": 1}"#, "s.pattern", "must be a string"),
            (
                r#"{"pattern": "^[a-z"}"#,
                "s.pattern",
                "has a `[` without `]`",
            ),
            (r#"{"pattern": "(a"}"#, "s.pattern", "has a `(` without `)`"),
            (r#"{"pattern": "a)"}"#, "s.pattern", "has a `)` without `(`"),
            (
                r#"{"pattern": "a\\"}"#,
                "s.pattern",
                "ends with a backslash",
            ),
            (r#"{"pattern": "^*"}"#, "s.pattern", OPERAND),
            (r#"{"pattern": "a|+"}"#, "s.pattern", OPERAND),
            (r#"{"pattern": "(?a)"}"#, "s.pattern", OPERAND),
        ] {
            assert_eq!(faults(schema), [format!("{place}: {fault}")], "{schema}");
        }
    }
}
