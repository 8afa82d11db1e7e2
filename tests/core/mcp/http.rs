//! The server behind a real HTTP socket, with fixtures like those of the official conformance suite. The suite itself
//! tests the whole product: `tests/run/conformance.sh`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use super::support::{Site, access_grant, merged, record, settings};
use countersign::clock::{Clock as _, SystemClock};
use countersign::mcp::{Authorized, CallKind, Incoming, McpCall, McpReply, McpServer, Received};
use countersign::record::FoundRecord;
use countersign::token;
use serde_json::{Value, json};

const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

struct Http {
    site: Site,
    server: McpServer,
    token: String,
}

fn start() -> (Arc<Http>, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let site = Site {
        now: SystemClock.now(),
        ..Site::default()
    };
    let endpoint = format!("http://localhost:{port}/mcp");
    let settings = merged(
        settings(),
        &json!({
            "endpoint": endpoint, "ip_limit": {"max": 256, "window": 1},
            "hosts": [format!("localhost:{port}"), format!("127.0.0.1:{port}")],
            "origins": [format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")]
        }),
    );
    let server = McpServer::new(site.keyring.clone(), &settings.to_string()).unwrap();
    let mut grant = access_grant();
    grant.binding = token::audience(&endpoint);
    grant.issued = site.now;
    let token = token::issue(&site.keyring, &grant);
    (
        Arc::new(Http {
            site,
            server,
            token,
        }),
        listener,
    )
}

fn accept_all(http: Arc<Http>, listener: TcpListener) {
    for stream in listener.incoming().flatten() {
        let http = Arc::clone(&http);
        std::thread::spawn(move || serve_one(&http, stream));
    }
}

fn serve_one(http: &Http, stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut out = stream;
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let method = line.split(' ').next().unwrap_or_default().to_owned();
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers: Vec<(String, String)> = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
            None => break,
        }
    }
    let header = |name: &str| {
        let found = headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let length = header("content-length")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    if header("authorization").is_none() && header("x-no-token").is_none() {
        headers.push(("Authorization".to_owned(), format!("Bearer {}", http.token)));
    }
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let incoming = Incoming {
        method: &method,
        headers: &headers,
        query,
        body: &body,
        ip: "127.0.0.1",
    };
    let step = match http.server.receive(http.site.world(), incoming) {
        Received::Reply(reply) => Authorized::Reply(reply),
        Received::Request(request) => {
            let connection = record(&json!({"limit": {"max": 256, "window": 1}}));
            let registry = fixtures().to_string();
            request
                .authorize(
                    http.site.world(),
                    FoundRecord::Genuine(&connection),
                    Some(&registry),
                )
                .unwrap()
        }
    };
    let reply = match step {
        Authorized::Reply(reply) => reply,
        Authorized::Call(mut call) => {
            assert!(call.begin(http.site.world()).unwrap().is_none());
            let mut events = Events {
                out: &mut out,
                begun: false,
            };
            let reply = act(http, &mut call, &mut events);
            if events.begun {
                let _ = out.write_all(reply.body().as_bytes());
                return;
            }
            reply
        }
    };
    let mut head = format!(
        "HTTP/1.1 {} X\r\nConnection: close\r\nContent-Length: {}\r\n",
        reply.status(),
        reply.body().len()
    );
    for (name, value) in reply.headers() {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let _ = out.write_all(format!("{head}\r\n{}", reply.body()).as_bytes());
}

struct Events<'a> {
    out: &'a mut TcpStream,
    begun: bool,
}

