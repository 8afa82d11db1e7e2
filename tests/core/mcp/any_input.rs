//! Property tests: every input gets a well-formed answer.

use super::support::Site;
use super::support::steps::{body, call_of, reason, send, stateless, tool};
use countersign::mcp::{Authorized, Incoming, Received};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Random JSON that resembles an MCP message.
fn message_like() -> impl Strategy<Value = Value> {
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

/// Asserts that a step is well formed: a JSON-RPC answer, or a call with JSON arguments.
fn assert_well_formed(step: Authorized) {
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
    fn arbitrary_bytes_get_a_well_formed_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_well_formed(send(&Site::default(), &bytes, &[], &json!({})));
    }

    #[test]
    fn arbitrary_json_gets_a_well_formed_answer(value in message_like(), version in prop::sample::select(vec!["2025-11-25", "2025-06-18", "2026-07-28", "?"])) {
        let text = value.to_string();
        assert_well_formed(send(&Site::default(), text.as_bytes(), &[("MCP-Protocol-Version", version)], &json!({})));
    }

    #[test]
    fn arbitrary_params_get_a_well_formed_answer(
        params in message_like(),
        method in prop::sample::select(vec!["tools/call", "tools/list", "prompts/get", "resources/read", "completion/complete", "initialize", "logging/setLevel"]),
    ) {
        let message = json!({"jsonrpc": "2.0", "id": "x", "method": method, "params": params});
        assert_well_formed(send(&Site::default(), message.to_string().as_bytes(), &[], &json!({})));
    }

    #[test]
    fn arbitrary_results_get_a_well_formed_answer(result in message_like(), text in ".*") {
        let site = Site::default();
        for result in [result.to_string(), text] {
            let mut call = call_of(&site, tool(&site, "plugin.echo", &json!({}), &json!({})));
            assert_well_formed(Authorized::Reply(call.result(&result, None).unwrap()));
            let mut call = call_of(&site, stateless(&site, "tools/call", json!({"name": "plugin.echo"}), json!({"elicitation": {}})));
            assert_well_formed(Authorized::Reply(call.input_required(site.world(), &result, Some("s")).unwrap()));
        }
    }

    #[test]
    fn arbitrary_headers_are_refused_with_a_reason(list in prop::collection::vec((".{0,20}", ".{0,40}"), 0..6), query in ".{0,60}", ip in ".{0,40}") {
        let site = Site::default();
        let server = site.server(&json!({}));
        let headers: Vec<_> = list.into_iter().chain([("Host".to_owned(), "example.org".to_owned())]).collect();
        let incoming = Incoming { method: "POST", headers: &headers, query: &query, body: b"", ip: &ip };
        let Received::Reply(reply) = server.receive(site.world(), incoming) else { panic!("no token") };
        prop_assert!(reason(&reply).is_some());
        body(&reply);
    }
}
