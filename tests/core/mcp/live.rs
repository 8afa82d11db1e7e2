//! The decision before each write of a call: stopped, paused, revoked and narrowed meanwhile.

use super::support::steps::{call_of, decided, negotiated, tool};
use super::support::{Site, connection, record};
use crate::support::record::{denied, genuine, of_moved_site};
use countersign::call::Misuse;
use countersign::decision::Decision;
use countersign::mcp::McpCall;
use countersign::reason::Reason;
use countersign::record::{FoundRecord, RecordKind};
use serde_json::{Value, json};

fn allows(call: &McpCall, changes: &Value) -> bool {
    let now = record(changes);
    let decision = call.may_go_on(false, FoundRecord::Genuine(&now)).unwrap();
    if let Decision::Deny(denial) = decision {
        assert_eq!(denial.reason, Reason::ToolOutsideGroups);
    }
    decision.is_allowed()
}

#[test]
fn a_call_ends_when_its_connection_may_not_act_any_more() {
    let site = Site::default();
    let draft = json!({"title": "x"});
    let call = call_of(&site, tool(&site, "create_draft", &draft, &json!({})));
    let decide = |found: FoundRecord<'_>| call.may_go_on(false, found).unwrap();
    for (changes, reason) in [
        (json!({"state": "paused"}), Reason::ConnectionPaused),
        (
            json!({"state": "paused", "state_reason": "account_changed"}),
            Reason::AccountChanged,
        ),
        (json!({"state": "revoked"}), Reason::ConnectionRevoked),
        (json!({"epoch": 1}), Reason::TokenRevoked),
    ] {
        let now = record(&changes);
        assert_eq!(decide(FoundRecord::Genuine(&now)), reason.into());
    }
    let moved = of_moved_site(RecordKind::Connection, 7, &connection());
    for (found, reason) in [
        (FoundRecord::Missing, Reason::ConnectionUnknown),
        (denied(Reason::RecordRolledBack), Reason::RecordRolledBack),
        (FoundRecord::Genuine(&moved), Reason::SiteMoved),
    ] {
        assert_eq!(decide(found), reason.into());
    }
    let same = record(&json!({}));
    assert!(decide(FoundRecord::Genuine(&same)).is_allowed());
    let stopped = call.may_go_on(true, FoundRecord::Genuine(&same));
    assert_eq!(stopped.unwrap(), Reason::KillSwitch.into());
    for wrong in [
        genuine(RecordKind::Connection, 8, &connection()),
        genuine(RecordKind::Grant, 7, &connection()),
    ] {
        let error = call.may_go_on(false, FoundRecord::Genuine(&wrong));
        assert_eq!(error, Err(Misuse::Connection));
    }
}

#[test]
fn a_call_ends_when_its_permission_was_taken_away() {
    let site = Site::default();
    let read = json!({"groups": ["read"]});
    let none = json!({"groups": []});
    let draft = tool(&site, "create_draft", &json!({"title": "x"}), &json!({}));
    let draft = call_of(&site, draft);
    assert!(allows(&draft, &json!({"groups": ["create_edit"]})));
    assert!(!allows(&draft, &read));
    let echo = call_of(&site, tool(&site, "plugin.echo", &json!({}), &json!({})));
    assert!(allows(&echo, &read) && !allows(&echo, &none));
    for (method, params) in [
        (
            "prompts/get",
            json!({"name": "outline", "arguments": {"topic": "x"}}),
        ),
        ("resources/read", json!({"uri": "site://style"})),
        ("resources/read", json!({"uri": "site://post/1"})),
    ] {
        let call = decided(negotiated(&site, method, params, &json!({})));
        assert!(allows(&call, &read), "{method}");
        assert!(!allows(&call, &none), "{method}");
    }
}
