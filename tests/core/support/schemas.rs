//! Schemas and values made from random bytes, for the comparison with another validator. The fuzz target `schema` includes
//! this file too.

use serde_json::{Map, Value, json};

/// Random choices. When the bytes are used up, every choice is the first one.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    /// Returns a number below `count`.
    fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        usize::from(*first) % count
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

const NAMES: [&str; 4] = ["a", "b", "ab", "ü"];

const TEXTS: [&str; 12] = [
    "",
    "a",
    "ab",
    "abc",
    "ü",
    "😀b",
    "1",
    "2026-02-29",
    "2028-02-29",
    "2026-11-29T10:00:00.5+01:00",
    "6f1e8c1c-0d4a-4a53-9d83-6d54a2f1f3b0",
    "::1",
];

const PATTERNS: [&str; 10] = [
    "^a", "b$", "^[a-z]+$", "a|ü", "^.{2,3}$", r"\d", r"^\S*$", "^(ab?)*$", "[^ab]", r"^\w-?\W",
];

fn numbers() -> Vec<Value> {
    let text = "[0, 1, 2, 3, -1, 1.0, 2.0, 0.5, 1.5, -0.0, 9007199254740993, 9007199254740992.0,
        18446744073709551615, 1e20, -1e22]";
    serde_json::from_str(text).unwrap()
}

/// Makes a value.
pub fn value(choices: &mut Choices<'_>, depth: usize) -> Value {
    match choices.below(if depth == 0 { 5 } else { 9 }) {
        0 => Value::Null,
        1 => Value::Bool(choices.below(2) == 1),
        2 | 3 => choices.one(&numbers()),
        4 => Value::from(choices.one(&TEXTS)),
        5 | 6 => (0..choices.below(5))
            .map(|_| value(choices, depth - 1))
            .collect(),
        _ => {
            let mut members = Map::new();
            for _ in 0..choices.below(4) {
                members.insert(choices.one(&NAMES).to_owned(), value(choices, depth - 1));
            }
            Value::Object(members)
        }
    }
}

/// Makes a schema with definitions that it can refer to.
pub fn schema(choices: &mut Choices<'_>) -> Value {
    let mut whole = subschema(choices, 3);
    if let Value::Object(keywords) = &mut whole {
        let definitions = json!({"x": subschema(choices, 2), "y": subschema(choices, 2)});
        keywords.insert("$defs".to_owned(), definitions);
    }
    whole
}

fn subschema(choices: &mut Choices<'_>, depth: usize) -> Value {
    if choices.below(12) == 11 {
        return Value::Bool(choices.below(2) == 0);
    }
    let mut keywords = Map::new();
    for _ in 0..=choices.below(3) {
        let (keyword, value) = if depth > 0 && choices.below(2) == 0 {
            applicator(choices, depth - 1)
        } else {
            assertion(choices)
        };
        keywords.insert(keyword.to_owned(), value);
    }
    Value::Object(keywords)
}

fn applicator(choices: &mut Choices<'_>, depth: usize) -> (&'static str, Value) {
    let list = |choices: &mut Choices<'_>| -> Value {
        (0..=choices.below(2))
            .map(|_| subschema(choices, depth))
            .collect()
    };
    let named = |choices: &mut Choices<'_>, names: &[&str]| {
        let mut all = Map::new();
        for _ in 0..=choices.below(2) {
            all.insert(choices.one(names).to_owned(), subschema(choices, depth));
        }
        Value::Object(all)
    };
    match choices.below(18) {
        0 => ("properties", named(choices, &NAMES)),
        1 => ("patternProperties", named(choices, &PATTERNS)),
        2 => ("dependentSchemas", named(choices, &NAMES)),
        3 => ("allOf", list(choices)),
        4 => ("anyOf", list(choices)),
        5 => ("oneOf", list(choices)),
        6 => ("prefixItems", list(choices)),
        7 => (
            "$ref",
            Value::from(choices.one(&["#/$defs/x", "#/$defs/y", "#"])),
        ),
        other => {
            let keyword = [
                "items",
                "additionalProperties",
                "propertyNames",
                "contains",
                "not",
                "if",
                "then",
                "else",
                "items",
                "additionalProperties",
            ];
            (keyword[other - 8], subschema(choices, depth))
        }
    }
}

fn assertion(choices: &mut Choices<'_>) -> (&'static str, Value) {
    const TYPES: [&str; 7] = [
        "array", "boolean", "integer", "null", "number", "object", "string",
    ];
    let names = |choices: &mut Choices<'_>| {
        let count = choices.below(3);
        Value::from(NAMES[..count].to_vec())
    };
    let count = Value::from(choices.below(4));
    match choices.below(24) {
        0..=3 => ("type", Value::from(choices.one(&TYPES))),
        4 => {
            let first = choices.below(6);
            ("type", Value::from(TYPES[first..=first + 1].to_vec()))
        }
        5 => ("enum", (0..3).map(|_| value(choices, 1)).collect()),
        6 => ("const", value(choices, 1)),
        7 => ("minimum", choices.one(&numbers())),
        8 => ("maximum", choices.one(&numbers())),
        9 => ("exclusiveMinimum", choices.one(&numbers())),
        10 => ("exclusiveMaximum", choices.one(&numbers())),
        11 => (
            "multipleOf",
            choices.one(&[json!(2), json!(3), json!(0.5), json!(1.0)]),
        ),
        12 => ("minLength", count),
        13 => ("maxLength", count),
        14 => ("minItems", count),
        15 => ("maxItems", count),
        16 => ("minProperties", count),
        17 => ("maxProperties", count),
        18 => ("uniqueItems", Value::Bool(true)),
        19 => ("pattern", Value::from(choices.one(&PATTERNS))),
        20 => {
            let names = ["date", "date-time", "uuid", "ipv6", "ipv4", "unknown"];
            ("format", Value::from(choices.one(&names)))
        }
        21 => ("required", names(choices)),
        22 => (
            "dependentRequired",
            json!({choices.one(&NAMES): names(choices)}),
        ),
        _ => (choices.one(&["minContains", "maxContains"]), count),
    }
}

/// Returns the verdicts on a value of this validator and of the other. `None` if the schema is refused.
pub fn verdicts(schema: &Value, value: &Value) -> Option<(bool, bool)> {
    let ours = countersign::json::schema::Schema::compile(schema).ok()?;
    let theirs = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .expect("the other validator takes every schema that this one takes");
    let verdict = ours.is_valid(value);
    assert_eq!(verdict, ours.violations(value).is_empty());
    Some((verdict, theirs.is_valid(value)))
}
