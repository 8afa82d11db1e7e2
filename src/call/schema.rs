//! Validation against JSON Schema (2020-12), with messages that a model can act on.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::schema::{CountedParts, Expected, NumberLimit, Schema, Violation};
use crate::json::{self, Object};

/// The largest schema that is compiled, in bytes.
pub(crate) const MAX_SCHEMA: usize = 64 * 1024;

/// The most errors that one message lists.
const MAX_ERRORS: usize = 5;

/// The longest part of a message that quotes the schema, in characters.
const MAX_WORDS: usize = 300;

/// Compiles a schema.
///
/// # Errors
/// What is wrong with it, for the person who wrote it: where, what, and what to do.
pub(crate) fn compile(schema: &RawValue) -> Result<Schema, String> {
    if schema.get().len() > MAX_SCHEMA {
        return Err(format!("the schema is larger than {MAX_SCHEMA} bytes"));
    }
    if json::check(schema.get()).is_err() {
        return Err(
            "the schema is not JSON, is nested too deeply, or has two members of one name in an object".to_owned(),
        );
    }
    let schema: Value = serde_json::from_str(schema.get()).map_err(|_| "the schema is not JSON")?;
    Schema::compile(&schema).map_err(|fault| fault.to_string())
}

/// Returns why JSON text cannot be the input schema or the output schema of a tool: where, what, and what to do. Returns
/// `None` if it can. The text names keywords and properties of the schema, and nothing else of it.
///
/// ```
/// use countersign::call::schema_fault;
///
/// assert_eq!(schema_fault(r#"{"minimum":1}"#), None);
/// assert_eq!(
///     schema_fault(r#"{"minimum":"1"}"#).as_deref(),
///     Some("minimum must be a number")
/// );
/// ```
#[must_use]
pub fn schema_fault(json: &str) -> Option<String> {
    match serde_json::from_str::<&RawValue>(json) {
        Ok(schema) => compile(schema).err(),
        Err(_) => Some("the schema is not JSON".to_owned()),
    }
}

/// Returns whether JSON text conforms to the schema.
pub(crate) fn conforms(schema: &Schema, json: &str) -> bool {
    serde_json::from_str::<Value>(json).is_ok_and(|value| schema.is_valid(&value))
}

