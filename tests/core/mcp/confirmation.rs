//! Confirmation tokens: a reviewed call can be made once, and no other call can be made with its token.

use std::sync::atomic::Ordering;

use super::support::steps::{call_of, considered, reason, reply_of, send, stateless, tool};
use super::support::{NOW, Site, merged};
use countersign::call::Misuse;
use countersign::reason::Reason;
use serde_json::{Value, json};

/// Reviews a call. Returns the confirmation token and the correlation id.
fn review(site: &Site, name: &str, arguments: &Value) -> (String, String) {
    let asked = json!({"tool": name, "arguments": arguments});
    let mut call = call_of(site, tool(site, "request_review", &asked, &json!({})));
    assert_eq!(call.confirmation_lifetime(), 300);
    let token = call.confirmation(site.world()).unwrap();
    assert_eq!(call.confirmation(site.world()), Err(Misuse::NoConfirmation));
    let result = json!({"structuredContent": {"tool": name, "arguments": arguments, "warnings": [],
        "confirmation_token": token, "expires_in": 300}});
    let reply = call.result(&result.to_string(), None).unwrap();
    assert_eq!(reason(&reply), None, "{}", reply.body());
    assert!(
        !reply.entry().unwrap().contains(&token),
        "the audit log must not contain the token"
    );
    assert!(!call.intent().unwrap().contains(&token));
    (token, call.correlation().to_owned())
}

/// Returns `arguments` with a confirmation token.
fn with(arguments: &Value, token: &str) -> Value {
    merged(arguments.clone(), &json!({"confirmation_token": token}))
}

#[test]
fn a_confirmed_call_begins_once_and_is_linked_to_its_review() {
    let site = Site::default();
    let id = json!({"id": 12});
    let (token, correlation) = review(&site, "publish_post", &id);
    let mut call = call_of(
        &site,
        tool(&site, "publish_post", &with(&id, &token), &json!({})),
    );
    assert_eq!(
        call.arguments(),
        r#"{"id":12}"#,
        "the token is removed from the arguments"
    );
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
    assert_eq!(call.result("{}", None).err(), Some(Misuse::Answered));

    let mut again = considered(tool(&site, "publish_post", &with(&id, &token), &json!({})));
    let again = again.begin(site.world()).unwrap().unwrap();
    assert_eq!(reason(&again), Some(Reason::ConfirmationUsed));
    let entry: Value = serde_json::from_str(again.entry().unwrap()).unwrap();
    assert_eq!(
        entry["correlation"],
        correlation.as_str(),
        "the refusal is linked to the review too"
    );
}

