//! The test vectors of `tests/vectors/mcp/*.json`: each has a request and the expected answer.
//!
//! A case changes one property of an ordinary request, which has a valid token of an active connection. `connection` has
//! changes to the data of its record, or is `none`; `denied` is the reason for which its record cannot be opened; `site` is
//! the epoch of the site, or `moved`. The comments below describe the rest of the format.

use std::sync::atomic::Ordering;

use super::support::{
    ENDPOINT, NOW, Site, access_grant, connection, headers, keyring, merged, record, registry,
};
use crate::support::record::{denied, genuine_at, of_moved_site};
use countersign::mcp::{Authorized, Incoming, McpCall, McpReply, Received};
use countersign::reason::Reason;
use countersign::record::{FoundRecord, RecordKind};
use countersign::token::{self, Kind, NewToken};
use serde_json::{Value, json};

/// Replaces the names of tokens, such as `{expired}`, that a case may use in a header or in the query.
fn named(site: &Site, text: &str) -> String {
    let issue = |grant: NewToken| token::issue(&site.keyring, &grant);
    let grant = access_grant;
    let mut out = text.replace("{token}", &site.token());
    let mut put = |name: &str, token: String| out = out.replace(name, &token);
    put(
        "{refresh}",
        issue(NewToken {
            kind: Kind::Refresh,
            ..grant()
        }),
    );
    put(
        "{expired}",
        issue(NewToken {
            issued: countersign::clock::Timestamp::from_seconds(NOW.seconds() - 3600),
            ..grant()
        }),
    );
    put(
        "{future}",
        issue(NewToken {
            issued: NOW.plus_seconds(60),
            ..grant()
        }),
    );
    put(
        "{old_epoch}",
        issue(NewToken {
            epoch: 4,
            ..grant()
        }),
    );
    put(
        "{other_audience}",
        issue(NewToken {
            binding: token::audience("https://example.org/other"),
            ..grant()
        }),
    );
    put("{other_site}", token::issue(&keyring(2), &grant()));
    let forged = site.token();
    put(
        "{forged}",
        forged.replace(
            &forged[100..101],
            if &forged[100..101] == "A" { "B" } else { "A" },
        ),
    );
    out
}

/// The request of a case. Its members are `method`, `headers` (null removes one), `query`, `ip`, and `body` as text or
/// `message` as JSON. `modern: true` adds the headers and the members of `_meta` that revision
/// 2026-07-28 requires.
struct Prepared {
    method: String,
    headers: Vec<(String, String)>,
    query: String,
    body: Vec<u8>,
    ip: String,
}

fn prepare(site: &Site, request: &Value) -> Prepared {
    let mut headers = headers(&site.token());
    let mut set = |name: &str, value: Option<String>| {
        headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        headers.extend(value.map(|value| (name.to_owned(), value)));
    };
    let mut message = request.get("message").cloned();
    if request["modern"] == true {
        let message = message.as_mut().unwrap();
        let method = message["method"].as_str().unwrap().to_owned();
        if !message["params"].is_object() {
            message["params"] = json!({});
        }
        let params = &mut message["params"];
        let base = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}
        });
        params["_meta"] = merged(base, &params["_meta"]);
        set("MCP-Protocol-Version", Some("2026-07-28".to_owned()));
        set("Mcp-Method", Some(method));
        let name = params["name"].as_str().or(params["uri"].as_str());
        set("Mcp-Name", name.map(str::to_owned));
    }
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        set(name, value.as_str().map(|value| named(site, value)));
    }
    let body = match (&message, request["body"].as_str()) {
        (_, Some(body)) => body.replace("{deep}", &("[".repeat(70) + &"]".repeat(70))),
        (Some(message), None) => message.to_string(),
        (None, None) => json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string(),
    };
    let text = |name: &str, or: &str| request[name].as_str().unwrap_or(or).to_owned();
    Prepared {
        method: text("method", "POST"),
        headers,
        query: named(site, &text("query", "")),
        body: body.into_bytes(),
        ip: text("ip", "192.0.2.7"),
    }
}

enum Step {
    Reply(McpReply),
    Call(Box<McpCall>),
}

fn run(site: &Site, case: &Value) -> Step {
    let server = site.server(&case["settings"]);
    let prepared = prepare(site, &case["request"]);
    let incoming = Incoming {
        method: &prepared.method,
        headers: &prepared.headers,
        query: &prepared.query,
        body: &prepared.body,
        ip: &prepared.ip,
    };
    let request = match server.receive(site.world(), incoming) {
        Received::Reply(reply) => return Step::Reply(reply),
        Received::Request(request) => request,
    };
    assert_eq!(request.connection(), 7);
    let changes = &case["connection"];
    let connection = match case["site"].as_str() {
        Some("moved") => of_moved_site(RecordKind::Connection, 7, &connection()),
        Some(epoch) => genuine_at(
            epoch.parse().unwrap(),
            RecordKind::Connection,
            7,
            &merged(connection(), changes),
        ),
        None if changes.is_object() => record(changes),
        None => record(&json!({})),
    };
    let found = match (changes.as_str(), case["denied"].as_str()) {
        (Some("none"), _) => FoundRecord::Missing,
        (_, Some(code)) => denied(
            *Reason::ALL
                .iter()
                .find(|reason| reason.code() == code)
                .unwrap(),
        ),
        _ => FoundRecord::Genuine(&connection),
    };
    let registry = merged(registry(), &case["registry"]).to_string();
    match request
        .authorize(site.world(), found, Some(&registry))
        .unwrap()
    {
        Authorized::Reply(reply) => Step::Reply(reply),
        Authorized::Call(call) => Step::Call(call),
    }
}