/// Validates JSON text.
///
/// # Errors
/// What to correct: one line for each error, at most [`MAX_ERRORS`]. The text never contains a value that
/// was sent.
pub(crate) fn check(schema: &Schema, json: &str) -> Result<(), String> {
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return Err("- the arguments must be a JSON object".to_owned());
    };
    if schema.is_valid(&value) {
        return Ok(());
    }
    let mut lines: Vec<String> = Vec::new();
    let mut more = false;
    for violation in schema.violations(&value) {
        let line = format!("- {}", describe(&violation));
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
    schema: &Schema,
    arguments: &Object,
    unknown: UnknownArguments,
) -> Result<Object, String> {
    let json = arguments.to_json();
    let Ok(value) = serde_json::from_str::<Value>(&json) else {
        return check(schema, &json).map(|()| arguments.clone());
    };
    if schema.is_valid(&value) {
        return Ok(arguments.clone());
    }
    let mut accepted = arguments.clone();
    for violation in schema.violations(&value) {
        let place = &violation.pointer;
        match violation.expected {
            _ if violation.is_null => accepted = without(&accepted, place),
            Expected::Only { unexpected, .. }
                if unknown == UnknownArguments::Dropped && place.is_empty() =>
            {
                for name in &unexpected {
                    accepted.remove(name);
                }
            }
            _ => {}
        }
    }
    check(schema, &accepted.to_json()).map(|()| accepted)
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

fn describe(violation: &Violation<'_>) -> String {
    let place = place(&violation.pointer);
    format!("{place} {}", expectation(&violation.expected))
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

fn expectation(expected: &Expected<'_>) -> String {
    match expected {
        Expected::Nothing => "is not allowed here: leave it out".to_owned(),
        Expected::Type(names) => format!("must be of type {}", names.join(" or ")),
        Expected::Enum(values) => {
            let list: Vec<String> = values.iter().map(words).collect();
            format!("must be one of: {}", cut(&list.join(", ")))
        }
        Expected::Const(value) => format!("must be {}", words(value)),
        Expected::Member(name) => format!("need {}", words(&Value::from(*name))),
        Expected::Only { allowed, .. } if allowed.is_empty() => {
            "must be empty: no members are allowed".to_owned()
        }
        Expected::Only { allowed, .. } => format!("may have only: {}", cut(&allowed.join(", "))),
        Expected::Format("date-time") => {
            "must be a date and time as in 2026-12-24T08:00:00+01:00 (RFC 3339, with offset)"
                .to_owned()
        }
        Expected::Format(name) => format!("must be in the format {name}"),
        Expected::Pattern(pattern) => format!("must match the pattern {}", cut(pattern)),
        Expected::Bound(limit, number) => {
            let order = match limit {
                NumberLimit::Least => "at least",
                NumberLimit::Greatest => "at most",
                NumberLimit::MoreThan => "more than",
                NumberLimit::LessThan => "less than",
            };
            format!("must be {order} {number}")
        }
        Expected::MultipleOf(number) => format!("must be a multiple of {number}"),
        Expected::AtLeast(count, what) => format!("must have at least {count} {}", counted(*what)),
        Expected::AtMost(count, what) => format!("must have at most {count} {}", counted(*what)),
        Expected::Distinct => "must not contain an item twice".to_owned(),
        Expected::Alternative => "must match one of the alternatives of the schema".to_owned(),
        Expected::OneAlternative => {
            "must match exactly one of the alternatives of the schema".to_owned()
        }
        Expected::Keyword(name) => format!("must satisfy the schema keyword {name}"),
        Expected::LessWork => {
            "are too much to check against the schema: send fewer or shorter values".to_owned()
        }
    }
}

const fn counted(what: CountedParts) -> &'static str {
    match what {
        CountedParts::Characters => "characters",
        CountedParts::Items => "items",
        CountedParts::Members => "members",
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
        check(&validator, value).err().unwrap_or_default()
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
            accept(&validator, &arguments, UnknownArguments::Refused)
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
                |unknown| accept(&validator, &arguments, unknown).map(|kept| kept.to_json());
            assert_eq!(accepted(UnknownArguments::Dropped).as_deref(), Ok(expected));
            assert!(accepted(UnknownArguments::Refused).is_err());
        }
        let raw: RawJson = serde_json::from_str(POST).unwrap();
        let validator = compile(&raw).unwrap();
        let wrong = Object::parse(r#"{"id":"one","toolCallId":"x"}"#).unwrap();
        let said = accept(&validator, &wrong, UnknownArguments::Dropped).unwrap_err();
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
            |schema: &str| compile(&serde_json::from_str::<RawJson>(schema).unwrap()).is_ok();
        assert!(!compiles(r#"{"$ref":"https://example.org/schema.json"}"#));
        assert!(!compiles(r#"{"$ref":"file:///etc/passwd"}"#));
        assert!(compiles(
            r##"{"$defs":{"a":{"type":"integer"}},"$ref":"#/$defs/a"}"##
        ));
        assert!(!compiles(&format!("\"{}\"", "x".repeat(MAX_SCHEMA))));
        // With backtracking, the first pattern takes days; the second needs it.
        let slow = r#"{"type":"string","pattern":"^(a+)+$"}"#;
        let sent = json::raw(&("a".repeat(60) + "b"));
        assert_eq!(
            errors(slow, sent.get()),
            "- the arguments must match the pattern ^(a+)+$"
        );
        assert!(!compiles(r#"{"pattern":"^(?=(a+)+$)(a+)+\\1$"}"#));
    }
}