#[test]
fn a_confirmation_does_not_depend_on_how_a_whole_number_is_written() {
    let site = Site::default();
    let call = |name: &str, arguments: &str| {
        let message = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{name}","arguments":{arguments}}}}}"#
        );
        send(&site, message.as_bytes(), &[], &json!({}))
    };
    for (reviewed, called) in [("12.0", "12"), ("12", "1.2e1"), ("120e-1", "12.00")] {
        let asked = format!(r#"{{"tool":"publish_post","arguments":{{"id":{reviewed}}}}}"#);
        let token = call_of(&site, call("request_review", &asked))
            .confirmation(site.world())
            .unwrap();
        let other = format!(r#"{{"id":12.5,"confirmation_token":"{token}"}}"#);
        assert_eq!(
            reason(&reply_of(call("publish_post", &other))),
            Some(Reason::ArgumentsInvalid)
        );
        let same = format!(r#"{{"id":{called},"confirmation_token":"{token}"}}"#);
        let confirmed = call_of(&site, call("publish_post", &same));
        assert_eq!(confirmed.arguments(), r#"{"id":12}"#);
    }
}

#[test]
fn a_confirmation_is_valid_only_for_the_reviewed_call() {
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
    // The refused calls did not use up the token. The order of the arguments and their JSON spelling do not matter.
    let params = format!(
        r#"{{"name":"schedule_post","arguments":{{"confirmation_token":"{token}","date":"2027-01-01T00:00:00\u005a","id": 12}}}}"#
    );
    let message = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
    call_of(&site, send(&site, message.as_bytes(), &[], &json!({})));
}

#[test]
fn a_confirmation_is_refused_if_it_expired_or_the_store_or_the_groups_do_not_allow_it() {
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
    site.store.broken.store(true, Ordering::Relaxed);
    assert_eq!(act(&site), Some(Reason::StoreUnavailable));
    site.store.broken.store(false, Ordering::Relaxed);
    site.now = NOW.plus_seconds(300);
    assert_eq!(act(&site), Some(Reason::ConfirmationExpired));
    site.now = NOW;
    let narrowed = json!({"groups": ["read", "publish"]});
    let reply = reply_of(tool(&site, "trash_post", &with(&id, &token), &narrowed));
    assert_eq!(
        reason(&reply),
        Some(Reason::ToolOutsideGroups),
        "the groups are checked at the time of the call"
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
        "an access token is not a confirmation token"
    );
    call_of(
        &site,
        tool(&site, "trash_post", &with(&id, &token), &json!({})),
    );
}

#[test]
fn a_confirmed_call_of_a_plugin_tool_cannot_ask_for_input() {
    let site = Site::default();
    let what = json!({"what": "all"});
    let (token, _) = review(&site, "plugin.wipe", &what);
    let params = json!({"name": "plugin.wipe", "arguments": with(&what, &token)});
    let mut call = call_of(
        &site,
        stateless(&site, "tools/call", params, json!({"elicitation": {}})),
    );
    assert_eq!(call.confirmation(site.world()), Err(Misuse::NoConfirmation));
    let asked = json!({"a": {"method": "elicitation/create", "params": {}}}).to_string();
    let reply = call.input_required(site.world(), &asked, None).unwrap();
    assert_eq!(reason(&reply), Some(Reason::ToolFailed));
}

#[test]
fn a_token_stays_valid_if_the_intent_was_not_recorded() {
    let site = Site::default();
    let id = json!({"id": 12});
    let (token, _) = review(&site, "publish_post", &id);
    let act = || considered(tool(&site, "publish_post", &with(&id, &token), &json!({})));
    // The append of the intent fails, so the call is dropped and not begun.
    drop(act());
    let mut call = act();
    assert!(call.begin(site.world()).unwrap().is_none());
}

#[test]
fn a_token_stays_valid_if_the_store_fails_in_begin() {
    let site = Site::default();
    let id = json!({"id": 12});
    let (token, _) = review(&site, "publish_post", &id);
    let act = || considered(tool(&site, "publish_post", &with(&id, &token), &json!({})));
    let mut call = act();
    site.store.broken.store(true, Ordering::Relaxed);
    let reply = call.begin(site.world()).unwrap().unwrap();
    assert_eq!(reason(&reply), Some(Reason::StoreUnavailable));
    assert!(reply.entry().unwrap().contains(r#""outcome":"failed""#));
    assert_eq!(call.result("{}", None).err(), Some(Misuse::Answered));
    site.store.broken.store(false, Ordering::Relaxed);
    assert!(act().begin(site.world()).unwrap().is_none());
}

#[test]
fn exactly_one_of_several_racing_calls_with_one_token_begins() {
    let site = Site::default();
    let id = json!({"id": 12});
    let (token, correlation) = review(&site, "publish_post", &id);
    let mut calls: Vec<_> = (0..8)
        .map(|_| considered(tool(&site, "publish_post", &with(&id, &token), &json!({}))))
        .collect();
    let refused: Vec<_> = std::thread::scope(|scope| {
        let begun: Vec<_> = calls
            .iter_mut()
            .map(|call| scope.spawn(|| call.begin(site.world()).unwrap()))
            .collect();
        begun
            .into_iter()
            .filter_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(refused.len(), 7);
    for reply in refused {
        assert_eq!(reason(&reply), Some(Reason::ConfirmationUsed));
        let entry: Value = serde_json::from_str(reply.entry().unwrap()).unwrap();
        assert_eq!(entry["kind"], "outcome");
        assert_eq!(entry["outcome"], "denied");
        assert_eq!(entry["reason"], "confirmation_used");
        assert_eq!(entry["approval"], Value::Null);
        assert_eq!(entry["correlation"], correlation.as_str());
        let body: Value = serde_json::from_str(reply.body()).unwrap();
        assert_eq!(body["result"]["isError"], true, "the model reads it");
    }
}
