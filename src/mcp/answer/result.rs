//! Results of calls: checks what WordPress returned, and adds the members that the protocol requires.

use serde_json::value::RawValue;

use super::CallKind;
use crate::call::decide::OutputSchema;
use crate::call::schema;
use crate::json::schema::Schema;
use crate::json::{self, Object, RawJson};

/// The largest result, in bytes. Tools return longer lists in pages.
const MAX_RESULT: usize = 4 << 20;

/// The most completion values that the specification allows in one answer.
const MAX_VALUES: usize = 100;

/// A result that may be sent.
pub(in crate::mcp) struct CheckedResult {
    pub(in crate::mcp) result: Object,
    /// Whether the tool reported a failure with `isError`.
    pub(in crate::mcp) failed: bool,
}

/// Checks a result of a call of `kind`. `stateless` states whether the client uses revision 2026-07-28.
/// Returns `None` if `json` is not a valid result of this kind or does not conform to `output`.
pub(in crate::mcp) fn check(
    kind: CallKind,
    json: &str,
    output: &OutputSchema,
    stateless: bool,
) -> Option<CheckedResult> {
    if json.len() > MAX_RESULT {
        return None;
    }
    json::check(json).ok()?;
    let given = Object::parse(json)?;
    let unfailed = |result| CheckedResult {
        result,
        failed: false,
    };
    match kind {
        CallKind::Tool => tool(&given, output, stateless),
        CallKind::Prompt => prompt(&given).map(unfailed),
        CallKind::Resource => resource(&given).map(unfailed),
        CallKind::Completion => completion(&given).map(unfailed),
    }
}

/// Reads a list of objects.
fn list(value: &RawValue) -> Option<Vec<Object>> {
    serde_json::from_str(value.get()).ok()
}

/// Copies `_meta` if it is an object.
fn keep_meta(given: &Object, out: &mut Object) {
    if let Some(meta) = given
        .present("_meta")
        .filter(|meta| json::kind(meta) == "object")
    {
        out.set("_meta", meta.to_owned());
    }
}

fn tool(given: &Object, output: &OutputSchema, stateless: bool) -> Option<CheckedResult> {
    let failed = match given.present("isError").map(RawValue::get) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return None,
    };
    let structured = given.present("structuredContent");
    let mut out = Object::default();
    match (given.present("content"), structured) {
        (Some(content), _) => {
            let typed = |block: &Object| block.text("type").is_some();
            list(content)?.iter().all(typed).then_some(())?;
            out.set("content", content.to_owned());
        }
        (None, Some(structured)) => {
            let text = json::compact(structured.get());
            let block = Object::default().with("type", &"text").with("text", &text);
            out.set("content", json::raw(&[block]));
        }
        (None, None) => return None,
    }
    if !failed && !conforms(output, structured) {
        return None;
    }
    if let Some(structured) = structured
        && (stateless || json::kind(structured) == "object")
    {
        out.set("structuredContent", structured.to_owned());
    }
    if failed {
        out.set("isError", RawValue::TRUE.to_owned());
    }
    keep_meta(given, &mut out);
    Some(CheckedResult {
        result: out,
        failed,
    })
}

/// Returns whether structured content conforms to the tool's output schema.
fn conforms(output: &OutputSchema, structured: Option<&RawValue>) -> bool {
    let valid = |validator: &Schema| {
        structured.is_some_and(|value| schema::conforms(validator, value.get()))
    };
    match output {
        OutputSchema::None => true,
        OutputSchema::Builtin(tool) => tool
            .output
            .get_or_init(|| schema::compile(tool.output_schema).ok())
            .as_ref()
            .is_some_and(valid),
        OutputSchema::Plugin(schema) => {
            schema::compile(schema).is_ok_and(|compiled| valid(&compiled))
        }
    }
}

fn prompt(given: &Object) -> Option<Object> {
    let messages = given.present("messages")?;
    let whole = |message: &Object| {
        matches!(message.text("role").as_deref(), Some("user" | "assistant"))
            && message
                .object("content")
                .is_some_and(|content| content.text("type").is_some())
    };
    list(messages)?.iter().all(whole).then_some(())?;
    let mut out = Object::default();
    if let Some(text) = given.text("description") {
        out.set("description", json::raw(&text));
    }
    out.set("messages", messages.to_owned());
    keep_meta(given, &mut out);
    Some(out)
}

fn resource(given: &Object) -> Option<Object> {
    let contents = given.present("contents")?;
    let read = list(contents)?;
    let whole = |item: &Object| {
        item.text("uri").is_some() && (item.text("text").is_some() != item.text("blob").is_some())
    };
    (!read.is_empty() && read.iter().all(whole)).then_some(())?;
    let mut out = Object::default();
    out.set("contents", contents.to_owned());
    keep_meta(given, &mut out);
    Some(out)
}

