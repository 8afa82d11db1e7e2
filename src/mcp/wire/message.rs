//! Reading of [JSON-RPC 2.0](https://www.jsonrpc.org/specification) messages.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::error::RpcError;
use super::request_id::{self, is_id};
use crate::json::{self, JsonFlaw, Object, RawJson};
use crate::reason::Reason;

/// A JSON-RPC message from a client. Parameters are always an object here, as MCP requires.
#[derive(Debug, Clone)]
pub(in crate::mcp) enum RpcMessage {
    /// A message that gets an answer. `id` is a string or an integer, as received.
    Request {
        id: RawJson,
        method: String,
        params: Option<Object>,
    },
    /// A message that gets no answer.
    Notification {
        method: String,
        params: Option<Object>,
    },
    /// A response of the client to a request of the server. This server sends no requests.
    Response,
}

/// Why a body is not a message. The id is that of the message, if it could be read.
#[derive(Debug)]
pub(in crate::mcp) struct UnreadableMessage {
    pub(in crate::mcp) id: Option<RawJson>,
    pub(in crate::mcp) error: RpcError,
}

impl From<RpcError> for UnreadableMessage {
    fn from(error: RpcError) -> Self {
        Self { id: None, error }
    }
}

impl From<Reason> for UnreadableMessage {
    fn from(reason: Reason) -> Self {
        RpcError::new(reason).into()
    }
}

/// Reads a message from the body of a request of at most `max` bytes: one JSON-RPC 2.0 object, without
/// duplicate names at any depth. Batches are refused, as MCP does not have them.
///
/// Half a surrogate pair in a string is replaced by U+FFFD. Parameters that are null or an empty list are taken as absent.
///
/// # Errors
/// [`Reason::BodyTooLarge`], [`Reason::BodyNotJson`], [`Reason::BodyTooDeep`], [`Reason::BatchRefused`] or
/// [`Reason::RequestMalformed`].
pub(in crate::mcp) fn parse(body: &[u8], max: usize) -> Result<RpcMessage, UnreadableMessage> {
    read(body, max).map_err(|unreadable| UnreadableMessage {
        id: unreadable.id.or_else(|| request_id::find(body)),
        ..unreadable
    })
}

fn read(body: &[u8], max: usize) -> Result<RpcMessage, UnreadableMessage> {
    if body.len() > max {
        return Err(Reason::BodyTooLarge.into());
    }
    let received = std::str::from_utf8(body)
        .map_err(|_| RpcError::new(Reason::BodyNotJson).detail("It is not UTF-8."))?;
    let text = json::replace_lone_surrogates(received);
    let is_replaced = matches!(text, Cow::Owned(_));
    json::check(&text).map_err(|flaw| flawed(flaw, &text))?;
    let start = text.trim_start_matches([' ', '\t', '\n', '\r']);
    if start.starts_with('[') {
        return Err(Reason::BatchRefused.into());
    }
    let envelope = Object::parse(&text).ok_or_else(|| malformed(None, "It must be an object."))?;
    let id = match envelope.get("id") {
        None => None,
        Some(id) if is_id(id) && !is_changed(id, is_replaced) => Some(id.to_owned()),
        Some(_) => {
            let text = "id must be a short string or an integer, and not null.";
            return Err(malformed(None, text));
        }
    };
    let refuse = |text: &'static str| malformed(id.clone(), text);
    if envelope.text("jsonrpc").as_deref() != Some("2.0") {
        return Err(refuse("jsonrpc must be \"2.0\"."));
    }
    let answers = envelope.get("result").is_some() || envelope.get("error").is_some();
    if envelope.get("method").is_none() && answers && id.is_some() {
        return Ok(RpcMessage::Response);
    }
    let method = envelope
        .text("method")
        .filter(|method| !method.is_empty() && !answers)
        .ok_or_else(|| refuse("method must be a string."))?;
    let params = match envelope.present("params") {
        None => None,
        Some(params) => match Object::parse(params.get()) {
            None if !json::is_empty_list(params) => {
                return Err(refuse("params must be an object."));
            }
            params => params,
        },
    };
    Ok(match id {
        Some(id) => RpcMessage::Request { id, method, params },
        None => RpcMessage::Notification { method, params },
    })
}

fn malformed(id: Option<RawJson>, text: &'static str) -> UnreadableMessage {
    UnreadableMessage {
        id,
        error: RpcError::new(Reason::RequestMalformed).detail(text),
    }
}

/// Returns the refusal of text that [`json::check`] refused.
fn flawed(flaw: JsonFlaw, text: &str) -> RpcError {
    match flaw {
        // What is JSON otherwise has a number that no parser can hold.
        JsonFlaw::NotJson if serde_json::from_str::<&RawValue>(text).is_ok() => {
            RpcError::new(Reason::BodyNotJson).detail("A number is too large.")
        }
        JsonFlaw::NotJson => Reason::BodyNotJson.into(),
        JsonFlaw::TooDeep => Reason::BodyTooDeep.into(),
        JsonFlaw::Duplicate => RpcError::new(Reason::RequestMalformed)
            .detail("An object has two members with the same name."),
    }
}