impl Events<'_> {
    fn send(&mut self, call: &McpCall, event: &str) {
        if event.is_empty() {
            return;
        }
        if !std::mem::replace(&mut self.begun, true) {
            let mut head = "HTTP/1.1 200 OK\r\nConnection: close\r\n".to_owned();
            for (name, value) in call.stream_headers() {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            let _ = self.out.write_all(format!("{head}\r\n").as_bytes());
        }
        let _ = self.out.write_all(event.as_bytes());
        let _ = self.out.flush();
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn fixtures() -> Value {
    let plain = [
        "test_simple_text",
        "test_image_content",
        "test_audio_content",
        "test_embedded_resource",
        "test_multiple_content_types",
        "test_error_handling",
        "test_tool_with_progress",
        "test_tool_with_logging",
        "test_logging_tool",
        "test_missing_capability",
        "test_streaming_elicitation",
        "test_input_required_result_elicitation",
        "test_input_required_result_sampling",
        "test_input_required_result_list_roots",
        "test_input_required_result_request_state",
        "test_input_required_result_multiple_inputs",
        "test_input_required_result_multi_round",
        "test_input_required_result_tampered_state",
        "test_input_required_result_capabilities",
        "test_sampling",
        "test_elicitation",
        "test_elicitation_sep1034_defaults",
        "test_elicitation_sep1330_enums",
    ];
    let mut tools: Vec<Value> = plain
        .iter()
        .map(|name| json!({"name": name, "description": "A fixture.", "group": "read",
            "inputSchema": {"type": "object", "properties": {"prompt": {"type": "string"}, "message": {"type": "string"}}, "additionalProperties": false}}))
        .collect();
    tools.push(json!({"name": "test_x_mcp_header", "description": "A fixture.", "group": "read",
        "inputSchema": {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}}));
    tools.push(json!({"name": "json_schema_2020_12_tool", "description": "Tool with JSON Schema 2020-12 features", "group": "read",
        "inputSchema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
            "$defs": {"address": {"$anchor": "addressDef", "type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
            "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
                "contactMethod": {"type": "string", "enum": ["phone", "email"]}, "phone": {"type": "string"}, "email": {"type": "string"}},
            "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
            "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
            "then": {"required": ["phone"]}, "else": {"required": ["email"]}, "additionalProperties": false}}));
    json!({
        "builtin": ["whoami", "request_review", "publish_post"],
        "tools": tools,
        "prompts": [
            {"name": "test_simple_prompt", "description": "p", "group": "read"},
            {"name": "test_prompt_with_arguments", "description": "p", "group": "read",
                "arguments": [{"name": "arg1", "required": true}, {"name": "arg2", "required": true}]},
            {"name": "test_prompt_with_embedded_resource", "description": "p", "group": "read", "arguments": [{"name": "resourceUri", "required": true}]},
            {"name": "test_prompt_with_image", "description": "p", "group": "read"},
            {"name": "test_input_required_result_prompt", "description": "p", "group": "read"}
        ],
        "resources": [
            {"uri": "test://static-text", "name": "text", "mimeType": "text/plain", "group": "read"},
            {"uri": "test://static-binary", "name": "binary", "mimeType": "image/png", "group": "read"},
            {"uri": "test://watched-resource", "name": "watched", "group": "read"}
        ],
        "resourceTemplates": [{"uriTemplate": "test://template/{id}/data", "name": "t", "group": "read"}]
    })
}

fn ask(field: &str) -> Value {
    json!({"method": "elicitation/create", "params": {"message": "Please say", "requestedSchema":
        {"type": "object", "properties": {field: {"type": "string"}}, "required": [field]}}})
}

fn sample() -> Value {
    json!({"method": "sampling/createMessage", "params": {"maxTokens": 50,
        "messages": [{"role": "user", "content": {"type": "text", "text": "What is the capital of France?"}}]}})
}

fn roots() -> Value {
    json!({"method": "roots/list", "params": []})
}

/// Runs the fixture, as WordPress would.
fn act(http: &Http, call: &mut McpCall, events: &mut Events<'_>) -> McpReply {
    let arguments: Value = serde_json::from_str(call.arguments()).unwrap();
    let text = |text: &str| json!({"content": [{"type": "text", "text": text}]});
    let need = |call: &mut McpCall, requests: Value, state: Option<&str>| {
        call.input_required(http.site.world(), &requests.to_string(), state)
            .unwrap()
    };
    let answered =
        |call: &McpCall, keys: &[&str]| keys.iter().all(|key| call.input_response(key).is_some());
    let name = call.name().to_owned();
    let image = json!({"type": "image", "data": PIXEL, "mimeType": "image/png"});
    let resource = json!({"type": "resource", "resource": {"uri": "test://embedded-resource", "mimeType": "text/plain", "text": "Embedded."}});
    let result = match (call.kind(), name.as_str()) {
        (CallKind::Resource, "test://static-text") => {
            json!({"contents": [{"uri": name, "mimeType": "text/plain", "text": "Text."}]})
        }
        (CallKind::Resource, _) if call.template().is_some() => {
            json!({"contents": [{"uri": name, "mimeType": "application/json",
            "text": json!({"id": arguments["id"], "templateTest": true}).to_string()}]})
        }
        (CallKind::Resource, _) => {
            json!({"contents": [{"uri": name, "mimeType": "image/png", "blob": PIXEL}]})
        }
        (CallKind::Completion, _) => json!({"values": []}),
        (CallKind::Prompt, "test_prompt_with_arguments") => {
            json!({"messages": [{"role": "user", "content": {"type": "text",
            "text": format!("Prompt with arguments: arg1='{}', arg2='{}'", arguments["arg1"].as_str().unwrap(), arguments["arg2"].as_str().unwrap())}}]})
        }
        (CallKind::Prompt, "test_prompt_with_embedded_resource") => {
            json!({"messages": [{"role": "user", "content": resource}]})
        }
        (CallKind::Prompt, "test_prompt_with_image") => {
            json!({"messages": [{"role": "user", "content": image}]})
        }
        (CallKind::Prompt, "test_input_required_result_prompt")
            if !answered(call, &["user_context"]) =>
        {
            return need(call, json!({"user_context": ask("context")}), None);
        }
        (CallKind::Prompt, _) => {
            json!({"messages": [{"role": "user", "content": {"type": "text", "text": "This is a simple prompt for testing."}}]})
        }
        (_, "test_image_content") => json!({"content": [image]}),
        (_, "test_audio_content") => {
            json!({"content": [{"type": "audio", "data": "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=", "mimeType": "audio/wav"}]})
        }
        (_, "test_embedded_resource") => json!({"content": [resource]}),
        (_, "test_multiple_content_types") => {
            json!({"content": [{"type": "text", "text": "Multiple:"}, image, resource]})
        }
        (_, "test_error_handling") => {
            json!({"isError": true, "content": [{"type": "text", "text": "This tool intentionally returns an error for testing"}]})
        }
        (_, "test_tool_with_progress") => {
            for step in [0.0, 50.0, 100.0] {
                let event = call.progress(step, Some(100.0), None);
                events.send(call, &event);
            }
            text("done")
        }
        (_, "test_tool_with_logging" | "test_logging_tool") => {
            for step in ["started", "processing", "completed"] {
                let event = call.log("info", &json!(step).to_string(), None).unwrap();
                events.send(call, &event);
            }
            text("done")
        }
        (_, "test_missing_capability") => return need(call, json!({"s": sample()}), None),
        (_, "test_streaming_elicitation" | "test_input_required_result_elicitation") => {
            match call.input_response("user_name") {
                None => return need(call, json!({"user_name": ask("name")}), None),
                Some(said) => text(&format!("Hello, {said}!")),
            }
        }
        (_, "test_input_required_result_sampling") => match call.input_response("capital_question")
        {
            None => return need(call, json!({"capital_question": sample()}), None),
            Some(said) => text(said),
        },
        (_, "test_input_required_result_list_roots") => match call.input_response("client_roots") {
            None => return need(call, json!({"client_roots": roots()}), None),
            Some(said) => text(said),
        },
        (
            _,
            "test_input_required_result_request_state"
            | "test_input_required_result_tampered_state",
        ) => {
            if call.state() != Some("s1") || !answered(call, &["confirm"]) {
                return need(call, json!({"confirm": ask("ok")}), Some("s1"));
            }
            text("state-ok")
        }
        (_, "test_input_required_result_multiple_inputs") => {
            if !answered(call, &["user_name", "greeting", "client_roots"]) {
                return need(
                    call,
                    json!({"user_name": ask("name"), "greeting": sample(), "client_roots": roots()}),
                    Some("m"),
                );
            }
            text("all")
        }
        (_, "test_input_required_result_multi_round") => match call.state() {
            Some("r1") => return need(call, json!({"step2": ask("color")}), Some("r2")),
            Some("r2") => text("done"),
            _ => return need(call, json!({"step1": ask("name")}), Some("r1")),
        },
        (_, "test_input_required_result_capabilities") => {
            return need(call, json!({"a": ask("name"), "b": sample()}), None);
        }
        _ => text("This is a simple text response for testing."),
    };
    call.result(&result.to_string(), None).unwrap()
}

/// Sends one request. Returns the head and the body of the response.
fn exchange(port: u16, more: &str, body: &Value) -> (String, String) {
    let body = body.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: application/json, text/event-stream\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[test]
fn answers_and_streams_arrive_over_a_socket() {
    let (http, listener) = start();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || accept_all(http, listener));
    let call = |name: &str, meta: Value| json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "_meta": meta}});

    let (head, body) = exchange(port, "", &call("test_simple_text", json!({})));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("Content-Type: application/json"), "{head}");
    assert!(head.contains("RateLimit-Policy: 256;w=1"), "{head}");
    assert!(
        serde_json::from_str::<Value>(&body).unwrap()["result"]
            .get("resultType")
            .is_none()
    );

    let (head, body) = exchange(
        port,
        "",
        &call("test_tool_with_progress", json!({"progressToken": 4})),
    );
    assert!(head.contains("Content-Type: text/event-stream"), "{head}");
    assert!(head.contains("X-Accel-Buffering: no"), "{head}");
    let events: Vec<Value> = body
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("event: message\ndata: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    assert_eq!(events.len(), 4, "{body}");
    assert_eq!(
        events[1]["params"],
        json!({"progress": 50, "progressToken": 4, "total": 100})
    );
    assert_eq!(events[3]["id"], 1);

    let (head, _) = exchange(
        port,
        "X-No-Token: 1\r\n",
        &call("test_simple_text", json!({})),
    );
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    assert!(
        head.contains("WWW-Authenticate: Bearer resource_metadata=\"https://"),
        "{head}"
    );
}