fn completion(given: &Object) -> Option<Object> {
    let values: Vec<String> = serde_json::from_str(given.present("values")?.get()).ok()?;
    let more = values.len() > MAX_VALUES
        || given
            .present("hasMore")
            .is_some_and(|more| more.get() == "true");
    let told: Vec<&String> = values.iter().take(MAX_VALUES).collect();
    let mut out = Object::default().with("values", &told);
    let total: Option<RawJson> = given
        .present("total")
        .filter(|total| json::kind(total) == "integer")
        .map(RawValue::to_owned);
    if let Some(total) = total {
        out.set("total", total);
    }
    out.set("hasMore", json::raw(&more));
    Some(Object::default().with("completion", &out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(kind: CallKind, json: &str, stateless: bool) -> Option<String> {
        check(kind, json, &OutputSchema::None, stateless).map(|checked| checked.result.to_json())
    }

    #[test]
    fn tool_results_are_checked_and_completed() {
        for (given, stateless, expected) in [
            (r#"{"content":[]}"#, true, Some(r#"{"content":[]}"#)),
            (
                r#"{"structuredContent":{"a": [] ,"b":{}}}"#,
                false,
                Some(
                    r#"{"content":[{"type":"text","text":"{\"a\":[],\"b\":{}}"}],"structuredContent":{"a": [] ,"b":{}}}"#,
                ),
            ),
            (
                r#"{"structuredContent":[1]}"#,
                false,
                Some(r#"{"content":[{"type":"text","text":"[1]"}]}"#),
            ),
            (
                r#"{"structuredContent":[1]}"#,
                true,
                Some(r#"{"content":[{"type":"text","text":"[1]"}],"structuredContent":[1]}"#),
            ),
            (
                r#"{"content":[{"type":"text","text":"x"}],"isError":true,"resultType":"x","other":1}"#,
                true,
                Some(r#"{"content":[{"type":"text","text":"x"}],"isError":true}"#),
            ),
            ("{}", true, None),
            ("[]", true, None),
            ("not json", true, None),
            (r#"{"content":"x"}"#, true, None),
            (r#"{"content":[{"text":"x"}]}"#, true, None),
            (r#"{"content":[],"isError":"yes"}"#, true, None),
        ] {
            assert_eq!(
                checked(CallKind::Tool, given, stateless).as_deref(),
                expected,
                "{given}"
            );
        }
        let large = format!(
            r#"{{"content":[{{"type":"text","text":"{}"}}]}}"#,
            "x".repeat(MAX_RESULT)
        );
        assert!(checked(CallKind::Tool, &large, true).is_none());
    }

    #[test]
    fn structured_content_must_conform_to_the_output_schema() {
        let output = OutputSchema::Plugin(
            serde_json::from_str(r#"{"type":"object","required":["a"]}"#).unwrap(),
        );
        let sent = |json| check(CallKind::Tool, json, &output, true).is_some();
        assert!(sent(r#"{"structuredContent":{"a":1}}"#));
        assert!(!sent(r#"{"structuredContent":{"b":1}}"#));
        assert!(!sent(r#"{"content":[]}"#), "structured content is missing");
        assert!(
            sent(r#"{"content":[],"isError":true}"#),
            "an error needs no structured content"
        );
    }

    #[test]
    fn other_results_are_checked_and_completed() {
        use CallKind::{Completion, Prompt, Resource};
        let ok = |kind, json| checked(kind, json, true).is_some();
        assert!(ok(
            Prompt,
            r#"{"messages":[{"role":"user","content":{"type":"text","text":"x"}}]}"#
        ));
        assert!(!ok(
            Prompt,
            r#"{"messages":[{"role":"system","content":{"type":"text"}}]}"#
        ));
        assert!(!ok(
            Prompt,
            r#"{"messages":[{"role":"user","content":"x"}]}"#
        ));
        assert!(ok(Resource, r#"{"contents":[{"uri":"a:b","text":""}]}"#));
        assert!(
            !ok(Resource, r#"{"contents":[]}"#),
            "contents must not be empty"
        );
        assert!(!ok(Resource, r#"{"contents":[{"uri":"a:b"}]}"#));
        assert_eq!(
            checked(Completion, r#"{"values":["a"],"total":3}"#, true).as_deref(),
            Some(r#"{"completion":{"values":["a"],"total":3,"hasMore":false}}"#)
        );
        let many = format!(r#"{{"values":{:?}}}"#, vec!["x"; 101]);
        assert!(
            checked(Completion, &many, true)
                .unwrap()
                .ends_with(r#""hasMore":true}}"#)
        );
    }
}
