//! Reading of [JSON-RPC 2.0](https://www.jsonrpc.org/specification) messages.

use super::error::RpcError;
use crate::json::{self, JsonFlaw, Object, RawJson};
use crate::reason::Reason;

/// The longest request id that is accepted and echoed, in bytes of JSON.
const MAX_ID: usize = 512;

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

impl From<Reason> for UnreadableMessage {
    fn from(reason: Reason) -> Self {
        Self {
            id: None,
            error: reason.into(),
        }
    }
}

/// Reads a message from the body of a request of at most `max` bytes: one JSON-RPC 2.0 object, without
/// duplicate names at any depth. Batches are refused, as MCP does not have them.
///
/// # Errors
/// [`Reason::BodyTooLarge`], [`Reason::BodyNotJson`], [`Reason::BodyTooDeep`], [`Reason::BatchRefused`] or
/// [`Reason::RequestMalformed`].
pub(in crate::mcp) fn parse(body: &[u8], max: usize) -> Result<RpcMessage, UnreadableMessage> {
    if body.len() > max {
        return Err(Reason::BodyTooLarge.into());
    }
    let text = std::str::from_utf8(body).map_err(|_| Reason::BodyNotJson)?;
    json::check(text).map_err(|flaw| match flaw {
        JsonFlaw::NotJson => Reason::BodyNotJson,
        JsonFlaw::TooDeep => Reason::BodyTooDeep,
        JsonFlaw::Duplicate => Reason::RequestMalformed,
    })?;
    let start = text.trim_start_matches([' ', '\t', '\n', '\r']);
    if start.starts_with('[') {
        return Err(Reason::BatchRefused.into());
    }
    let envelope = Object::parse(text).ok_or(Reason::RequestMalformed)?;
    let id = match envelope.get("id") {
        None => None,
        Some(id) => match json::kind(id) {
            "string" | "integer" if id.get().len() <= MAX_ID => Some(id.to_owned()),
            _ => return Err(Reason::RequestMalformed.into()),
        },
    };
    let malformed = |id: &Option<RawJson>| UnreadableMessage {
        id: id.clone(),
        error: Reason::RequestMalformed.into(),
    };
    if envelope.text("jsonrpc").as_deref() != Some("2.0") {
        return Err(malformed(&id));
    }
    let answers = envelope.get("result").is_some() || envelope.get("error").is_some();
    if envelope.get("method").is_none() && answers && id.is_some() {
        return Ok(RpcMessage::Response);
    }
    let method = envelope
        .text("method")
        .filter(|method| !method.is_empty() && !answers)
        .ok_or_else(|| malformed(&id))?;
    let params = match envelope.get("params") {
        None => None,
        Some(params) => Some(Object::parse(params.get()).ok_or_else(|| malformed(&id))?),
    };
    Ok(match id {
        Some(id) => RpcMessage::Request { id, method, params },
        None => RpcMessage::Notification { method, params },
    })
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
                r#"{"jsonrpc":"2.0","id":1e2,"method":"ping"}"#,
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
                r#"{"jsonrpc":"2.0","id":1,"method":"a","params":[]}"#,
                Reason::RequestMalformed,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"a","params":null}"#,
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
    fn the_id_of_a_malformed_request_is_kept() {
        let bad = parse(br#"{"jsonrpc":"2.0","id":"q","method":1}"#, 100).unwrap_err();
        assert_eq!(bad.id.unwrap().get(), "\"q\"");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&body, 200);
        }
    }
}
