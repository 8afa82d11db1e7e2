//! Calls are bound to the item that they act on: what visitors see needs a group and a confirmation, and an item that changed
//! since it was reviewed or read is refused.

use super::support::steps::{body, considered, decided, draft, reason, reply_of, tool};
use super::support::{Site, merged};
use crate::support::vectors::{Vectors, same_as_files};
use countersign::call::Misuse;
use countersign::decision::Decision;
use countersign::mcp::{McpCall, McpReply};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// One change of each field, with the name under which a refusal tells it.
fn changes() -> Vec<(&'static str, Value)> {
    vec![
        ("type", json!({"type": "page"})),
        ("status", json!({"status": "pending"})),
        ("author", json!({"author": 4})),
        ("title", json!({"title": "T "})),
        ("content", json!({"content": "<script>C</script>"})),
        ("excerpt", json!({"excerpt": "0"})),
        ("slug", json!({"slug": "t"})),
        ("parent", json!({"parent": 1})),
        ("template", json!({"template": "wide"})),
        ("date", json!({"date_gmt": "2026-01-01 00:00:00"})),
        ("password", json!({"password": "p"})),
        ("terms", json!({"terms": [1]})),
        ("meta", json!({"meta": {"_thumbnail_id": ["6"]}})),
    ]
}

fn reported(change: &Value) -> String {
    merged(draft(), change).to_string()
}

/// Returns the fingerprint of an item, as an agent gets it that reads the item.
fn fingerprint(site: &Site, target: &str) -> String {
    let call = decided(tool(site, "get_post", &json!({"id": 12}), &json!({})));
    assert!(!call.needs_target());
    call.fingerprint(target).unwrap()
}

fn update(site: &Site, more: &Value, groups: &Value) -> Box<McpCall> {
    let base =
        json!({"id": 12, "title": "New", "fingerprint": fingerprint(site, &reported(&json!({})))});
    decided(tool(site, "update_content", &merged(base, more), groups))
}

/// Returns the confirmation token for a call on a target.
fn review(site: &Site, name: &str, arguments: &Value, target: &str) -> Result<String, McpReply> {
    let asked = json!({"tool": name, "arguments": arguments});
    let mut call = decided(tool(site, "request_review", &asked, &json!({})));
    if let Some(refused) = call.consider(target).unwrap() {
        return Err(refused);
    }
    assert!(call.begin(site.world()).unwrap().is_none());
    Ok(call.confirmation(site.world()).unwrap())
}

/// Returns the call of publish_post with this token, after it has begun.
fn publish(site: &Site, token: &str, target: &str) -> Box<McpCall> {
    let arguments = json!({"id": 12, "confirmation_token": token});
    let mut call = decided(tool(site, "publish_post", &arguments, &json!({})));
    assert!(call.consider(target).unwrap().is_none());
    assert!(call.begin(site.world()).unwrap().is_none());
    call
}

fn entry(reply: &McpReply) -> Value {
    serde_json::from_str(reply.entry().unwrap()).unwrap()
}

#[test]
fn every_status_but_those_of_drafts_and_the_trash_is_visible() {
    let site = Site::default();
    let under = |status: &str| json!({"type": "attachment", "status": "inherit", "under": {"type": "post", "status": status}});
    let deep = (0..9).fold(
        json!({"type": "post", "status": "draft"}),
        |inner, _| json!({"type": "attachment", "status": "inherit", "under": inner}),
    );
    for (target, visible) in [
        (json!({"status": "draft"}), false),
        (json!({"type": "revision", "status": "inherit"}), false),
        (json!({"type": "revision", "status": "publish"}), false),
        (json!({"status": "pending"}), false),
        (json!({"status": "auto-draft"}), false),
        (json!({"status": "trash"}), false),
        (json!({"status": "publish"}), true),
        (json!({"status": "future"}), true),
        (json!({"status": "private"}), true),
        (json!({"status": "inherit"}), true),
        (json!({"status": "in-progress"}), true),
        (json!({"status": "Draft"}), true),
        (json!({"status": ""}), true),
        (under("draft"), false),
        (under("publish"), true),
        (under("gone"), true),
        (json!({"type": "attachment", "status": "inherit"}), true),
        (json!({"type": "attachment", "status": "private"}), true),
        (deep, true),
        (
            json!({"above": [{"type": "page", "status": "draft"}]}),
            false,
        ),
        (
            json!({"above": [{"type": "page", "status": "draft"}, {"type": "page", "status": "publish"}]}),
            true,
        ),
    ] {
        let target = reported(&target);
        let arguments = json!({"fingerprint": fingerprint(&site, &target)});
        let few = json!({"groups": ["read", "create_edit"]});
        let reply = update(&site, &arguments, &few).consider(&target).unwrap();
        let expected = visible.then_some(Reason::NeedsPublish);
        assert_eq!(reply.as_ref().and_then(reason), expected, "{target}");
        let reply = update(&site, &arguments, &json!({}))
            .consider(&target)
            .unwrap();
        let expected = visible.then_some(Reason::ConfirmationMissing);
        assert_eq!(reply.as_ref().and_then(reason), expected, "{target}");
    }
}