/// Returns whether something may have been replaced in `id`, so that it cannot be echoed as it was sent.
fn is_changed(id: &RawValue, is_replaced: bool) -> bool {
    is_replaced && id.get().contains(r"\ufffd")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reason(body: &str) -> Option<Reason> {
        parse(body.as_bytes(), 1000)
            .err()
            .map(|bad| bad.error.reason)
    }

    #[test]
    fn requests_notifications_and_responses_are_recognised() {
        let request = parse(br#" {"jsonrpc":"2.0","id":"a","method":"ping"}"#, 100).unwrap();
        assert!(matches!(request, RpcMessage::Request { params: None, .. }));
        let note = parse(br#"{"jsonrpc":"2.0","method":"x","params":{}}"#, 100).unwrap();
        assert!(matches!(note, RpcMessage::Notification { .. }));
        let response = parse(br#"{"jsonrpc":"2.0","id":-4,"result":{}}"#, 100).unwrap();
        assert!(matches!(response, RpcMessage::Response));
    }

    #[test]
    fn malformed_bodies_are_refused_with_their_reason() {
        for (body, expected) in [
            ("", Reason::BodyNotJson),
            ("{", Reason::BodyNotJson),
            ("[]", Reason::BatchRefused),
            (
                r#" [{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
                Reason::BatchRefused,
            ),
            ("\"x\"", Reason::RequestMalformed),
            ("null", Reason::RequestMalformed),
            ("{}", Reason::RequestMalformed),
            (
                r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#,
                Reason::RequestMalformed,
            ),
            (r#"{"id":1,"method":"ping"}"#, Reason::RequestMalformed),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":""}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"a","result":{}}"#,
                Reason::RequestMalformed,
            ),
            (r#"{"jsonrpc":"2.0","result":{}}"#, Reason::RequestMalformed),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"a","params":[1]}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"a","params":"x"}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":"\ud83d","method":"a"}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}"#,
                Reason::RequestMalformed,
            ),
        ] {
            assert_eq!(reason(body), Some(expected), "{body}");
        }
        assert_eq!(reason(&" ".repeat(1001)), Some(Reason::BodyTooLarge));
        assert_eq!(
            parse(b"{\"a\":\"\xff\"}", 100)
                .err()
                .map(|bad| bad.error.reason),
            Some(Reason::BodyNotJson)
        );
    }

    #[test]
    fn parameters_of_nothing_are_absent() {
        for nothing in ["null", "[]", "[ \n]"] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{nothing}}}"#);
            let read = parse(body.as_bytes(), 1000).unwrap();
            assert!(matches!(read, RpcMessage::Request { params: None, .. }));
            let body = format!(r#"{{"jsonrpc":"2.0","method":"x","params":{nothing}}}"#);
            let read = parse(body.as_bytes(), 1000).unwrap();
            assert!(matches!(
                read,
                RpcMessage::Notification { params: None, .. }
            ));
        }
    }

    #[test]
    fn an_integer_id_is_echoed_as_it_was_written() {
        for id in ["15.0", "1.5e1", "-0.0", "-7", "\"\\u0041\""] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
            let Ok(RpcMessage::Request { id: read, .. }) = parse(body.as_bytes(), 1000) else {
                panic!("{id}");
            };
            assert_eq!(read.get(), id);
        }
    }

    #[test]
    fn half_a_character_is_replaced() {
        let body = br#"{"jsonrpc":"2.0","id":"a","method":"x","params":{"t":"a\ud83db"}}"#;
        let Ok(RpcMessage::Request { params, id, .. }) = parse(body, 1000) else {
            panic!();
        };
        assert_eq!(params.unwrap().text("t").as_deref(), Some("a\u{fffd}b"));
        assert_eq!(id.get(), "\"a\"");
    }

    #[test]
    fn the_id_of_a_refused_message_is_kept() {
        let deep = "[".repeat(100) + &"]".repeat(100);
        let wide = r#"{"a":1,"\u0061":2}"#;
        for (members, expected) in [
            (r#""method":1"#, Reason::RequestMalformed),
            (r#""method":"a","params":[1]"#, Reason::RequestMalformed),
            (
                &format!(r#""method":"a","params":{wide}"#),
                Reason::RequestMalformed,
            ),
            (
                &format!(r#""method":"a","params":{{"\ud83d":{wide}}}"#),
                Reason::RequestMalformed,
            ),
            (r#""method":"a","method":"b""#, Reason::RequestMalformed),
            (
                &format!(r#""method":"a","params":{{"a":{deep}}}"#),
                Reason::BodyTooDeep,
            ),
            (r#""method":"a","params":{"a":1e999}"#, Reason::BodyNotJson),
        ] {
            for id in ["\"q\"", "7.0"] {
                let body = format!(r#"{{"jsonrpc":"2.0","id":{id},{members}}}"#);
                let bad = parse(body.as_bytes(), 1000).unwrap_err();
                assert_eq!(bad.error.reason, expected, "{members}");
                assert_eq!(bad.id.map(|id| id.get().to_owned()).as_deref(), Some(id));
            }
        }
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}"#,
            r#"{"jsonrpc":"2.0","id":"\ud83d","method":"a","method":"b"}"#,
            r#"{"jsonrpc":"2.0","id":{},"method":"a","method":"b"}"#,
        ] {
            assert!(parse(body.as_bytes(), 1000).unwrap_err().id.is_none());
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&body, 200);
        }
    }
}
