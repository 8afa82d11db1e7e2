//! Results as plugins give them, made into results as the protocol has them. What does not conform is
//! not sent.

use serde_json::value::RawValue;

use super::call::{CallKind, Output};
use super::json::{self, Object, Raw};
use super::schema;

/// The largest result, in bytes: an agent asks for pages instead.
const MAX_RESULT: usize = 4 << 20;

/// The most completions that are told.
const MAX_VALUES: usize = 100;

/// A result that can be sent.
pub(super) struct Normal {
    pub(super) result: Object,
    /// Whether the tool says of itself that it failed.
    pub(super) failed: bool,
}

/// `json` as a result of `kind`; `None` when it is none.
pub(super) fn normal(kind: CallKind, json: &str, output: &Output, modern: bool) -> Option<Normal> {
    if json.len() > MAX_RESULT {
        return None;
    }
    json::check(json).ok()?;
    let given = Object::parse(json)?;
    let fine = |result| Normal {
        result,
        failed: false,
    };
    match kind {
        CallKind::Tool => tool(&given, output, modern),
        CallKind::Prompt => prompt(&given).map(fine),
        CallKind::Resource => resource(&given).map(fine),
        CallKind::Completion => completion(&given).map(fine),
    }
}

fn present<'a>(given: &'a Object, name: &str) -> Option<&'a RawValue> {
    given.get(name).filter(|value| json::kind(value) != "null")
}

fn list(value: &RawValue) -> Option<Vec<Object>> {
    serde_json::from_str(value.get()).ok()
}

fn keep_meta(given: &Object, out: &mut Object) {
    if let Some(meta) = present(given, "_meta").filter(|meta| json::kind(meta) == "object") {
        out.set("_meta", meta.to_owned());
    }
}

fn tool(given: &Object, output: &Output, modern: bool) -> Option<Normal> {
    let failed = match present(given, "isError").map(RawValue::get) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return None,
    };
    let structured = present(given, "structuredContent");
    let mut out = Object::default();
    match (present(given, "content"), structured) {
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
    if !failed && !promised(output, structured) {
        return None;
    }
    if let Some(structured) = structured
        && (modern || json::kind(structured) == "object")
    {
        out.set("structuredContent", structured.to_owned());
    }
    if failed {
        out.set("isError", RawValue::TRUE.to_owned());
    }
    keep_meta(given, &mut out);
    Some(Normal {
        result: out,
        failed,
    })
}

/// Whether structured content is what the tool's schema promises.
fn promised(output: &Output, structured: Option<&RawValue>) -> bool {
    let conforms = |validator: &jsonschema::Validator| {
        structured.is_some_and(|value| schema::conforms(validator, value.get()))
    };
    match output {
        Output::Free => true,
        Output::Builtin(tool) => tool
            .output
            .get_or_init(|| schema::compile(tool.output_schema))
            .as_ref()
            .is_some_and(conforms),
        Output::Plugin(schema) => {
            schema::compile(schema).is_some_and(|compiled| conforms(&compiled))
        }
    }
}

fn prompt(given: &Object) -> Option<Object> {
    let messages = present(given, "messages")?;
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
    let contents = present(given, "contents")?;
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
    let values: Vec<String> = serde_json::from_str(present(given, "values")?.get()).ok()?;
    let more = values.len() > MAX_VALUES
        || present(given, "hasMore").is_some_and(|more| more.get() == "true");
    let told: Vec<&String> = values.iter().take(MAX_VALUES).collect();
    let mut out = Object::default().with("values", &told);
    let total: Option<Raw> = present(given, "total")
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

    fn made(kind: CallKind, json: &str, modern: bool) -> Option<String> {
        normal(kind, json, &Output::Free, modern).map(|normal| normal.result.to_json())
    }

    #[test]
    fn tools() {
        for (given, modern, expected) in [
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
                made(CallKind::Tool, given, modern).as_deref(),
                expected,
                "{given}"
            );
        }
        let large = format!(
            r#"{{"content":[{{"type":"text","text":"{}"}}]}}"#,
            "x".repeat(MAX_RESULT)
        );
        assert!(made(CallKind::Tool, &large, true).is_none());
    }

    #[test]
    fn what_was_promised_must_be_kept() {
        let output =
            Output::Plugin(serde_json::from_str(r#"{"type":"object","required":["a"]}"#).unwrap());
        let sent = |json| normal(CallKind::Tool, json, &output, true).is_some();
        assert!(sent(r#"{"structuredContent":{"a":1}}"#));
        assert!(!sent(r#"{"structuredContent":{"b":1}}"#));
        assert!(!sent(r#"{"content":[]}"#), "nothing structured at all");
        assert!(
            sent(r#"{"content":[],"isError":true}"#),
            "an error promises nothing"
        );
    }

    #[test]
    fn the_others() {
        use CallKind::{Completion, Prompt, Resource};
        let ok = |kind, json| made(kind, json, true).is_some();
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
        assert!(!ok(Resource, r#"{"contents":[]}"#), "never empty");
        assert!(!ok(Resource, r#"{"contents":[{"uri":"a:b"}]}"#));
        assert_eq!(
            made(Completion, r#"{"values":["a"],"total":3}"#, true).as_deref(),
            Some(r#"{"completion":{"values":["a"],"total":3,"hasMore":false}}"#)
        );
        let many = format!(r#"{{"values":{:?}}}"#, vec!["x"; 101]);
        assert!(
            made(Completion, &many, true)
                .unwrap()
                .ends_with(r#""hasMore":true}}"#)
        );
    }
}
