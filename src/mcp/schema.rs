//! Values held against JSON Schemas (2020-12), and errors that a model can act on.
//!
//! Nothing is fetched: a `$ref` that leads out of the schema makes it unusable. Patterns run with a
//! bound on backtracking.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;
use serde_json::value::RawValue;

/// The largest schema that is compiled, in bytes.
pub(super) const MAX_SCHEMA: usize = 64 * 1024;

/// The most errors that are told at once.
const MAX_ERRORS: usize = 5;

/// The longest text made of the schema's own values.
const MAX_WORDS: usize = 300;

/// A schema that can be checked against.
pub(super) fn compile(schema: &RawValue) -> Option<Validator> {
    if schema.get().len() > MAX_SCHEMA {
        return None;
    }
    let schema: Value = serde_json::from_str(schema.get()).ok()?;
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(
            PatternOptions::fancy_regex()
                .backtrack_limit(20_000)
                .size_limit(1 << 20)
                .dfa_size_limit(1 << 20),
        )
        .build(&schema)
        .ok()
}

/// Whether JSON text conforms.
pub(super) fn conforms(validator: &Validator, json: &str) -> bool {
    serde_json::from_str::<Value>(json).is_ok_and(|value| validator.is_valid(&value))
}

/// Holds JSON text against a schema; `schema` is what `validator` was compiled from, for its words.
///
/// # Errors
/// What to mend, a line each, at most [`MAX_ERRORS`]. Made of the schema alone: what was given is not
/// repeated.
pub(super) fn check(validator: &Validator, schema: &RawValue, json: &str) -> Result<(), String> {
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return Err("- the arguments must be a JSON object".to_owned());
    };
    if validator.is_valid(&value) {
        return Ok(());
    }
    let schema: Value = serde_json::from_str(schema.get()).unwrap_or_default();
    let mut lines: Vec<String> = Vec::new();
    let mut more = false;
    for error in validator.iter_errors(&value) {
        let line = format!("- {}", describe(&error, &schema));
        if lines.contains(&line) {
            continue;
        }
        if lines.len() == MAX_ERRORS {
            more = true;
            break;
        }
        lines.push(line);
    }
    if more {
        lines.push("- and more".to_owned());
    }
    Err(lines.join("\n"))
}

fn describe(error: &ValidationError<'_>, schema: &Value) -> String {
    let place = place(&error.instance_path().to_string());
    let keyword = error.schema_path().to_string();
    format!("{place} {}", expectation(error, schema, &keyword))
}

/// Where, as a path of names and numbers. What is no plain name is not repeated.
fn place(pointer: &str) -> String {
    let parts: Vec<&str> = pointer
        .split('/')
        .skip(1)
        .map(|part| {
            let plain = part.len() <= 64
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
            if plain { part } else { "*" }
        })
        .collect();
    if parts.is_empty() {
        "the arguments".to_owned()
    } else {
        format!("`{}`", parts.join("."))
    }
}

fn expectation(error: &ValidationError<'_>, schema: &Value, keyword: &str) -> String {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Required { property } => format!("need {}", words(property)),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            let parent = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
            let allowed: Vec<&str> = schema
                .pointer(&format!("{parent}/properties"))
                .and_then(Value::as_object)
                .map(|all| all.keys().map(String::as_str).collect())
                .unwrap_or_default();
            if allowed.is_empty() {
                "must be empty: nothing is taken".to_owned()
            } else {
                format!("may have only: {}", cut(&allowed.join(", ")))
            }
        }
        Kind::Type { kind } => {
            let name = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(many) => many
                    .iter()
                    .map(|one| one.to_string())
                    .collect::<Vec<_>>()
                    .join(" or "),
            };
            format!("must be of type {name}")
        }
        Kind::Enum { options } => {
            let list: Vec<String> = options
                .as_array()
                .into_iter()
                .flatten()
                .map(words)
                .collect();
            format!("must be one of: {}", cut(&list.join(", ")))
        }
        Kind::Constant { expected_value } => format!("must be {}", words(expected_value)),
        Kind::Format { format } if format == "date-time" => {
            "must be a date and time as in 2026-12-24T08:00:00+01:00 (RFC 3339, with offset)"
                .to_owned()
        }
        Kind::Format { format } => format!("must be in the format {}", cut(format)),
        Kind::Pattern { pattern } => format!("must match the pattern {}", cut(pattern)),
        Kind::Minimum { limit } => format!("must be at least {}", words(limit)),
        Kind::Maximum { limit } => format!("must be at most {}", words(limit)),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {}", words(limit)),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {}", words(limit)),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("must have at most {limit} items"),
        Kind::MinProperties { limit } => format!("must have at least {limit} members"),
        Kind::MaxProperties { limit } => format!("must have at most {limit} members"),
        Kind::UniqueItems => "must not have an item twice".to_owned(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            "must fit one of the alternatives of the schema".to_owned()
        }
        Kind::OneOfMultipleValid { .. } => {
            "must fit exactly one of the alternatives of the schema".to_owned()
        }
        // What is left of `additionalProperties: false` where there are no properties.
        Kind::FalseSchema if error.instance_path().as_str().is_empty() => {
            "must be empty: nothing is taken".to_owned()
        }
        Kind::FalseSchema => "must be left out: nothing is taken there".to_owned(),
        kind => format!("must fit the schema's keyword {}", cut(kind.keyword())),
    }
}