#[test]
fn needs_publish_says_what_to_do_and_is_recorded() {
    let site = Site::default();
    let mut call = update(
        &site,
        &json!({}),
        &json!({"groups": ["read", "create_edit"]}),
    );
    let reply = call.consider("\"unknown\"").unwrap().unwrap();
    assert_eq!(body(&reply)["result"]["isError"], true);
    assert!(reply.body().contains("create a draft instead"));
    let entry = entry(&reply);
    assert_eq!(
        (&entry["kind"], &entry["reason"], &entry["target"]),
        (
            &json!("refusal"),
            &json!("needs_publish"),
            &json!("post:12")
        )
    );
    assert_eq!(call.begin(site.world()).err(), Some(Misuse::BegunTwice));
}

#[test]
fn a_plugins_tool_needs_its_group_and_a_confirmation_for_what_visitors_see() {
    let site = Site::default();
    let groups = json!({"groups": ["read", "image"]});
    let paint = || decided(tool(&site, "plugin.paint", &json!({}), &groups));
    for target in [
        "\"unknown\"".to_owned(),
        reported(&json!({"status": "publish"})),
    ] {
        let reply = paint().consider(&target).unwrap().unwrap();
        assert_eq!(reason(&reply), Some(Reason::ConfirmationMissing));
    }
    for target in ["\"none\"".to_owned(), reported(&json!({}))] {
        assert!(paint().consider(&target).unwrap().is_none());
    }
    let echo = decided(tool(&site, "plugin.echo", &json!({}), &json!({})));
    assert!(!echo.needs_target(), "a tool that reads changes nothing");
}

#[test]
fn a_running_call_may_change_another_item_only_as_it_might_its_own() {
    let site = Site::default();
    let draft = reported(&json!({}));
    let new = |change: Value| reported(&merged(json!({"id": 0, "parent": 0}), &change));
    let upload = json!({"type": "attachment", "status": "inherit"});
    for (groups, expected) in [
        (
            json!(["read", "create_edit", "image"]),
            Reason::NeedsPublish,
        ),
        (json!(["read", "image"]), Reason::ConfirmationMissing),
    ] {
        let groups = json!({"groups": groups});
        let mut call = decided(tool(&site, "plugin.paint", &json!({}), &groups));
        assert_eq!(call.may_change(&draft), Err(Misuse::NotBegun));
        assert!(call.consider("\"none\"").unwrap().is_none());
        assert!(call.begin(site.world()).unwrap().is_none());
        for (target, permitted) in [
            ("\"unknown\"".to_owned(), false),
            (reported(&json!({"status": "publish"})), false),
            (new(json!({"status": "publish"})), false),
            (new(merged(upload.clone(), &json!({"parent": 5}))), false),
            (reported(&upload), false),
            (draft.clone(), true),
            (new(json!({})), true),
            (new(upload.clone()), true),
        ] {
            let expected = if permitted {
                Decision::Allow
            } else {
                expected.into()
            };
            assert_eq!(call.may_change(&target), Ok(expected), "{target}");
        }
    }
    let mut call = decided(tool(&site, "plugin.echo", &json!({}), &json!({})));
    assert!(call.begin(site.world()).unwrap().is_none());
    assert_eq!(call.may_change(&draft), Err(Misuse::NotConsidered));
}

