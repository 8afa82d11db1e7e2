//! Helpers that pass one request through the server, up to a call or an answer.

use countersign::decision::Decision;
use countersign::mcp::{Authorized, Incoming, McpCall, McpReply, Received};
use countersign::reason::Reason;
use countersign::record::FoundRecord;
use serde_json::{Value, json};

use super::{Site, merged, record, registry};

/// Sends a body with additional headers. `changes` are merged into the connection.
pub fn send(site: &Site, body: &[u8], more: &[(&str, &str)], changes: &Value) -> Authorized {
    let server = site.server(&json!({"ip_limit": {"max": 256}}));
    let mut headers = super::headers(&site.token());
    headers.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let incoming = Incoming {
        method: "POST",
        headers: &headers,
        query: "",
        body,
        ip: "192.0.2.7",
    };
    match server.receive(site.world(), incoming) {
        Received::Reply(reply) => Authorized::Reply(reply),
        Received::Request(request) => {
            let connection = record(&merged(json!({"limit": {"max": 256}}), changes));
            request
                .authorize(
                    site.world(),
                    FoundRecord::Genuine(&connection),
                    Some(&registry().to_string()),
                )
                .unwrap()
        }
    }
}

/// Sends a request of an older revision.
pub fn negotiated(site: &Site, method: &str, params: Value, changes: &Value) -> Authorized {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    send(site, message.to_string().as_bytes(), &[], changes)
}

/// Sends a request of revision 2026-07-28 of a client with these capabilities.
pub fn stateless(site: &Site, method: &str, mut params: Value, capabilities: Value) -> Authorized {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": capabilities
    });
    let name = params["name"].as_str().unwrap_or_default().to_owned();
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let headers = [
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", method),
        ("Mcp-Name", &name),
    ];
    send(site, message.to_string().as_bytes(), &headers, &json!({}))
}

/// Returns the call of a step. The call may happen and has not begun.
pub fn decided(step: Authorized) -> Box<McpCall> {
    match step {
        Authorized::Call(call) => call,
        Authorized::Reply(reply) => panic!("{}", reply.body()),
    }
}

/// Returns the call of a step whose target, if it has one, is an unchanged draft.
pub fn considered(step: Authorized) -> Box<McpCall> {
    let mut call = decided(step);
    if let Some(reply) = call.consider(&draft().to_string()).unwrap() {
        panic!("{}", reply.body());
    }
    call
}

/// Returns what a site reports about a draft.
pub fn draft() -> Value {
    json!({"id": 12, "type": "post", "status": "draft", "author": 3, "title": "T", "content": "C", "excerpt": "",
        "slug": "", "parent": 0, "template": "", "date": "2026-01-01 00:00:00", "date_gmt": "0000-00-00 00:00:00",
        "password": "", "terms": [2, 1], "meta": {"_thumbnail_id": ["5"]}})
}

/// Returns the call of a step after beginning it.
pub fn call_of(site: &Site, step: Authorized) -> Box<McpCall> {
    let mut call = considered(step);
    if let Some(reply) = call.begin(site.world()).unwrap() {
        panic!("{}", reply.body());
    }
    call
}

pub fn reply_of(step: Authorized) -> McpReply {
    match step {
        Authorized::Reply(reply) => reply,
        Authorized::Call(call) => panic!("unexpected call of {}", call.name()),
    }
}

pub fn reason(reply: &McpReply) -> Option<Reason> {
    match reply.decision() {
        Decision::Allow => None,
        Decision::Deny(denial) => Some(denial.reason),
    }
}

pub fn body(reply: &McpReply) -> Value {
    serde_json::from_str(reply.body()).unwrap()
}

/// Calls a tool.
pub fn tool(site: &Site, name: &str, arguments: &Value, changes: &Value) -> Authorized {
    negotiated(
        site,
        "tools/call",
        json!({"name": name, "arguments": arguments}),
        changes,
    )
}