/// Returns whether `actual` has all members of `expected`. Lists must have exactly the expected items.
fn includes(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => expected.iter().all(|(name, value)| {
            actual
                .get(name)
                .is_some_and(|actual| includes(actual, value))
        }),
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len()
                && actual.iter().zip(expected).all(|(a, b)| includes(a, b))
        }
        _ => actual == expected,
    }
}

fn check_reply(name: &str, reply: &McpReply, expect: &Value) {
    let body: Value = if reply.body().is_empty() {
        Value::Null
    } else {
        serde_json::from_str(reply.body()).unwrap()
    };
    let reason = match reply.decision() {
        countersign::decision::Decision::Allow => Value::Null,
        countersign::decision::Decision::Deny(denial) => json!(denial.reason.code()),
    };
    let seen = format!(
        "{name}: {} {reason} {body} {:?}",
        reply.status(),
        reply.entry()
    );
    assert_eq!(json!(reply.status()), expect["status"], "{seen}");
    assert_eq!(reason, expect["reason"], "{seen}");
    assert_eq!(body["error"]["code"], expect["code"], "{seen}");
    for part in ["error", "result"] {
        if !expect[part].is_null() {
            assert!(includes(&body[part], &expect[part]), "{seen}");
        }
    }
    if let Some(id) = expect.get("id") {
        assert_eq!(&body["id"], id, "{seen}");
        assert_eq!(body.get("id").is_some(), !id.is_null(), "{seen}");
    }
    if let Some(text) = expect["says"].as_str() {
        let said = body["result"]["content"][0]["text"]
            .as_str()
            .or(body["error"]["message"].as_str())
            .unwrap_or_default();
        assert!(said.contains(text), "{seen}");
    }
    let header = |name: &str| {
        reply
            .headers()
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(header("Cache-Control"), Some("no-store"), "{seen}");
    assert_eq!(header("X-Content-Type-Options"), Some("nosniff"), "{seen}");
    assert_eq!(
        header("Content-Type").is_some(),
        !reply.body().is_empty(),
        "{seen}"
    );
    for (name, value) in expect["headers"].as_object().into_iter().flatten() {
        assert_eq!(header(name), value.as_str(), "{seen}");
    }
    let change = reply
        .change()
        .map_or(Value::Null, |change| serde_json::from_str(change).unwrap());
    assert_eq!(change, expect["change"], "{seen}");
    let entry = reply
        .entry()
        .map_or(Value::Null, |entry| serde_json::from_str(entry).unwrap());
    assert!(!entry.is_null() || change.is_null(), "{seen}");
    match &expect["entry"] {
        Value::Null => {}
        Value::Bool(recorded) => assert_eq!(*recorded, !entry.is_null(), "{seen}"),
        expected => assert!(includes(&entry, expected), "{seen}"),
    }
    if !entry.is_null() && !reason.is_null() {
        assert_eq!(entry["reason"], reason, "{seen}");
        assert!(
            !reply.entry().unwrap().contains("cs"),
            "{seen}: the entry must not contain a token"
        );
    }
}

#[test]
fn every_vector_gets_its_expected_answer() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/mcp");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let cases: Vec<Value> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        for case in &cases {
            let name = case["name"].as_str().unwrap();
            let site = Site::default();
            site.store
                .broken
                .store(case["broken"] == true, Ordering::Relaxed);
            for _ in 0..case["before"].as_u64().unwrap_or(0) {
                let _ = run(&site, case);
            }
            let expect = &case["expect"];
            match (run(&site, case), expect.get("call")) {
                (Step::Reply(reply), None) => check_reply(name, &reply, expect),
                (Step::Call(call), Some(expected)) => {
                    let intent = call
                        .intent()
                        .map_or(Value::Null, |intent| serde_json::from_str(intent).unwrap());
                    let actual = json!({
                        "kind": call.kind().word(), "name": call.name(), "template": call.template(),
                        "arguments": serde_json::from_str::<Value>(call.arguments()).unwrap(),
                        "streaming": call.is_streaming(), "intent": intent
                    });
                    assert!(includes(&actual, expected), "{name}: {actual}");
                    assert_eq!(call.correlation().len(), 16, "{name}");
                }
                (Step::Reply(reply), Some(_)) => {
                    panic!("{name}: {} {}", reply.status(), reply.body())
                }
                (Step::Call(call), None) => panic!("{name}: unexpected call of {}", call.name()),
            }
            count += 1;
        }
    }
    assert!(count > 100, "only {count} cases");
    assert_eq!(ENDPOINT, super::support::settings()["endpoint"]);
}