#[test]
fn a_tool_without_a_confirmation_changes_nothing_that_visitors_see() {
    let site = Site::default();
    let groups = json!({"groups": ["read", "create_edit", "publish"]});
    let draft = json!({"title": "New", "content": "x"});
    let mut call = decided(tool(&site, "create_draft", &draft, &groups));
    assert!(call.consider("\"none\"").unwrap().is_none());
    assert!(call.begin(site.world()).unwrap().is_none());
    for target in [
        "\"unknown\"".to_owned(),
        reported(&json!({"status": "publish"})),
    ] {
        assert_eq!(call.may_change(&target), Ok(Reason::WriteRefused.into()));
    }
    assert_eq!(call.may_change(&reported(&json!({}))), Ok(Decision::Allow));
}

#[test]
fn a_connection_for_drafts_changes_nothing_that_visitors_see() {
    let site = Site::default();
    let public = reported(&json!({"status": "publish"}));
    for (groups, expected) in [
        (
            json!(["read", "create_edit", "image"]),
            Reason::NeedsPublish,
        ),
        (
            json!(["read", "create_edit", "image", "publish"]),
            Reason::ConfirmationMissing,
        ),
        (json!(["read", "image"]), Reason::ConfirmationMissing),
    ] {
        let groups = json!({"groups": groups});
        let mut call = decided(tool(&site, "plugin.paint", &json!({}), &groups));
        let reply = call.consider(&public).unwrap().unwrap();
        assert_eq!(reason(&reply), Some(expected), "{groups}");
    }
}

#[test]
fn a_confirmed_call_is_refused_if_any_field_changed_and_names_it() {
    let site = Site::default();
    let then = reported(&json!({}));
    for (field, change) in changes() {
        let token = review(&site, "publish_post", &json!({"id": 12}), &then)
            .ok()
            .unwrap();
        let mut call = publish(&site, &token, &then);
        let decision = call.check_target(&reported(&change)).unwrap();
        assert_eq!(decision, Decision::from(Reason::TargetChanged), "{field}");
        let reply = call.deny("target_changed", None, None).unwrap();
        assert!(
            reply.body().contains(&format!("Changed: {field}.")),
            "{}",
            reply.body()
        );
        assert_eq!(entry(&reply)["reason"], "target_changed");
    }
}

#[test]
fn what_is_no_change_does_not_matter() {
    let site = Site::default();
    let then = reported(&json!({}));
    for same in [
        json!({"date": "2031-01-01 00:00:00"}),
        json!({"terms": [1, 2, 2]}),
        json!({"meta": {"_thumbnail_id": ["5"]}}),
    ] {
        let token = review(&site, "publish_post", &json!({"id": 12}), &then)
            .ok()
            .unwrap();
        let mut call = publish(&site, &token, &then);
        assert_eq!(
            call.check_target(&reported(&same)).unwrap(),
            Decision::Allow,
            "{same}"
        );
    }
}

#[test]
fn a_change_before_the_call_began_is_found_by_the_last_check() {
    let site = Site::default();
    let token = review(
        &site,
        "publish_post",
        &json!({"id": 12}),
        &reported(&json!({})),
    )
    .ok()
    .unwrap();
    let now = reported(&json!({"content": "worse"}));
    let mut call = publish(&site, &token, &now);
    assert_eq!(
        call.check_target(&now).unwrap(),
        Decision::from(Reason::TargetChanged)
    );
}

#[test]
fn a_draft_that_was_published_meanwhile_is_refused() {
    let site = Site::default();
    let mut call = update(&site, &json!({}), &json!({}));
    assert!(call.consider(&reported(&json!({}))).unwrap().is_none());
    assert!(call.begin(site.world()).unwrap().is_none());
    let decision = call
        .check_target(&reported(&json!({"status": "publish"})))
        .unwrap();
    assert_eq!(decision, Decision::from(Reason::ConfirmationMissing));
}

#[test]
fn a_call_without_review_is_compared_with_the_moment_before_it_began() {
    let site = Site::default();
    let groups = json!({"groups": ["read", "image"]});
    let mut call = decided(tool(&site, "plugin.paint", &json!({}), &groups));
    assert!(call.consider(&reported(&json!({}))).unwrap().is_none());
    assert!(call.begin(site.world()).unwrap().is_none());
    assert_eq!(
        call.check_target(&reported(&json!({"title": "x"})))
            .unwrap(),
        Decision::from(Reason::TargetChanged)
    );
}

