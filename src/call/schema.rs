//! Validation against JSON Schema (2020-12), with messages that a model can act on.
//!
//! Nothing is fetched: a schema with a `$ref` to another document does not compile. Regular expressions
//! have a limit on backtracking.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::{self, Object};

/// The largest schema that is compiled, in bytes.
pub(crate) const MAX_SCHEMA: usize = 64 * 1024;

/// The most errors that one message lists.
const MAX_ERRORS: usize = 5;

/// The longest part of a message that quotes the schema, in characters.
const MAX_WORDS: usize = 300;

/// Compiles a schema. Returns `None` if it is larger than [`MAX_SCHEMA`] or not a valid schema.
pub(crate) fn compile(schema: &RawValue) -> Option<Validator> {
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

/// Returns whether JSON text conforms to the schema.
pub(crate) fn conforms(validator: &Validator, json: &str) -> bool {
    serde_json::from_str::<Value>(json).is_ok_and(|value| validator.is_valid(&value))
}

/// Validates JSON text. `schema` is the schema that `validator` was compiled from; the messages quote it.
///
/// # Errors
/// What to correct: one line for each error, at most [`MAX_ERRORS`]. The text never contains a value that
/// was sent.
pub(crate) fn check(validator: &Validator, schema: &RawValue, json: &str) -> Result<(), String> {
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
        lines.push("- there are more errors".to_owned());
    }
    Err(lines.join("\n"))
}

/// What is done with arguments that the schema does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownArguments {
    /// They are refused with the list of those that there are.
    Refused,
    /// They are removed.
    Dropped,
}

/// Validates the arguments of a call, and returns those that the tool gets.
///
/// A member that is null is removed where the schema does not allow null, because many clients send null for what they
/// leave out. A required one is then missing.
///
/// # Errors
/// As [`check`].
pub(crate) fn accept(
    validator: &Validator,
    schema: &RawValue,
    arguments: &Object,
    unknown: UnknownArguments,
) -> Result<Object, String> {
    let json = arguments.to_json();
    let Ok(value) = serde_json::from_str::<Value>(&json) else {
        return check(validator, schema, &json).map(|()| arguments.clone());
    };
    if validator.is_valid(&value) {
        return Ok(arguments.clone());
    }
    let mut accepted = arguments.clone();
    for error in validator.iter_errors(&value) {
        let place = error.instance_path().to_string();
        match error.kind() {
            _ if error.instance().is_null() => accepted = without(&accepted, &place),
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected }
                if unknown == UnknownArguments::Dropped && place.is_empty() =>
            {
                for name in unexpected {
                    accepted.remove(name);
                }
            }
            // How the validator reports `additionalProperties: false` if the schema has no properties.
            ValidationErrorKind::FalseSchema
                if unknown == UnknownArguments::Dropped && place.is_empty() =>
            {
                accepted = Object::default();
            }
            _ => {}
        }
    }
    check(validator, schema, &accepted.to_json()).map(|()| accepted)
}

/// Returns `object` without the member at a place, which is a JSON Pointer (RFC 6901). What is not a member of an object
/// stays.
fn without(object: &Object, pointer: &str) -> Object {
    let mut out = object.clone();
    let Some(rest) = pointer.strip_prefix('/') else {
        return out;
    };
    let (name, inner) = rest.split_once('/').unwrap_or((rest, ""));
    let name = name.replace("~1", "/").replace("~0", "~");
    if inner.is_empty() {
        out.remove(&name);
    } else if let Some(member) = out.object(&name) {
        out.set(&name, json::raw(&without(&member, &format!("/{inner}"))));
    }
    out
}

fn describe(error: &ValidationError<'_>, schema: &Value) -> String {
    let place = place(&error.instance_path().to_string());
    let keyword = error.schema_path().to_string();
    format!("{place} {}", expectation(error, schema, &keyword))
}

/// Returns the place of an error as a dotted path. A name that is not plain is replaced by `*`, because
/// the client chose it.
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
                "must be empty: no members are allowed".to_owned()
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
        Kind::UniqueItems => "must not contain an item twice".to_owned(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            "must match one of the alternatives of the schema".to_owned()
        }
        Kind::OneOfMultipleValid { .. } => {
            "must match exactly one of the alternatives of the schema".to_owned()
        }
        // How the validator reports `additionalProperties: false` if the schema has no properties.
        Kind::FalseSchema if error.instance_path().as_str().is_empty() => {
            "must be empty: no members are allowed".to_owned()
        }
        Kind::FalseSchema => "is not allowed here: leave it out".to_owned(),
        kind => format!("must satisfy the schema keyword {}", cut(kind.keyword())),
    }
}