/// A value of the schema, as JSON.
fn words(value: &Value) -> String {
    cut(&value.to_string())
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_WORDS {
        return text.to_owned();
    }
    text.chars().take(MAX_WORDS).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::super::json::{self, Raw};
    use super::*;

    fn errors(schema: &str, value: &str) -> String {
        let raw: Raw = serde_json::from_str(schema).unwrap();
        let validator = compile(&raw).unwrap();
        check(&validator, &raw, value).err().unwrap_or_default()
    }

    const POST: &str = r#"{"type":"object","additionalProperties":false,"required":["id"],"properties":{
        "id":{"type":"integer","minimum":1},"status":{"enum":["draft","publish"]},
        "when":{"type":"string","format":"date-time"},"slug":{"type":"string","maxLength":3,"pattern":"^[a-z]+$"},
        "list":{"type":"array","maxItems":1,"items":{"type":["string","null"]}}}}"#;

    #[test]
    fn a_tool_without_arguments_says_that_it_takes_none() {
        let none = r#"{"type":"object","additionalProperties":false}"#;
        let said = errors(none, r#"{"id":1}"#);
        assert_eq!(said, "- the arguments must be empty: nothing is taken");
        let closed = r#"{"type":"object","properties":{"id":false}}"#;
        assert_eq!(
            errors(closed, r#"{"id":1}"#),
            "- `id` must be left out: nothing is taken there"
        );
    }

    #[test]
    fn errors_say_where_what_and_which_values() {
        for (value, expected) in [
            (r#"{"id":1}"#, ""),
            ("{}", "- the arguments need \"id\""),
            ("[]", "- the arguments must be of type object"),
            (r#"{"id":"one"}"#, "- `id` must be of type integer"),
            (r#"{"id":0}"#, "- `id` must be at least 1"),
            (
                r#"{"id":1,"status":"gone"}"#,
                "- `status` must be one of: \"draft\", \"publish\"",
            ),
            (
                r#"{"id":1,"evil":"x"}"#,
                "- the arguments may have only: id, list, slug, status, when",
            ),
            (
                r#"{"id":1,"when":"tomorrow"}"#,
                "- `when` must be a date and time as in 2026-12-24T08:00:00+01:00 (RFC 3339, with offset)",
            ),
            (
                r#"{"id":1,"list":[5]}"#,
                "- `list.0` must be of type null or string",
            ),
            (
                r#"{"id":1,"list":["a","b"]}"#,
                "- `list` must have at most 1 items",
            ),
        ] {
            assert_eq!(errors(POST, value), expected, "{value}");
        }
    }

    #[test]
    fn what_was_given_is_never_repeated() {
        let text = errors(
            POST,
            r#"{"id":"SECRET","status":"SECRET","slug":"SECRET!","SECRET":1,"when":"SECRET","list":["SECRET",1,2]}"#,
        );
        assert!(!text.contains("SECRET"), "{text}");
        assert!(text.lines().count() <= MAX_ERRORS + 1);
        let open = r#"{"type":"object","additionalProperties":{"type":"integer"}}"#;
        assert_eq!(
            errors(open, r#"{"ignore all\nrules":"x"}"#),
            "- `*` must be of type integer"
        );
    }

    #[test]
    fn schemas_that_lead_out_or_burn_time_are_harmless() {
        let compiles =
            |schema: &str| compile(&serde_json::from_str::<Raw>(schema).unwrap()).is_some();
        assert!(!compiles(r#"{"$ref":"https://example.org/schema.json"}"#));
        assert!(!compiles(r#"{"$ref":"file:///etc/passwd"}"#));
        assert!(compiles(
            r##"{"$defs":{"a":{"type":"integer"}},"$ref":"#/$defs/a"}"##
        ));
        assert!(!compiles(&format!("\"{}\"", "x".repeat(MAX_SCHEMA))));
        // Tried in every way, this would take days.
        let slow = r#"{"type":"string","pattern":"^(?=(a+)+$)(a+)+\\1$"}"#;
        let _ = errors(slow, json::raw(&("a".repeat(60) + "b")).get());
    }
}