#[test]
fn an_update_is_refused_with_the_fingerprint_of_another_state_or_post() {
    let site = Site::default();
    for (field, change) in changes() {
        let mut call = update(&site, &json!({}), &json!({}));
        let reply = call.consider(&reported(&change)).unwrap().unwrap();
        assert_eq!(reason(&reply), Some(Reason::TargetChanged), "{field}");
        assert!(
            reply.body().contains(&format!("Changed: {field}.")),
            "{}",
            reply.body()
        );
    }
    let mut call = update(&site, &json!({}), &json!({}));
    let reply = call
        .consider(&reported(&json!({"id": 13})))
        .unwrap()
        .unwrap();
    assert!(
        reply.body().contains("Changed: type, status,"),
        "{}",
        reply.body()
    );
    let old = json!({"id": 12, "title": "New", "fingerprint": fingerprint(&site, &reported(&json!({"title": "old"})))});
    let reply = review(&site, "update_content", &old, &reported(&json!({})))
        .err()
        .unwrap();
    assert_eq!(
        reason(&reply),
        Some(Reason::TargetChanged),
        "no token for an old state"
    );
}

#[test]
fn a_confirmation_is_not_valid_with_the_digests_of_another_state() {
    let site = Site::default();
    let public = reported(&json!({"status": "publish"}));
    let arguments = json!({"id": 12});
    let one = review(&site, "publish_post", &arguments, &reported(&json!({})))
        .ok()
        .unwrap();
    let two = review(&site, "publish_post", &arguments, &public)
        .ok()
        .unwrap();
    let unbound = review(&site, "publish_post", &arguments, "\"unknown\"")
        .ok()
        .unwrap();
    assert!(one.len() <= 512 && one.len() > unbound.len());
    let (token, digests) = (&one[..unbound.len()], &two[unbound.len()..]);
    let refused = |token: &str| {
        let arguments = json!({"id": 12, "confirmation_token": token});
        reason(&reply_of(tool(
            &site,
            "publish_post",
            &arguments,
            &json!({}),
        )))
    };
    assert_eq!(
        refused(&format!("{token}{digests}")),
        Some(Reason::ConfirmationMismatch)
    );
    assert_eq!(refused(token), Some(Reason::ConfirmationMismatch));
    assert_eq!(
        refused(&format!("{unbound}{digests}")),
        Some(Reason::ConfirmationMismatch)
    );
    for damaged in [
        &one[..one.len() - 1],
        &format!("{one}A"),
        &format!("{token}{}", "!".repeat(digests.len())),
    ] {
        assert_eq!(
            refused(damaged),
            Some(Reason::ConfirmationMalformed),
            "{damaged}"
        );
    }
    // A review that did not know the item confirms nothing about it.
    let mut call = publish(&site, &unbound, &public);
    assert_eq!(
        call.check_target(&public).unwrap(),
        Decision::from(Reason::TargetChanged)
    );
    assert!(
        countersign::audit::redact::redact(&format!("the token {one} was sent"), &[])
            == "the token [redacted] was sent"
    );
}

#[test]
fn review_intent_and_outcome_have_the_digests_of_the_item() {
    let site = Site::default();
    let (then, now) = (
        reported(&json!({})),
        reported(&json!({"status": "publish"})),
    );
    let asked = json!({"tool": "publish_post", "arguments": {"id": 12}});
    let reviewed = considered(tool(&site, "request_review", &asked, &json!({})));
    let before = serde_json::from_str::<Value>(reviewed.intent().unwrap()).unwrap()["change"]["digest_before"].clone();
    assert_eq!(before.as_str().unwrap().len(), 32);
    let token = review(&site, "publish_post", &json!({"id": 12}), &then)
        .ok()
        .unwrap();
    let mut call = publish(&site, &token, &then);
    let intent: Value = serde_json::from_str(call.intent().unwrap()).unwrap();
    assert_eq!(intent["change"]["digest_before"], before);
    assert_eq!(intent["approval"], "confirmed");
    assert_eq!(call.check_target(&then).unwrap(), Decision::Allow);
    call.changed(&now, Some(99)).unwrap();
    let post =
        json!({"structuredContent": {"id": 12, "type": "post", "status": "publish", "title": "T"}});
    let reply = call.result(&post.to_string(), None).unwrap();
    let change = entry(&reply)["change"].clone();
    assert_eq!(change["digest_before"], before);
    assert_ne!(change["digest_after"], before);
    assert_eq!(change["revision"], 99);
    // The log keeps them as they are.
    let draft = countersign::audit::draft::Draft::from_json(reply.entry().unwrap()).unwrap();
    let kept = draft.body(1, super::support::NOW, [1; 8]).unwrap();
    assert!(
        String::from_utf8(kept)
            .unwrap()
            .contains(before.as_str().unwrap())
    );
}