/// Returns a value of the schema as JSON.
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
    use super::*;
    use crate::json::RawJson;

    fn errors(schema: &str, value: &str) -> String {
        let raw: RawJson = serde_json::from_str(schema).unwrap();
        let validator = compile(&raw).unwrap();
        check(&validator, &raw, value).err().unwrap_or_default()
    }

    const POST: &str = r#"{"type":"object","additionalProperties":false,"required":["id"],"properties":{
        "id":{"type":"integer","minimum":1},"status":{"enum":["draft","publish"]},
        "when":{"type":"string","format":"date-time"},"slug":{"type":"string","maxLength":3,"pattern":"^[a-z]+$"},
        "list":{"type":"array","maxItems":1,"items":{"type":["string","null"]}}}}"#;

    #[test]
    fn unexpected_arguments_of_a_tool_without_parameters_are_reported() {
        let none = r#"{"type":"object","additionalProperties":false}"#;
        let said = errors(none, r#"{"id":1}"#);
        assert_eq!(
            said,
            "- the arguments must be empty: no members are allowed"
        );
        let closed = r#"{"type":"object","properties":{"id":false}}"#;
        assert_eq!(
            errors(closed, r#"{"id":1}"#),
            "- `id` is not allowed here: leave it out"
        );
    }

    #[test]
    fn messages_name_the_place_and_the_expectation() {
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
    fn null_is_absent_where_the_schema_does_not_allow_it() {
        let schema = r##"{"type":"object","additionalProperties":false,"required":["id"],"minProperties":2,
            "$defs":{"text":{"type":"string"}},"properties":{"id":{"type":"integer"},"one":{"enum":["a"]},
            "open":{"type":["string","null"]},"any":{},"by_ref":{"$ref":"#/$defs/text"},"a/b~":{"const":1},
            "inner":{"type":"object","properties":{"x":{"type":"string"}}},"list":{"items":{"type":"string"}}}}"##;
        let raw: RawJson = serde_json::from_str(schema).unwrap();
        let validator = compile(&raw).unwrap();
        let sent = |text: &str| {
            let arguments = Object::parse(text).unwrap();
            accept(&validator, &raw, &arguments, UnknownArguments::Refused)
                .map(|arguments| arguments.to_json())
        };
        for (text, expected) in [
            (
                r#"{"id":1,"one":null,"by_ref":null,"a/b~":null,"open":null,"any":null}"#,
                r#"{"id":1,"open":null,"any":null}"#,
            ),
            (
                r#"{"id":1,"inner":{"x":null,"y":null}}"#,
                r#"{"id":1,"inner":{"y":null}}"#,
            ),
        ] {
            assert_eq!(sent(text).as_deref(), Ok(expected), "{text}");
        }
        for (text, said) in [
            (r#"{"id":null,"open":null}"#, "need \"id\""),
            (r#"{"id":1,"one":null}"#, "at least 2 members"),
            (r#"{"id":1,"list":[null]}"#, "`list.0` must be"),
            (r#"{"id":1,"other":null}"#, "may have only"),
        ] {
            assert!(sent(text).unwrap_err().contains(said), "{text}");
        }
    }

    #[test]
    fn unknown_arguments_are_dropped_on_demand() {
        let empty = r#"{"type":"object","additionalProperties":false}"#;
        for (schema, text, expected) in [
            (
                POST,
                r#"{"id":1,"toolCallId":"x","sessionId":null}"#,
                r#"{"id":1}"#,
            ),
            (empty, r#"{"toolCallId":"x"}"#, "{}"),
        ] {
            let raw: RawJson = serde_json::from_str(schema).unwrap();
            let validator = compile(&raw).unwrap();
            let arguments = Object::parse(text).unwrap();
            let accepted =
                |unknown| accept(&validator, &raw, &arguments, unknown).map(|kept| kept.to_json());
            assert_eq!(accepted(UnknownArguments::Dropped).as_deref(), Ok(expected));
            assert!(accepted(UnknownArguments::Refused).is_err());
        }
        let raw: RawJson = serde_json::from_str(POST).unwrap();
        let validator = compile(&raw).unwrap();
        let wrong = Object::parse(r#"{"id":"one","toolCallId":"x"}"#).unwrap();
        let said = accept(&validator, &raw, &wrong, UnknownArguments::Dropped).unwrap_err();
        assert_eq!(said, "- `id` must be of type integer");
    }

    #[test]
    fn messages_never_contain_values_that_were_sent() {
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
    fn remote_references_and_slow_patterns_are_harmless() {
        let compiles =
            |schema: &str| compile(&serde_json::from_str::<RawJson>(schema).unwrap()).is_some();
        assert!(!compiles(r#"{"$ref":"https://example.org/schema.json"}"#));
        assert!(!compiles(r#"{"$ref":"file:///etc/passwd"}"#));
        assert!(compiles(
            r##"{"$defs":{"a":{"type":"integer"}},"$ref":"#/$defs/a"}"##
        ));
        assert!(!compiles(&format!("\"{}\"", "x".repeat(MAX_SCHEMA))));
        // Without a limit on backtracking, this pattern takes days.
        let slow = r#"{"type":"string","pattern":"^(?=(a+)+$)(a+)+\\1$"}"#;
        let _ = errors(slow, json::raw(&("a".repeat(60) + "b")).get());
    }
}
