//! Calls through other doors than the MCP endpoint are decided as the endpoint decides them.

use super::support::{Site, record, registry};
use crate::support::record::denied;
use countersign::decision::Decision;
use countersign::mcp::{Authorized, DirectCall, Door, McpReply, McpRequest};
use countersign::reason::Reason;
use countersign::record::FoundRecord;
use serde_json::{Value, json};

fn request(site: &Site, settings: &Value, call: &DirectCall<'_>) -> McpRequest {
    site.server(settings).direct(call)
}

const fn call<'a>(tool: &'a str, arguments: &'a str) -> DirectCall<'a> {
    DirectCall {
        connection: 7,
        user: Some(3),
        door: Door::Rest,
        tool,
        arguments,
        ip: "192.0.2.1",
    }
}

fn refusal(site: &Site, settings: &Value, given: &DirectCall<'_>, changes: &Value) -> McpReply {
    let found = record(changes);
    let authorized = request(site, settings, given).authorize(
        site.world(),
        FoundRecord::Genuine(&found),
        Some(&registry().to_string()),
    );
    match authorized.unwrap() {
        Authorized::Reply(reply) => reply,
        Authorized::Call(_) => panic!("the call was not refused"),
    }
}

fn reason(decision: Decision) -> Option<Reason> {
    match decision {
        Decision::Allow => None,
        Decision::Deny(denial) => Some(denial.reason),
    }
}

#[test]
fn a_permitted_call_has_the_stages_of_every_call_and_its_entries_say_the_door() {
    let site = Site::default();
    let found = record(&json!({}));
    let given = call("create_draft", r#"{"title": "x"}"#);
    let authorized = request(&site, &json!({}), &given)
        .authorize(
            site.world(),
            FoundRecord::Genuine(&found),
            Some(&registry().to_string()),
        )
        .unwrap();
    let Authorized::Call(mut call) = authorized else {
        panic!("the call was refused");
    };
    assert_eq!((call.name(), call.may_write()), ("create_draft", true));
    assert!(call.consider("\"none\"").unwrap().is_none());
    let intent: Value = serde_json::from_str(call.intent().unwrap()).unwrap();
    assert_eq!(intent["change"]["door"], "rest");
    assert_eq!(intent["actor"]["connection"], 7);
    assert_eq!(intent["actor"]["kind"], "agent");
    assert!(call.begin(site.world()).unwrap().is_none());
    let reply = call.deny("capability_denied", None, None).unwrap();
    let outcome: Value = serde_json::from_str(reply.entry().unwrap()).unwrap();
    assert_eq!(outcome["reason"], "capability_denied");
    assert_eq!(outcome["change"]["door"], "rest");
}

#[test]
fn other_doors_refuse_what_the_endpoint_refuses() {
    let site = Site::default();
    let draft = r#"{"title":"x"}"#;
    let stopped = json!({"kill_switch": true});
    for (settings, given, changes, expected) in [
        (
            json!({}),
            call("create_draft", draft),
            json!({"groups": ["read"]}),
            Reason::ToolOutsideGroups,
        ),
        (
            json!({}),
            call("nonsense", "{}"),
            json!({}),
            Reason::ToolUnknown,
        ),
        (
            json!({}),
            call("create_draft", r#"{"no": 1}"#),
            json!({}),
            Reason::ArgumentsInvalid,
        ),
        (
            json!({}),
            call("create_draft", "[1]"),
            json!({}),
            Reason::ParamsInvalid,
        ),
        (
            json!({}),
            call("create_draft", "{\"title\":\"x\"},\"name\":1"),
            json!({}),
            Reason::ParamsInvalid,
        ),
        (
            json!({}),
            call("plugin.wipe", "{}"),
            json!({}),
            Reason::ConfirmationMissing,
        ),
        (
            stopped.clone(),
            call("create_draft", draft),
            json!({}),
            Reason::KillSwitch,
        ),
        (
            json!({}),
            call("create_draft", draft),
            json!({"state": "paused"}),
            Reason::ConnectionPaused,
        ),
        (
            json!({}),
            call("create_draft", draft),
            json!({"state": "revoked"}),
            Reason::ConnectionRevoked,
        ),
        (
            json!({}),
            call("create_draft", draft),
            json!({"user": 4}),
            Reason::ConnectionUnknown,
        ),
    ] {
        let reply = refusal(&site, &settings, &given, &changes);
        assert_eq!(reason(reply.decision()), Some(expected));
        let entry: Value = serde_json::from_str(reply.entry().unwrap()).unwrap();
        assert_eq!(entry["reason"], expected.code());
        assert_eq!(entry["change"]["door"], "rest", "{expected:?}");
    }
}

#[test]
fn a_permission_is_decided_without_counting() {
    let site = Site::default();
    let permits = |settings: Value, tool: &str, found: FoundRecord<'_>| {
        let request = request(&site, &settings, &call(tool, "{}"));
        reason(
            request
                .permits(site.world(), found, &registry().to_string())
                .unwrap(),
        )
    };
    let (good, other) = (record(&json!({})), record(&json!({"user": 4})));
    let paused = record(&json!({"state": "paused"}));
    // More often than the limit admits.
    for _ in 0..200 {
        assert_eq!(
            permits(json!({}), "create_draft", FoundRecord::Genuine(&good)),
            None
        );
    }
    for (settings, tool, found, expected) in [
        (
            json!({}),
            "plugin.paint",
            FoundRecord::Genuine(&good),
            Reason::ToolOutsideGroups,
        ),
        (
            json!({}),
            "nonsense",
            FoundRecord::Genuine(&good),
            Reason::ToolUnknown,
        ),
        (
            json!({}),
            "create_draft",
            FoundRecord::Genuine(&other),
            Reason::ConnectionUnknown,
        ),
        (
            json!({}),
            "create_draft",
            FoundRecord::Genuine(&paused),
            Reason::ConnectionPaused,
        ),
        (
            json!({}),
            "create_draft",
            FoundRecord::Missing,
            Reason::ConnectionUnknown,
        ),
        (
            json!({}),
            "create_draft",
            denied(Reason::RecordRolledBack),
            Reason::RecordRolledBack,
        ),
        (
            json!({"kill_switch": true}),
            "create_draft",
            FoundRecord::Genuine(&good),
            Reason::KillSwitch,
        ),
    ] {
        assert_eq!(permits(settings, tool, found), Some(expected));
    }
}
