//! Requests in several rounds, event streams, paged lists, and misuse of the API.

use super::support::steps::{
    body, call_of, considered, decided, negotiated, reason, reply_of, stateless, tool,
};
use super::support::{Site, connection, headers, merged, record, settings};
use crate::support::record::{genuine, genuine_at};
use countersign::access::{Preset, catalogue_json};
use countersign::call::Misuse;
use countersign::mcp::{Authorized, Incoming, McpRequest, Received};
use countersign::reason::Reason;
use countersign::record::{FoundRecord, Record, RecordKind};
use serde_json::{Value, json};

#[test]
fn a_call_asks_for_input_and_continues_in_the_next_round() {
    let site = Site::default();
    let params = json!({"name": "plugin.echo", "arguments": {}});
    let capabilities = json!({"elicitation": {}});
    let mut call = call_of(
        &site,
        stateless(&site, "tools/call", params.clone(), capabilities.clone()),
    );
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
    let call = call_of(
        &site,
        stateless(&site, "tools/call", again.clone(), capabilities.clone()),
    );
    assert_eq!(call.state(), Some("step 1"));
    assert_eq!(
        call.input_response("name"),
        Some(r#"{"action":"accept","content":{"name":"A"}}"#)
    );
    assert_eq!(call.input_response("text"), None);

    again["name"] = json!("plugin.list");
    let other = reply_of(stateless(&site, "tools/call", again, capabilities));
    assert_eq!(reason(&other), Some(Reason::RequestStateInvalid));
    assert_eq!(body(&other)["error"]["code"], -32602);

    let mut call = call_of(
        &site,
        stateless(&site, "tools/call", params.clone(), json!({})),
    );
    let reply = call.input_required(site.world(), &asked, None).unwrap();
    assert_eq!(
        (reply.status(), &body(&reply)["error"]["code"]),
        (400, &json!(-32021))
    );
    assert_eq!(
        body(&reply)["error"]["data"]["requiredCapabilities"],
        json!({"elicitation": {}, "sampling": {}})
    );

    let mut call = call_of(&site, negotiated(&site, "tools/call", params, &json!({})));
    let reply = call.input_required(site.world(), &asked, None).unwrap();
    assert_eq!(body(&reply)["result"]["isError"], true);
    assert_eq!(reason(&reply), Some(Reason::ClientCapabilityMissing));
}

#[test]
fn results_have_the_form_of_their_revision_and_conform_to_their_schema() {
    let site = Site::default();
    let whoami = json!({"structuredContent": {"connection": {"id": 7, "name": "x"}, "groups": [], "user": {"id": 3, "name": "y"}}});
    let params = json!({"name": "whoami"});
    let mut call = call_of(
        &site,
        stateless(&site, "tools/call", params.clone(), json!({})),
    );
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

    let mut call = call_of(
        &site,
        negotiated(&site, "tools/call", params.clone(), &json!({})),
    );
    let result = body(&call.result(&whoami.to_string(), None).unwrap())["result"].clone();
    assert!(result.get("resultType").is_none() && result.get("_meta").is_none());

    for wrong in [
        r#"{"structuredContent":{"groups":"secret"}}"#,
        r#"{"content":[]}"#,
        "<b>Fatal error</b> secret",
        "",
    ] {
        let mut call = call_of(
            &site,
            negotiated(&site, "tools/call", params.clone(), &json!({})),
        );
        let reply = call.result(wrong, None).unwrap();
        assert_eq!(reason(&reply), Some(Reason::ToolFailed), "{wrong}");
        assert!(!reply.body().contains("secret"));
        assert!(reply.entry().unwrap().contains(r#""outcome":"failed""#));
    }

    let list = json!({"name": "plugin.list"});
    let mut call = call_of(
        &site,
        negotiated(&site, "tools/call", list.clone(), &json!({})),
    );
    let result =
        body(&call.result(r#"{"structuredContent":[1]}"#, None).unwrap())["result"].clone();
    assert_eq!(
        result,
        json!({"content": [{"type": "text", "text": "[1]"}]}),
        "older revisions allow only objects"
    );
    let mut call = call_of(&site, stateless(&site, "tools/call", list, json!({})));
    let result =
        body(&call.result(r#"{"structuredContent":[1]}"#, None).unwrap())["result"].clone();
    assert_eq!(result["structuredContent"], json!([1]));
}

#[test]
fn a_refusal_by_wordpress_is_sent_to_the_model() {
    let site = Site::default();
    let mut call = call_of(
        &site,
        tool(&site, "get_post", &json!({"id": 5}), &json!({})),
    );
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
    let mut call = call_of(
        &site,
        tool(&site, "get_post", &json!({"id": 5}), &json!({})),
    );
    assert_eq!(
        reason(&call.deny("no such code", None, None).unwrap()),
        Some(Reason::ToolFailed)
    );
    let mut call = call_of(
        &site,
        negotiated(
            &site,
            "resources/read",
            json!({"uri": "site://post/4"}),
            &json!({}),
        ),
    );
    let reply = call.deny("target_not_found", None, None).unwrap();
    assert_eq!(body(&reply)["error"]["code"], -32002);
    assert_eq!(body(&reply)["error"]["data"]["uri"], "site://post/4");
}

#[test]
fn the_answer_is_the_last_event_of_a_stream() {
    let site = Site::default();
    let params = json!({"name": "plugin.echo", "_meta": {"progressToken": "p"}});
    let mut call = call_of(&site, negotiated(&site, "tools/call", params, &json!({})));
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
        "less severe than the wanted level"
    );
    assert!(
        call.log("error", "{ \"a\" :\n1 }", Some("x"))
            .unwrap()
            .contains(r#""data":{"a":1}"#)
    );
    assert_eq!(call.log("error", "{", None), Err(Misuse::NotJson));
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
        "no event follows the answer"
    );
}

/// Returns the names of the tools that a connection with `groups` sees. Clients put the list into each request to their
/// model, so it is bounded.
fn listed(site: &Site, groups: &[&str]) -> Vec<String> {
    let reply = reply_of(negotiated(
        site,
        "tools/list",
        json!({}),
        &json!({"groups": groups}),
    ));
    assert!(reply.body().len() < 60_000, "{} bytes", reply.body().len());
    let body = body(&reply);
    let tools = body["result"]["tools"].as_array().unwrap();
    tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn lists_contain_exactly_the_tools_that_may_be_called() {
    let site = Site::default();
    for preset in Preset::ALL {
        let shown = listed(&site, &preset.groups().words());
        assert_eq!(
            shown,
            listed(&site, &preset.groups().words()),
            "the order must not change"
        );
        // Beside those that the plugins of the test register.
        let own = shown.iter().filter(|name| !name.starts_with("plugin."));
        assert!(own.count() <= 40);
        let all: Vec<Value> = serde_json::from_str(catalogue_json()).unwrap();
        for name in all.iter().map(|tool| tool["name"].as_str().unwrap()) {
            let step = tool(
                &site,
                name,
                &json!({}),
                &json!({"groups": preset.groups().words()}),
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
    let body = body(&reply_of(negotiated(
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
        json!([
            "publish_post",
            "schedule_post",
            "unpublish_post",
            "plugin.wipe"
        ])
    );
    assert_eq!(
        find("plugin.wipe")["inputSchema"]["properties"]["confirmation_token"]["type"],
        "string"
    );
    assert!(
        find("plugin.list").get("outputSchema").is_none(),
        "older revisions allow only objects"
    );
}

#[test]
fn a_list_of_many_tools_is_one_page() {
    let description = "x".repeat(2000);
    let tools: Vec<Value> = (0..142).map(|n| listed_tool(n, &description)).collect();
    let pages = pages(&json!({"tools": tools}), |_| ());
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0].len(), 142);
}

#[test]
fn a_list_beyond_the_size_of_a_page_is_returned_in_pages() {
    let description = "x".repeat(10_000);
    let tools: Vec<Value> = (0..250).map(|n| listed_tool(n, &description)).collect();
    let pages = pages(&json!({"tools": tools}), |result| {
        assert!(result.to_string().len() < 1_050_000);
    });
    assert_eq!(pages.len(), 3);
    let names: Vec<&String> = pages.iter().flatten().collect();
    assert_eq!((names.len(), names[249].as_str()), (250, "t249"));
}

#[test]
fn a_cursor_whose_item_is_gone_is_told_from_one_that_never_was() {
    let site = Site::default();
    let description = "x".repeat(600_000);
    let many = json!({"tools": [listed_tool(0, &description), listed_tool(1, &description)]});
    let first = list(&site, &json!({}), &many);
    let params = json!({"cursor": first["result"]["nextCursor"]});
    assert_eq!(
        list(&site, &params, &many)["result"]["tools"][0]["name"],
        "t001"
    );
    let fewer = json!({"tools": [listed_tool(1, &description)]});
    for (params, reason) in [
        (params, "cursor_unknown"),
        (json!({"cursor": "does-not-exist"}), "cursor_invalid"),
    ] {
        let answer = list(&site, &params, &fewer);
        assert_eq!(answer["error"]["data"]["reason"], reason);
        assert_eq!(answer["error"]["code"], -32602);
    }
}

fn listed_tool(n: u32, description: &str) -> Value {
    json!({"name": format!("t{n:03}"), "description": description, "group": "read",
        "inputSchema": {"type": "object"}})
}

/// Returns the answer to `tools/list` of a site with this registry.
fn list(site: &Site, params: &Value, registry: &Value) -> Value {
    let headers = headers(&site.token());
    let message =
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params}).to_string();
    let incoming = Incoming {
        method: "POST",
        headers: &headers,
        query: "",
        body: message.as_bytes(),
        ip: "::1",
    };
    let Received::Request(request) = site.server(&json!({})).receive(site.world(), incoming) else {
        panic!()
    };
    let found = genuine(RecordKind::Connection, 7, &connection());
    let registry = registry.to_string();
    body(&reply_of(
        request
            .authorize(site.world(), FoundRecord::Genuine(&found), Some(&registry))
            .unwrap(),
    ))
}

/// Returns the names on each page of `tools/list`. `check` sees each result.
fn pages(registry: &Value, check: impl Fn(&Value)) -> Vec<Vec<String>> {
    let site = Site::default();
    let mut pages = Vec::new();
    let mut params = json!({});
    for _ in 0..10 {
        let result = &list(&site, &params, registry)["result"];
        check(result);
        let tools = result["tools"].as_array().unwrap();
        let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
        pages.push(tools.iter().map(name).collect());
        match &result["nextCursor"] {
            Value::Null => break,
            cursor => params = json!({"cursor": cursor}),
        }
    }
    pages
}

/// Returns a request with a valid token, which was received and not yet authorized.
fn request(site: &Site, body: &str) -> Box<McpRequest> {
    let headers = headers(&site.token());
    let incoming = Incoming {
        method: "POST",
        headers: &headers,
        query: "",
        body: body.as_bytes(),
        ip: "",
    };
    match site.server(&json!({})).receive(site.world(), incoming) {
        Received::Request(request) => request,
        Received::Reply(reply) => panic!("{}", reply.body()),
    }
}

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

#[test]
fn invalid_settings_connections_and_registries_are_misuse() {
    let site = Site::default();
    for wrong in [
        "",
        "[]",
        "{}",
        r#"{"hosts":[]}"#,
        &merged(settings(), &json!({"hosts": ["/"]})).to_string(),
        &merged(settings(), &json!({"endpoint": "mcp"})).to_string(),
    ] {
        assert_eq!(
            countersign::mcp::McpServer::new(site.keyring.clone(), wrong).err(),
            Some(Misuse::Settings),
            "{wrong}"
        );
    }
    let request = request(&site, LIST);
    let try_record = |record: &Record, registry| {
        let found = FoundRecord::Genuine(record);
        request.authorize(site.world(), found, registry).err()
    };
    let try_with = |changes: Value, registry| try_record(&record(&changes), registry);
    assert_eq!(try_with(json!({}), Some("{}")), None);
    assert_eq!(try_with(json!({}), Some("[]")), Some(Misuse::Registry));
    assert_eq!(try_with(json!({}), None), Some(Misuse::Registry));
    for (wrong, why) in [
        (
            genuine(RecordKind::Connection, 8, &connection()),
            "the token names another connection",
        ),
        (
            genuine(RecordKind::Grant, 7, &connection()),
            "the record of a grant",
        ),
        (
            genuine_at(1 << 32, RecordKind::Connection, 7, &connection()),
            "no token can have this epoch",
        ),
        (record(&json!({"state": "asleep"})), "an unknown state"),
        (record(&json!({"groups": null})), "no groups"),
        (record(&json!({"epoch": -1})), "an epoch below 0"),
        (record(&json!({"limit": {"max": 0}})), "a limit of 0"),
    ] {
        let found = try_record(&wrong, Some("{}"));
        assert_eq!(found, Some(Misuse::Connection), "{why}");
    }
}

#[test]
fn only_messages_that_depend_on_the_registry_need_it() {
    let site = Site::default();
    let authorize = |body: &str| {
        let request = request(&site, body);
        let connection = record(&json!({}));
        assert!(!request.needs_registry(), "{body}");
        reply_of(
            request
                .authorize(site.world(), FoundRecord::Genuine(&connection), None)
                .unwrap(),
        )
    };
    let ping = authorize(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#);
    assert_eq!(body(&ping)["result"], json!({}));
    let note = authorize(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    assert_eq!(note.status(), 202);
    let response = authorize(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
    assert_eq!(response.status(), 202);
    let level = r#"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"info"}}"#;
    assert_eq!(body(&authorize(level))["result"], json!({}));
    let unknown = authorize(r#"{"jsonrpc":"2.0","id":1,"method":"no/such/method"}"#);
    assert_eq!(reason(&unknown), Some(Reason::MethodUnknown));
    for method in ["initialize", "tools/list", "tools/call", "resources/read"] {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method}).to_string();
        assert!(request(&site, &message).needs_registry(), "{method}");
    }
}

#[test]
fn a_call_begins_once_and_is_answered_only_after_that() {
    let site = Site::default();
    let step = || decided(tool(&site, "whoami", &json!({}), &json!({})));
    let mut call = step();
    assert_eq!(call.result("{}", None).err(), Some(Misuse::NotBegun));
    assert_eq!(
        call.deny("tool_failed", None, None).err(),
        Some(Misuse::NotBegun)
    );
    assert_eq!(
        call.input_required(site.world(), "{}", None).err(),
        Some(Misuse::NotBegun)
    );
    assert_eq!(call.log("error", "1", None), Ok(String::new()));
    assert!(call.begin(site.world()).unwrap().is_none());
    assert_eq!(call.begin(site.world()).err(), Some(Misuse::BegunTwice));
    assert!(call.deny("tool_failed", None, None).is_ok());
    assert_eq!(
        call.deny("tool_failed", None, None).err(),
        Some(Misuse::Answered)
    );
    assert_eq!(call.begin(site.world()).err(), Some(Misuse::BegunTwice));
    let asked = json!({"tool": "publish_post", "arguments": {"id": 1}});
    let mut review = considered(tool(&site, "request_review", &asked, &json!({})));
    assert_eq!(review.confirmation(site.world()), Err(Misuse::NotBegun));
    assert!(review.begin(site.world()).unwrap().is_none());
    assert!(review.confirmation(site.world()).is_ok());
}

/// Some clients list the tools before every call, so each byte of a list counts.
#[test]
fn the_list_of_each_preset_is_compact() {
    let site = Site::default();
    for preset in Preset::ALL {
        let groups = json!({"groups": preset.groups().words()});
        let reply = reply_of(send_with_builtin(&site, &groups));
        let size = reply.body().len();
        assert!(size < 60_000, "{preset:?}: {size} bytes");
    }
}

fn send_with_builtin(site: &Site, changes: &Value) -> Authorized {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
    let headers = headers(&site.token());
    let incoming = Incoming {
        method: "POST",
        headers: &headers,
        query: "",
        body: message.as_bytes(),
        ip: "::1",
    };
    let Received::Request(request) = site.server(&json!({})).receive(site.world(), incoming) else {
        panic!()
    };
    let all: Vec<Value> = serde_json::from_str(catalogue_json()).unwrap();
    let names: Vec<&Value> = all.iter().map(|tool| &tool["name"]).collect();
    let registry = json!({"builtin": names}).to_string();
    let found = record(changes);
    request
        .authorize(site.world(), FoundRecord::Genuine(&found), Some(&registry))
        .unwrap()
}
