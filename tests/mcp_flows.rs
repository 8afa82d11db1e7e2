//! What takes several requests: confirmation, rounds of input, pages; and what must hold for any input.

// Clippy knows `#[test]` functions as tests, and not what they call.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "mcp_support/mod.rs"]
mod support;

use countersign::access::{Preset, catalogue_json};
use countersign::decision::Decision;
use countersign::mcp::{Authorized, Call, Error, Incoming, Received, Reply};
use countersign::reason::Reason;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{NOW, Site, connection, merged, registry};

fn send(site: &Site, body: &[u8], more: &[(&str, &str)], changes: &Value) -> Authorized {
    let server = site.server(&json!({"ip_limit": {"max": 256}}));
    let mut headers = support::headers(&site.token());
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
            let connection = merged(
                merged(connection(), &json!({"limit": {"max": 256}})),
                changes,
            );
            request
                .authorize(
                    site.world(),
                    Some(&connection.to_string()),
                    &registry().to_string(),
                )
                .unwrap()
        }
    }
}

fn legacy(site: &Site, method: &str, params: Value, changes: &Value) -> Authorized {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    send(site, message.to_string().as_bytes(), &[], changes)
}

fn modern(site: &Site, method: &str, mut params: Value, capabilities: Value) -> Authorized {
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

fn call_of(step: Authorized) -> Box<Call> {
    match step {
        Authorized::Call(call) => call,
        Authorized::Reply(reply) => panic!("{}", reply.body()),
    }
}

fn reply_of(step: Authorized) -> Reply {
    match step {
        Authorized::Reply(reply) => reply,
        Authorized::Call(call) => panic!("a call of {}", call.name()),
    }
}

fn reason(reply: &Reply) -> Option<Reason> {
    match reply.decision() {
        Decision::Allow => None,
        Decision::Deny(denial) => Some(denial.reason),
    }
}

fn body(reply: &Reply) -> Value {
    serde_json::from_str(reply.body()).unwrap()
}

fn tool(site: &Site, name: &str, arguments: &Value, changes: &Value) -> Authorized {
    legacy(
        site,
        "tools/call",
        json!({"name": name, "arguments": arguments}),
        changes,
    )
}

/// The token and the correlation of a review.
fn review(site: &Site, name: &str, arguments: &Value) -> (String, String) {
    let asked = json!({"tool": name, "arguments": arguments});
    let mut call = call_of(tool(site, "request_review", &asked, &json!({})));
    assert_eq!(call.confirmation_lifetime(), 300);
    let token = call.confirmation(site.world()).unwrap();
    assert_eq!(call.confirmation(site.world()), Err(Error::NoConfirmation));
    let result = json!({"structuredContent": {"tool": name, "arguments": arguments, "warnings": [],
        "confirmation_token": token, "expires_in": 300}});
    let reply = call.result(&result.to_string(), None).unwrap();
    assert_eq!(reason(&reply), None, "{}", reply.body());
    assert!(
        !reply.entry().unwrap().contains(&token),
        "a token in the audit log"
    );
    assert!(!call.intent().unwrap().contains(&token));
    (token, call.correlation().to_owned())
}

fn with(arguments: &Value, token: &str) -> Value {
    merged(arguments.clone(), &json!({"confirmation_token": token}))
}

#[test]
fn a_confirmed_act_happens_once_and_is_linked_to_its_review() {
    let site = Site::default();
    let id = json!({"id": 12});
    let (token, correlation) = review(&site, "publish_post", &id);
    let mut call = call_of(tool(&site, "publish_post", &with(&id, &token), &json!({})));
    assert_eq!(call.arguments(), r#"{"id":12}"#, "the token is taken out");
    assert_eq!(call.correlation(), correlation);
    let intent: Value = serde_json::from_str(call.intent().unwrap()).unwrap();
    assert_eq!(intent["approval"], "confirmed");
    assert_eq!(intent["target"], "post:12");
    assert!(!call.intent().unwrap().contains(&token));
    let post =
        json!({"structuredContent": {"id": 12, "type": "post", "status": "publish", "title": "T"}});
    let reply = call.result(&post.to_string(), None).unwrap();
    let entry: Value = serde_json::from_str(reply.entry().unwrap()).unwrap();
    assert_eq!(
        (&entry["outcome"], &entry["approval"]),
        (&json!("ok"), &json!("confirmed"))
    );
    assert_eq!(entry["correlation"], correlation.as_str());
    assert_eq!(call.result("{}", None).err(), Some(Error::Answered));

    let again = reply_of(tool(&site, "publish_post", &with(&id, &token), &json!({})));
    assert_eq!(reason(&again), Some(Reason::ConfirmationUsed));
    let entry: Value = serde_json::from_str(again.entry().unwrap()).unwrap();
    assert_eq!(
        entry["correlation"],
        correlation.as_str(),
        "the refusal is linked too"
    );
}

#[test]
fn a_confirmation_is_for_exactly_what_was_reviewed() {
    let site = Site::default();
    let arguments = json!({"id": 12, "date": "2027-01-01T00:00:00Z"});
    let (token, _) = review(&site, "schedule_post", &arguments);
    let refused = |name: &str, arguments: &Value, changes: Value| {
        reason(&reply_of(tool(
            &site,
            name,
            &with(arguments, &token),
            &changes,
        )))
    };
    let mismatch = Some(Reason::ConfirmationMismatch);
    let other_id = json!({"id": 13, "date": "2027-01-01T00:00:00Z"});
    let other_date = json!({"id": 12, "date": "2027-01-01T00:00:01Z"});
    assert_eq!(refused("schedule_post", &other_id, json!({})), mismatch);
    assert_eq!(refused("schedule_post", &other_date, json!({})), mismatch);
    assert_eq!(
        refused("publish_post", &json!({"id": 12}), json!({})),
        mismatch
    );
    assert_eq!(
        refused("schedule_post", &json!({"id": 12}), json!({})),
        Some(Reason::ArgumentsInvalid)
    );
    // None of these has burned it; the order of arguments and their spelling do not matter.
    let params = format!(
        r#"{{"name":"schedule_post","arguments":{{"confirmation_token":"{token}","date":"2027-01-01T00:00:00\u005a","id": 12}}}}"#
    );
    let message = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
    call_of(send(&site, message.as_bytes(), &[], &json!({})));
}

#[test]
fn a_confirmation_ends_with_its_time_its_epoch_and_its_store() {
    let mut site = Site::default();
    let id = json!({"id": 12});
    let (token, _) = review(&site, "trash_post", &id);
    let act = |site: &Site| {
        reason(&reply_of(tool(
            site,
            "trash_post",
            &with(&id, &token),
            &json!({}),
        )))
    };
    site.store
        .broken
        .store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(act(&site), Some(Reason::StoreUnavailable));
    site.store
        .broken
        .store(false, std::sync::atomic::Ordering::Relaxed);
    site.now = NOW.plus_seconds(300);
    assert_eq!(act(&site), Some(Reason::ConfirmationExpired));
    site.now = NOW;
    let narrowed = json!({"groups": ["read", "publish"]});
    let reply = reply_of(tool(&site, "trash_post", &with(&id, &token), &narrowed));
    assert_eq!(
        reason(&reply),
        Some(Reason::ToolOutsideGroups),
        "rights are those of the act"
    );
    let access = reply_of(tool(
        &site,
        "publish_post",
        &with(&id, &site.token()),
        &json!({}),
    ));
    assert_eq!(
        reason(&access),
        Some(Reason::ConfirmationMalformed),
        "another kind of token"
    );
    call_of(tool(&site, "trash_post", &with(&id, &token), &json!({})));
}

#[test]
fn plugins_tools_can_be_confirmed_and_cannot_ask_back_then() {
    let site = Site::default();
    let what = json!({"what": "all"});
    let (token, _) = review(&site, "plugin.wipe", &what);
    let params = json!({"name": "plugin.wipe", "arguments": with(&what, &token)});
    let mut call = call_of(modern(
        &site,
        "tools/call",
        params,
        json!({"elicitation": {}}),
    ));
    assert_eq!(call.confirmation(site.world()), Err(Error::NoConfirmation));
    let asked = json!({"a": {"method": "elicitation/create", "params": {}}}).to_string();
    let reply = call.input_required(site.world(), &asked, None).unwrap();
    assert_eq!(reason(&reply), Some(Reason::ToolFailed));
}

#[test]
fn a_call_asks_back_and_goes_on() {
    let site = Site::default();
    let params = json!({"name": "plugin.echo", "arguments": {}});
    let capabilities = json!({"elicitation": {}});
    let mut call = call_of(modern(
        &site,
        "tools/call",
        params.clone(),
        capabilities.clone(),
    ));
    assert_eq!(call.state(), None);
    let asked = json!({"name": {"method": "elicitation/create", "params": {"message": "?"}},
        "text": {"method": "sampling/createMessage", "params": {}}})
    .to_string();
    let reply = call
        .input_required(site.world(), &asked, Some("step 1"))
        .unwrap();
    let result = &body(&reply)["result"];
    assert_eq!(result["resultType"], "input_required");
    assert_eq!(
        result["inputRequests"],
        json!({"name": {"method": "elicitation/create", "params": {"message": "?"}}})
    );
    let entry: Value = serde_json::from_str(reply.entry().unwrap()).unwrap();
    assert_eq!(entry["change"]["input_required"], true);

    let state = result["requestState"].as_str().unwrap();
    let mut again = params.clone();
    again["requestState"] = json!(state);
    again["inputResponses"] =
        json!({"name": {"action": "accept", "content": {"name": "A"}}, "extra": {}});
    let call = call_of(modern(
        &site,
        "tools/call",
        again.clone(),
        capabilities.clone(),
    ));
    assert_eq!(call.state(), Some("step 1"));
    assert_eq!(
        call.input_response("name"),
        Some(r#"{"action":"accept","content":{"name":"A"}}"#)
    );
    assert_eq!(call.input_response("text"), None);

    again["name"] = json!("plugin.list");
    let other = reply_of(modern(&site, "tools/call", again, capabilities));
    assert_eq!(reason(&other), Some(Reason::RequestStateInvalid));
    assert_eq!(body(&other)["error"]["code"], -32602);

    let mut call = call_of(modern(&site, "tools/call", params.clone(), json!({})));
    let reply = call.input_required(site.world(), &asked, None).unwrap();
    assert_eq!(
        (reply.status(), &body(&reply)["error"]["code"]),
        (400, &json!(-32021))
    );
    assert_eq!(
        body(&reply)["error"]["data"]["requiredCapabilities"],
        json!({"elicitation": {}, "sampling": {}})
    );

    let mut call = call_of(legacy(&site, "tools/call", params, &json!({})));
    let reply = call.input_required(site.world(), &asked, None).unwrap();
    assert_eq!(body(&reply)["result"]["isError"], true);
    assert_eq!(reason(&reply), Some(Reason::ClientCapabilityMissing));
}

#[test]
fn results_are_shaped_for_their_era_and_held_to_their_schema() {
    let site = Site::default();
    let whoami = json!({"structuredContent": {"connection": {"id": 7, "name": "x"}, "groups": [], "user": {"id": 3, "name": "y"}}});
    let params = json!({"name": "whoami"});
    let mut call = call_of(modern(&site, "tools/call", params.clone(), json!({})));
    let reply = call
        .result(&whoami.to_string(), Some("connection:7"))
        .unwrap();
    let result = &body(&reply)["result"];
    assert_eq!(result["resultType"], "complete");
    assert_eq!(
        result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        "countersign"
    );
    assert_eq!(result["content"][0]["type"], "text");
    assert!(
        reply
            .entry()
            .unwrap()
            .contains(r#""target":"connection:7""#)
    );

    let mut call = call_of(legacy(&site, "tools/call", params.clone(), &json!({})));
    let result = body(&call.result(&whoami.to_string(), None).unwrap())["result"].clone();
    assert!(result.get("resultType").is_none() && result.get("_meta").is_none());

    for wrong in [
        r#"{"structuredContent":{"groups":"secret"}}"#,
        r#"{"content":[]}"#,
        "<b>Fatal error</b> secret",
        "",
    ] {
        let mut call = call_of(legacy(&site, "tools/call", params.clone(), &json!({})));
        let reply = call.result(wrong, None).unwrap();
        assert_eq!(reason(&reply), Some(Reason::ToolFailed), "{wrong}");
        assert!(!reply.body().contains("secret"));
        assert!(reply.entry().unwrap().contains(r#""outcome":"failed""#));
    }

    let list = json!({"name": "plugin.list"});
    let mut call = call_of(legacy(&site, "tools/call", list.clone(), &json!({})));
    let result =
        body(&call.result(r#"{"structuredContent":[1]}"#, None).unwrap())["result"].clone();
    assert_eq!(
        result,
        json!({"content": [{"type": "text", "text": "[1]"}]}),
        "legacy clients take objects only"
    );
    let mut call = call_of(modern(&site, "tools/call", list, json!({})));
    let result =
        body(&call.result(r#"{"structuredContent":[1]}"#, None).unwrap())["result"].clone();
    assert_eq!(result["structuredContent"], json!([1]));
}

#[test]
fn what_only_wordpress_knows_is_told_to_the_model() {
    let site = Site::default();
    let mut call = call_of(tool(&site, "get_post", &json!({"id": 5}), &json!({})));
    let reply = call
        .deny(
            "capability_denied",
            Some("Needs edit_posts."),
            Some("post:5"),
        )
        .unwrap();
    let result = &body(&reply)["result"];
    assert_eq!(result["isError"], true);
    assert_eq!(result["_meta"]["countersign/reason"], "capability_denied");
    assert!(
        result["content"][0]["text"]
            .as_str()
            .unwrap()
            .ends_with("Needs edit_posts.")
    );
    assert_eq!(reason(&reply), Some(Reason::CapabilityDenied));
    assert!(
        reply
            .entry()
            .unwrap()
            .contains(r#""outcome":"denied","reason":"capability_denied""#)
    );
    let mut call = call_of(tool(&site, "get_post", &json!({"id": 5}), &json!({})));
    assert_eq!(
        reason(&call.deny("no such code", None, None).unwrap()),
        Some(Reason::ToolFailed)
    );
    let mut call = call_of(legacy(
        &site,
        "resources/read",
        json!({"uri": "site://post/4"}),
        &json!({}),
    ));
    let reply = call.deny("target_not_found", None, None).unwrap();
    assert_eq!(body(&reply)["error"]["code"], -32002);
    assert_eq!(body(&reply)["error"]["data"]["uri"], "site://post/4");
}

#[test]
fn a_stream_ends_with_the_answer() {
    let site = Site::default();
    let params = json!({"name": "plugin.echo", "_meta": {"progressToken": "p"}});
    let mut call = call_of(legacy(&site, "tools/call", params, &json!({})));
    assert!(call.is_streaming());
    let event = call.progress(1.0, Some(2.5), Some("on\nward"));
    assert_eq!(
        event,
        "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progress\":1,\"progressToken\":\"p\",\"total\":2.5,\"message\":\"on\\nward\"}}\n\n"
    );
    assert_eq!(call.progress(1.0, None, None), "", "progress must grow");
    assert_eq!(call.progress(f64::NAN, None, None), "");
    assert_eq!(
        call.log("debug", "{}", None),
        Ok(String::new()),
        "under the level"
    );
    assert!(
        call.log("error", "{ \"a\" :\n1 }", Some("x"))
            .unwrap()
            .contains(r#""data":{"a":1}"#)
    );
    assert_eq!(call.log("error", "{", None), Err(Error::NotJson));
    let reply = call.result("{\"content\":\n[]}", None).unwrap();
    assert_eq!(
        reply.body(),
        "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n\n"
    );
    assert!(
        reply
            .headers()
            .iter()
            .any(|(name, value)| *name == "Content-Type" && value == "text/event-stream")
    );
    assert_eq!(
        call.progress(9.0, None, None),
        "",
        "nothing after the answer"
    );
}

fn listed(site: &Site, groups: &[&str]) -> Vec<String> {
    let reply = reply_of(legacy(
        site,
        "tools/list",
        json!({}),
        &json!({"groups": groups}),
    ));
    let body = body(&reply);
    let tools = body["result"]["tools"].as_array().unwrap();
    tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn lists_show_what_may_be_called_and_nothing_else() {
    let site = Site::default();
    for preset in Preset::ALL {
        let shown = listed(&site, &preset.groups().codes());
        assert_eq!(
            shown,
            listed(&site, &preset.groups().codes()),
            "deterministic"
        );
        assert!(shown.len() <= 40);
        let all: Vec<Value> = serde_json::from_str(catalogue_json()).unwrap();
        for name in all.iter().map(|tool| tool["name"].as_str().unwrap()) {
            let step = tool(
                &site,
                name,
                &json!({}),
                &json!({"groups": preset.groups().codes()}),
            );
            let callable = match step {
                Authorized::Call(_) => true,
                Authorized::Reply(reply) => reason(&reply) != Some(Reason::ToolOutsideGroups),
            };
            assert_eq!(
                callable,
                shown.iter().any(|other| other == name),
                "{preset:?} {name}"
            );
        }
    }
    assert!(!listed(&site, &["read"]).contains(&"request_review".to_owned()));
    let body = body(&reply_of(legacy(
        &site,
        "tools/list",
        json!({}),
        &json!({"groups": ["read", "publish"]}),
    )));
    let find = |name: &str| {
        let tools = body["result"]["tools"].as_array().unwrap();
        tools
            .iter()
            .find(|tool| tool["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(
        find("request_review")["inputSchema"]["properties"]["tool"]["enum"],
        json!(["publish_post", "schedule_post", "plugin.wipe"])
    );
    assert_eq!(
        find("plugin.wipe")["inputSchema"]["properties"]["confirmation_token"]["type"],
        "string"
    );
    assert!(
        find("plugin.list").get("outputSchema").is_none(),
        "legacy clients take objects only"
    );
}

#[test]
fn long_lists_come_in_pages() {
    let site = Site::default();
    let tools: Vec<Value> = (0..250)
        .map(|n| json!({"name": format!("t{n:03}"), "description": "d", "group": "read", "inputSchema": {"type": "object"}}))
        .collect();
    let registry = json!({"tools": tools}).to_string();
    let server = site.server(&json!({}));
    let headers = support::headers(&site.token());
    let page = |params: Value, id: u64| {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params})
            .to_string();
        let incoming = Incoming {
            method: "POST",
            headers: &headers,
            query: "",
            body: message.as_bytes(),
            ip: "::1",
        };
        let Received::Request(request) = server.receive(site.world(), incoming) else {
            panic!()
        };
        assert_eq!(request.connection(), id);
        let reply = reply_of(
            request
                .authorize(site.world(), Some(&connection().to_string()), &registry)
                .unwrap(),
        );
        body(&reply)["result"].clone()
    };
    let mut names = Vec::new();
    let mut params = json!({});
    loop {
        let result = page(params, 7);
        names.extend(
            result["tools"]
                .as_array()
                .unwrap()
                .iter()
                .map(|tool| tool["name"].clone()),
        );
        match &result["nextCursor"] {
            Value::Null => break,
            cursor => params = json!({"cursor": cursor}),
        }
    }
    assert_eq!(names.len(), 250);
    assert_eq!(names[249], "t249");
}

#[test]
fn wrong_use_is_an_error_and_no_answer() {
    let site = Site::default();
    for wrong in ["", "[]", "{}", r#"{"hosts":[]}"#] {
        assert_eq!(
            countersign::mcp::Server::new(site.keyring.clone(), wrong).err(),
            Some(Error::Settings)
        );
    }
    let server = site.server(&json!({}));
    let headers = support::headers(&site.token());
    let ping = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let incoming = Incoming {
        method: "POST",
        headers: &headers,
        query: "",
        body: ping,
        ip: "",
    };
    let Received::Request(request) = server.receive(site.world(), incoming) else {
        panic!()
    };
    let try_with = |changes: Value, registry: &str| {
        let connection = merged(connection(), &changes).to_string();
        request
            .authorize(site.world(), Some(&connection), registry)
            .err()
    };
    assert_eq!(try_with(json!({}), "{}"), None);
    assert_eq!(try_with(json!({}), "[]"), Some(Error::Registry));
    assert_eq!(
        try_with(json!({"id": 8}), "{}"),
        Some(Error::Connection),
        "another connection"
    );
    assert_eq!(
        try_with(json!({"state": "asleep"}), "{}"),
        Some(Error::Connection)
    );
    assert_eq!(
        try_with(json!({"groups": null}), "{}"),
        Some(Error::Connection)
    );
}

/// JSON that is nearly a message.
fn nearly() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "2.0",
            "tools/call",
            "tools/list",
            "initialize",
            "prompts/get",
            "resources/read",
            "server/discover",
            "completion/complete",
            "whoami",
            "get_post",
            "request_review",
            "publish_post",
            "2026-07-28",
            "site://post/1",
            "outline"
        ])
        .prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "jsonrpc",
        "id",
        "method",
        "params",
        "name",
        "arguments",
        "uri",
        "_meta",
        "cursor",
        "ref",
        "argument",
        "tool",
        "inputResponses",
        "requestState",
        "io.modelcontextprotocol/protocolVersion",
        "io.modelcontextprotocol/clientCapabilities",
    ]);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn sound(step: Authorized) {
    match step {
        Authorized::Reply(reply) => {
            assert!(
                [200, 202, 400, 404, 413].contains(&reply.status()),
                "{}",
                reply.status()
            );
            if !reply.body().is_empty() {
                let body = body(&reply);
                assert_eq!(body["jsonrpc"], "2.0");
                assert!(body["result"].is_object() != body["error"]["code"].is_i64());
            }
            if let Some(entry) = reply.entry() {
                serde_json::from_str::<Value>(entry).unwrap();
            }
        }
        Authorized::Call(call) => {
            serde_json::from_str::<Value>(call.arguments()).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_get_a_sound_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        sound(send(&Site::default(), &bytes, &[], &json!({})));
    }

    #[test]
    fn any_json_gets_a_sound_answer(value in nearly(), version in prop::sample::select(vec!["2025-11-25", "2025-06-18", "2026-07-28", "?"])) {
        let text = value.to_string();
        sound(send(&Site::default(), text.as_bytes(), &[("MCP-Protocol-Version", version)], &json!({})));
    }

    #[test]
    fn any_params_get_a_sound_answer(
        params in nearly(),
        method in prop::sample::select(vec!["tools/call", "tools/list", "prompts/get", "resources/read", "completion/complete", "initialize", "logging/setLevel"]),
    ) {
        let message = json!({"jsonrpc": "2.0", "id": "x", "method": method, "params": params});
        sound(send(&Site::default(), message.to_string().as_bytes(), &[], &json!({})));
    }

    #[test]
    fn any_result_gets_a_sound_answer(result in nearly(), text in ".*") {
        let site = Site::default();
        for result in [result.to_string(), text] {
            let mut call = call_of(tool(&site, "plugin.echo", &json!({}), &json!({})));
            sound(Authorized::Reply(call.result(&result, None).unwrap()));
            let mut call = call_of(modern(&site, "tools/call", json!({"name": "plugin.echo"}), json!({"elicitation": {}})));
            sound(Authorized::Reply(call.input_required(site.world(), &result, Some("s")).unwrap()));
        }
    }

    #[test]
    fn any_headers_get_an_answer(list in prop::collection::vec((".{0,20}", ".{0,40}"), 0..6), query in ".{0,60}", ip in ".{0,40}") {
        let site = Site::default();
        let server = site.server(&json!({}));
        let headers: Vec<_> = list.into_iter().chain([("Host".to_owned(), "example.org".to_owned())]).collect();
        let incoming = Incoming { method: "POST", headers: &headers, query: &query, body: b"", ip: &ip };
        let Received::Reply(reply) = server.receive(site.world(), incoming) else { panic!("no token") };
        prop_assert!(reason(&reply).is_some());
        body(&reply);
    }
}
