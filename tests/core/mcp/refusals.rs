//! Refusals of a site that cannot serve a request, and the ids of requests that are refused.

use countersign::mcp::{Incoming, McpReply, Received};
use countersign::reason::Reason;
use serde_json::{Value, json};

use super::support::steps::{body, reason};
use super::support::{Site, headers};

const CALL: &str = r#"{"jsonrpc":"2.0","id":"q","method":"tools/call","params":{"name":"whoami"}}"#;
const LIST: &str = r#"{"jsonrpc":"2.0","id":"q","method":"tools/list"}"#;
const NOTE: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

fn header<'a>(reply: &'a McpReply, name: &str) -> Option<&'a str> {
    let found = reply.headers().iter().find(|(other, _)| *other == name);
    found.map(|(_, value)| value.as_str())
}

/// Sends a request with `token` to a site that cannot serve it because of `code`: first before its store is opened, then
/// after the token was verified. The two answers are the same if the token is genuine.
fn unavailable(
    token: &str,
    method: &str,
    message: &str,
    code: &str,
) -> (McpReply, Option<McpReply>) {
    let site = Site::default();
    let headers = headers(token);
    let incoming = Incoming {
        method,
        headers: &headers,
        query: "",
        body: message.as_bytes(),
        ip: "192.0.2.7",
    };
    let server = site.server(&json!({}));
    let early = server.unavailable(site.now, incoming, code);
    let late = match server.receive(site.world(), incoming) {
        Received::Reply(_) => None,
        Received::Request(request) => Some(request.unavailable(code)),
    };
    (early, late)
}

#[test]
fn a_client_with_a_genuine_token_is_told_why_the_site_cannot_serve_it() {
    let token = Site::default().token();
    for (method, message, status, code) in [
        ("POST", CALL, 200, Value::Null),
        ("POST", LIST, 200, json!(-32603)),
        ("POST", NOTE, 202, Value::Null),
        ("GET", "", 405, json!(-32600)),
        ("POST", "{", 400, json!(-32700)),
    ] {
        let (early, late) = unavailable(&token, method, message, "audit_unavailable");
        let late = late.unwrap();
        assert_eq!(early.body(), late.body());
        for reply in [early, late] {
            assert_eq!(reply.status(), status, "{message}");
            assert_eq!(reply.entry(), None);
            let answer: Value = serde_json::from_str(reply.body()).unwrap_or_default();
            assert_eq!(answer["error"]["code"], code, "{message}");
            if [CALL, LIST].contains(&message) {
                assert_eq!(answer["id"], "q");
                assert_eq!(header(&reply, "Retry-After"), Some("60"));
                assert_eq!(reason(&reply), Some(Reason::AuditUnavailable));
            }
        }
    }
    let (reply, _) = unavailable(&token, "POST", CALL, "audit_unavailable");
    let result = &body(&reply)["result"];
    assert_eq!(result["isError"], true);
    assert_eq!(
        result["_meta"],
        json!({"countersign/reason": "audit_unavailable", "countersign/retryAfter": 60})
    );
    assert!(result.get("structuredContent").is_none());
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.ends_with("Wait 60 seconds, then try again."), "{text}");
    let (reply, _) = unavailable(&token, "POST", LIST, "audit_unavailable");
    let data = json!({"reason": "audit_unavailable", "retryAfter": 60});
    assert_eq!(body(&reply)["error"]["data"], data);
}

#[test]
fn a_client_without_a_genuine_token_gets_503_from_a_site_that_cannot_count() {
    for token in ["csat_x", ""] {
        for (method, message) in [("POST", CALL), ("POST", LIST), ("GET", "")] {
            let (reply, late) = unavailable(token, method, message, "store_full");
            assert!(late.is_none());
            assert_eq!(reply.status(), 503);
            assert_eq!(reason(&reply), Some(Reason::StoreFull));
            assert_eq!(header(&reply, "Retry-After"), Some("60"));
            let id = body(&reply).get("id").cloned();
            assert_eq!(id, (method == "POST").then(|| json!("q")));
        }
    }
}

#[test]
fn a_code_that_is_no_reason_counts_as_an_unavailable_store() {
    let token = Site::default().token();
    let (early, late) = unavailable(&token, "POST", LIST, "misuse");
    for reply in [early, late.unwrap()] {
        assert_eq!(reason(&reply), Some(Reason::StoreUnavailable));
    }
}

/// Whoever has no genuine token cannot make the site read a long body.
#[test]
fn the_id_of_a_long_body_is_read_only_after_a_token_was_verified() {
    let site = Site::default();
    let filling = "x".repeat(16_384);
    let last = format!(r#"{{"jsonrpc":"2.0","method":7,"params":{{"a":"{filling}"}},"id":8}}"#);
    let first = format!(r#"{{"id":8,"jsonrpc":"2.0","method":7,"params":{{"a":"{filling}"}}}}"#);
    let id_of = |token: &str, message: &str| {
        let headers = headers(token);
        let incoming = Incoming {
            method: "POST",
            headers: &headers,
            query: "",
            body: message.as_bytes(),
            ip: "192.0.2.7",
        };
        let reply = match site.server(&json!({})).receive(site.world(), incoming) {
            Received::Reply(reply) => reply,
            Received::Request(request) => request.unavailable("store_full"),
        };
        body(&reply).get("id").cloned()
    };
    assert_eq!(id_of("csat_x", &last), None);
    assert_eq!(id_of("csat_x", &first), Some(json!(8)));
    assert_eq!(id_of(&site.token(), &last), Some(json!(8)));
}
