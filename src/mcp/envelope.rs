//! The JSON-RPC message around everything, read strictly.

use super::failure::Failure;
use super::json::{self, Flaw, Object, Raw};
use crate::reason::Reason;

/// The longest id that is echoed, in bytes of JSON.
const MAX_ID: usize = 512;

/// One message.
#[derive(Debug, Clone)]
pub(super) enum Message {
    /// Wants an answer.
    Request {
        id: Raw,
        method: String,
        params: Option<Object>,
    },
    /// Wants none.
    Notification {
        method: String,
        params: Option<Object>,
    },
    /// Answers something. This server asks nothing that could be answered so.
    Response,
}

/// A message that cannot be read, and its id where that much could be.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) id: Option<Raw>,
    pub(super) failure: Failure,
}

impl From<Reason> for Unreadable {
    fn from(reason: Reason) -> Self {
        Self {
            id: None,
            failure: reason.into(),
        }
    }
}

/// Reads a body of at most `max` bytes.
pub(super) fn parse(body: &[u8], max: usize) -> Result<Message, Unreadable> {
    if body.len() > max {
        return Err(Reason::BodyTooLarge.into());
    }
    let text = std::str::from_utf8(body).map_err(|_| Reason::BodyNotJson)?;
    json::check(text).map_err(|flaw| match flaw {
        Flaw::NotJson => Reason::BodyNotJson,
        Flaw::TooDeep => Reason::BodyTooDeep,
        Flaw::Duplicate => Reason::RequestMalformed,
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
    let malformed = |id: &Option<Raw>| Unreadable {
        id: id.clone(),
        failure: Reason::RequestMalformed.into(),
    };
    if envelope.text("jsonrpc").as_deref() != Some("2.0") {
        return Err(malformed(&id));
    }
    let answers = envelope.get("result").is_some() || envelope.get("error").is_some();
    if envelope.get("method").is_none() && answers && id.is_some() {
        return Ok(Message::Response);
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
        Some(id) => Message::Request { id, method, params },
        None => Message::Notification { method, params },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reason(body: &str) -> Option<Reason> {
        parse(body.as_bytes(), 1000)
            .err()
            .map(|bad| bad.failure.reason)
    }

    #[test]
    fn well_formed_messages_are_told_apart() {
        let request = parse(br#" {"jsonrpc":"2.0","id":"a","method":"ping"}"#, 100).unwrap();
        assert!(matches!(request, Message::Request { params: None, .. }));
        let note = parse(br#"{"jsonrpc":"2.0","method":"x","params":{}}"#, 100).unwrap();
        assert!(matches!(note, Message::Notification { .. }));
        let response = parse(br#"{"jsonrpc":"2.0","id":-4,"result":{}}"#, 100).unwrap();
        assert!(matches!(response, Message::Response));
    }

    #[test]
    fn ways_to_be_wrong() {
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
                .map(|bad| bad.failure.reason),
            Some(Reason::BodyNotJson)
        );
    }

    #[test]
    fn a_readable_id_is_kept_for_the_error() {
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
