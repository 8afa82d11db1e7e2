//! MCP requests of a client with a genuine token. Each leads to a JSON-RPC answer with the id that was sent, or to a call
//! whose arguments are an object.
#![no_main]

use std::sync::Arc;

use countersign::call::World;
use countersign::clock::Timestamp;
use countersign::entropy::CountingEntropy;
use countersign::mcp::{Authorized, Incoming, McpReply, McpServer, Received};
use countersign::record::{FoundRecord, RecordKind};
use countersign::store::MemoryStore;
use countersign::token::{Kind, NewToken, audience, issue};
use countersign_fuzz::{NOW, stranger};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const ENDPOINT: &str = "https://example.org/mcp";
const SETTINGS: &str = r#"{"name":"n","title":"t","version":"1.0.0","endpoint":"https://example.org/mcp",
    "resource_metadata":"https://example.org/m","hosts":["example.org"],"secure":true,"kill_switch":false,
    "ip_limit":{"max":60,"window":60},"max_body":4096}"#;
const CONNECTION: &str = r#"{"name":"a","client":"c","user":3,"state":"active","epoch":0,
    "groups":["read","create_edit"],"limit":{"max":100,"window":60}}"#;
const REGISTRY: &str = r#"{"builtin":["whoami","list_posts","get_post"],
    "tools":[{"name":"echo","description":"e","group":"read","inputSchema":{"type":"object"}}],
    "prompts":[{"name":"outline","group":"read","arguments":[{"name":"topic","required":true}]}],
    "resources":[{"uri":"site://style","name":"s","group":"read"}],
    "resourceTemplates":[{"uriTemplate":"site://post/{id}","name":"p","group":"read"}]}"#;

fuzz_target!(|data: &[u8]| {
    // The first byte chooses the revision in the headers. Revision 2026-07-28 needs method and name there too.
    let (choice, body) = data
        .split_first()
        .map_or((0, data), |(first, rest)| (*first, rest));
    let keys = Arc::new(stranger());
    let token = issue(
        &keys,
        &NewToken {
            kind: Kind::Access,
            subject: 7,
            epoch: 0,
            binding: audience(ENDPOINT),
            lifetime: 3600,
            id: [9; 12],
            issued: NOW,
        },
    );
    let mut headers = vec![
        ("host", "example.org".to_owned()),
        ("authorization", format!("Bearer {token}")),
        ("content-type", "application/json".to_owned()),
        ("accept", "application/json, text/event-stream".to_owned()),
    ];
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let revisions = [
        None,
        Some("2025-06-18"),
        Some("2025-11-25"),
        Some("2026-07-28"),
    ];
    if let Some(revision) = revisions[usize::from(choice) % revisions.len()] {
        headers.push(("mcp-protocol-version", revision.to_owned()));
    }
    if let Some(message) = &parsed {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        headers.extend(text(&message["method"]).map(|method| ("mcp-method", method)));
        headers.extend(text(&message["params"]["name"]).map(|name| ("mcp-name", name)));
    }
    let headers: Vec<(String, String)> = headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();

    let store = MemoryStore::new(Timestamp::from_seconds(1));
    let entropy = CountingEntropy::default();
    let world = || World {
        now: NOW,
        entropy: &entropy,
        store: &store,
    };
    let server = McpServer::new(keys, SETTINGS).expect("valid settings");
    let received = server.receive(
        world(),
        Incoming {
            method: "POST",
            headers: &headers,
            query: "",
            body,
            ip: "192.0.2.1",
        },
    );
    let request = match received {
        Received::Reply(reply) => return check(&reply, parsed.as_ref()),
        Received::Request(request) => request,
    };
    assert_eq!(request.connection(), 7);
    // A message that needs no registry must be answered without one.
    let registry = request.needs_registry().then_some(REGISTRY);
    let connection = countersign_fuzz::opened(RecordKind::Connection, 7, CONNECTION);
    match request.authorize(world(), FoundRecord::Genuine(&connection), registry) {
        Ok(Authorized::Reply(reply)) => check(&reply, parsed.as_ref()),
        Ok(Authorized::Call(mut call)) => {
            let refused = call.begin(world()).expect("the call has not begun");
            assert!(
                refused.is_none(),
                "no tool of this registry needs a confirmation"
            );
            let arguments: Value =
                serde_json::from_str(call.arguments()).expect("arguments are JSON");
            assert!(arguments.is_object());
            assert!(!call.name().is_empty());
        }
        Err(error) => panic!("connection and registry are valid: {error}"),
    }
});

fn check(reply: &McpReply, sent: Option<&Value>) {
    assert!((200..600).contains(&reply.status()));
    if reply.body().is_empty() {
        return;
    }
    let last = reply.body().lines().last().unwrap_or_default();
    let body: Value = serde_json::from_str(last.strip_prefix("data: ").unwrap_or(reply.body()))
        .expect("an answer is JSON");
    assert_eq!(body["jsonrpc"], "2.0");
    assert!(body["result"].is_object() != body["error"].is_object());
    if let Some(id) = body.get("id").filter(|id| !id.is_null()) {
        assert!(id.is_string() || id.is_number());
        // Half a character, deep nesting and large numbers are refused or replaced here, and not JSON for this parser.
        if let Some(sent) = sent {
            assert_eq!(Some(id), sent.get("id"));
        }
    }
}