#[test]
fn the_steps_must_come_in_their_order() {
    let site = Site::default();
    let mut call = update(&site, &json!({}), &json!({}));
    assert_eq!(call.begin(site.world()).err(), Some(Misuse::NotConsidered));
    assert_eq!(
        call.check_target(&reported(&json!({}))).err(),
        Some(Misuse::NotBegun)
    );
    for bad in [
        "",
        "null",
        "{}",
        "\"gone\"",
        "[]",
        &draft()["meta"].to_string(),
        &reported(&json!({"meta": []})),
        &reported(&json!({"evil": 1})),
        &reported(&json!({"id": -1})),
    ] {
        assert_eq!(call.consider(bad).err(), Some(Misuse::Target), "{bad}");
    }
    assert!(call.consider(&reported(&json!({}))).unwrap().is_none());
    assert_eq!(call.consider("\"none\"").err(), Some(Misuse::NotConsidered));
    assert!(call.begin(site.world()).unwrap().is_none());
    assert_eq!(call.check_target("\"none\"").err(), Some(Misuse::Target));
    assert_eq!(
        call.changed("\"unknown\"", None).err(),
        Some(Misuse::Target)
    );
}

#[test]
fn the_list_of_tools_says_when_a_confirmation_is_needed() {
    let site = Site::default();
    let listed = |groups: Value| {
        let step = super::support::steps::negotiated(
            &site,
            "tools/list",
            json!({}),
            &json!({"groups": groups}),
        );
        let list = body(&reply_of(step))["result"]["tools"].clone();
        move |name: &str| {
            list.as_array()
                .unwrap()
                .iter()
                .find(|tool| tool["name"] == name)
                .cloned()
        }
    };
    let all = listed(json!(["read", "create_edit", "publish", "image"]));
    let rule = |name: &str| {
        let meta = all(name).unwrap()["_meta"].clone();
        (
            meta["countersign/confirm"].clone(),
            meta["countersign/visibleGroups"].clone(),
        )
    };
    assert_eq!(
        rule("update_content"),
        (json!("visible"), json!(["publish"]))
    );
    assert_eq!(rule("publish_post"), (json!(true), json!(["publish"])));
    assert_eq!(rule("plugin.paint"), (json!("visible"), json!(["publish"])));
    assert_eq!(rule("get_post"), (Value::Null, Value::Null));
    let reviewable = |tools: &dyn Fn(&str) -> Option<Value>| {
        tools("request_review")
            .map(|tool| tool["inputSchema"]["properties"]["tool"]["enum"].clone())
    };
    assert_eq!(
        reviewable(&all),
        Some(json!([
            "update_content",
            "set_post_meta",
            "restore_revision",
            "publish_post",
            "schedule_post",
            "unpublish_post",
            "plugin.paint",
            "plugin.wipe"
        ]))
    );
    let paint = listed(json!(["read", "image"]))("plugin.paint").unwrap()["_meta"].clone();
    assert_eq!(paint["countersign/visibleGroups"], json!(["image"]));
    let drafts = listed(json!(["read", "create_edit", "image"]));
    assert_eq!(reviewable(&drafts), None, "nothing that it could confirm");
    assert!(drafts("update_content").is_some());
}

/// The fingerprints of `tests/vectors/target`, which other languages and later versions must compute too.
#[test]
fn fingerprints_are_those_of_the_vectors() {
    let site = Site::default();
    let mut cases = changes();
    cases.push(("a-draft", json!({})));
    cases.push(("another-item", json!({"id": 13})));
    cases.push(("texts", json!({"title": "&lt;script&gt; \\ ' \" 🦔", "content": "<!-- wp:paragraph --><p>\u{0}\n</p>", "meta": {"b": ["1", "2"], "a": []}})));
    cases.push((
        "published",
        json!({"status": "publish", "date_gmt": "2026-01-01 00:00:00", "terms": []}),
    ));
    let vectors: Vectors = cases
        .into_iter()
        .map(|(name, change)| {
            let target = merged(draft(), &change);
            let value = json!({
                "site": "01".repeat(8), "secret": "6b".repeat(64), "target": target,
                "fingerprint": fingerprint(&site, &target.to_string())
            });
            (name.to_owned(), value)
        })
        .collect();
    same_as_files("target", &vectors);
}
