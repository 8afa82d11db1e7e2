//! Calls on many items: one decision and one confirmation for the call, and a comparison, a refusal and an entry for each.

use super::support::steps::{body, decided, draft, reason, reply_of, tool};
use super::support::{Site, merged};
use countersign::call::Misuse;
use countersign::mcp::{Authorized, McpCall, McpReply};
use countersign::reason::Reason;
use serde_json::{Value, json};

fn all_groups() -> Value {
    json!({"groups": ["read", "create_edit", "publish", "taxonomy", "seo", "authors"]})
}

/// Returns what a site reports about draft items with these ids, and what differs.
fn reports(items: &[(u64, Value)]) -> String {
    let report = |(id, change): &(u64, Value)| merged(draft(), &merged(json!({"id": id}), change));
    Value::Array(items.iter().map(report).collect()).to_string()
}

fn report(id: u64, change: &Value) -> String {
    merged(draft(), &merged(json!({"id": id}), change)).to_string()
}

fn drafts(ids: &[u64]) -> String {
    let items: Vec<_> = ids.iter().map(|id| (*id, json!({}))).collect();
    reports(&items)
}

fn published(ids: &[u64]) -> String {
    let items: Vec<_> = ids.iter().map(|id| (*id, seen())).collect();
    reports(&items)
}

fn seen() -> Value {
    json!({"status": "publish"})
}

fn arguments(ids: &[u64]) -> Value {
    let one = |id: &u64| json!({"id": id, "taxonomy": "category", "terms": [7]});
    json!({"items": ids.iter().map(one).collect::<Vec<_>>()})
}

fn assign(site: &Site, ids: &[u64], more: &Value) -> Authorized {
    tool(
        site,
        "assign_terms",
        &merged(arguments(ids), more),
        &all_groups(),
    )
}

fn begun(site: &Site, ids: &[u64], reports: &str) -> Box<McpCall> {
    let mut call = decided(assign(site, ids, &json!({})));
    assert!(call.consider(reports).unwrap().is_none());
    assert!(call.begin(site.world()).unwrap().is_none());
    call
}

fn review(site: &Site, ids: &[u64], reports: &str) -> Result<String, Box<McpReply>> {
    let asked = json!({"tool": "assign_terms", "arguments": arguments(ids)});
    let mut call = decided(tool(site, "request_review", &asked, &all_groups()));
    if let Some(refused) = call.consider(reports).unwrap() {
        return Err(Box::new(refused));
    }
    assert!(call.begin(site.world()).unwrap().is_none());
    Ok(call.confirmation(site.world()).unwrap())
}

fn text(reply: &McpReply) -> String {
    let text = body(reply)["result"]["content"][0]["text"].take();
    text.as_str().unwrap_or_default().to_owned()
}

fn entries(reply: &McpReply) -> Vec<Value> {
    let entries = reply.items().iter().map(String::as_str);
    entries
        .chain(reply.entry())
        .map(|entry| serde_json::from_str(entry).unwrap())
        .collect()
}

#[test]
fn each_item_has_an_entry_under_the_correlation_of_the_call() {
    let site = Site::default();
    let mut call = begun(&site, &[5, 7, 9], &drafts(&[5, 7]));
    let intent: Value = serde_json::from_str(call.intent().unwrap()).unwrap();
    assert_eq!(intent["target"], "posts:3");
    assert!(
        call.check_target(&report(5, &json!({})))
            .unwrap()
            .is_allowed()
    );
    call.changed(&report(5, &json!({"terms": [7]})), Some(77))
        .unwrap();
    assert_eq!(call.item("post:5", None, None).unwrap(), "");
    let changed = report(7, &json!({"title": "Other", "slug": "other"}));
    let refused = call.check_target(&changed).unwrap();
    assert_eq!(refused, Reason::TargetChanged.into());
    let told = call.item("post:7", Some("target_changed"), None).unwrap();
    assert!(told.ends_with("Changed: title, slug."), "{told}");
    let told = call
        .item("post:9", Some("target_not_found"), Some("It is gone."))
        .unwrap();
    assert!(told.ends_with("It is gone."), "{told}");

    let reply = call
        .result(r#"{"structuredContent":{"results":[]}}"#, None)
        .unwrap();
    let entries = entries(&reply);
    let seen: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry["target"].as_str().unwrap(),
                entry["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("post:5", "ok"),
            ("post:7", "denied"),
            ("post:9", "denied"),
            ("posts:3", "ok")
        ]
    );
    for entry in &entries {
        assert_eq!(
            (&entry["kind"], &entry["action"]),
            (&json!("outcome"), &json!("assign_terms"))
        );
        assert_eq!(entry["correlation"], intent["correlation"]);
        assert_eq!(entry["actor"], intent["actor"]);
    }
    assert_eq!(entries[0]["change"]["revision"], 77);
    assert_ne!(
        entries[0]["change"]["digest_before"],
        entries[0]["change"]["digest_after"]
    );
    assert!(entries[1]["change"]["digest_after"].is_null());
    assert!(entries[1]["change"]["digest_before"].is_string());
    assert_ne!(
        entries[0]["change"]["digest_before"],
        entries[1]["change"]["digest_before"]
    );
}

#[test]
fn items_that_are_done_have_their_entries_if_the_call_is_refused_in_the_end() {
    let site = Site::default();
    let mut call = begun(&site, &[5, 7], &drafts(&[5, 7]));
    call.item("post:5", None, None).unwrap();
    let reply = call.deny("kill_switch", None, None).unwrap();
    let entries = entries(&reply);
    assert_eq!(entries.len(), 2);
    assert_eq!(
        (&entries[0]["outcome"], &entries[1]["reason"]),
        (&json!("ok"), &json!("kill_switch"))
    );
}

#[test]
fn visible_items_are_refused_together_before_anything_is_done() {
    let site = Site::default();
    let mixed = reports(&[(5, json!({})), (7, seen()), (9, seen())]);
    let mut call = decided(assign(&site, &[5, 7, 9], &json!({})));
    let refused = call.consider(&mixed).unwrap().unwrap();
    assert_eq!(reason(&refused), Some(Reason::ConfirmationMissing));
    assert!(
        text(&refused).ends_with("Visitors see these items: 7, 9."),
        "{}",
        text(&refused)
    );
    let without = json!({"groups": ["read", "create_edit", "taxonomy"]});
    let mut call = decided(tool(
        &site,
        "assign_terms",
        &arguments(&[5, 7, 9]),
        &without,
    ));
    let refused = call.consider(&mixed).unwrap().unwrap();
    assert_eq!(reason(&refused), Some(Reason::NeedsPublish));
    // Long lists are cut.
    let ids: Vec<u64> = (1..=50).collect();
    let mut call = decided(assign(&site, &ids, &json!({})));
    let refused = call.consider(&published(&ids)).unwrap().unwrap();
    assert!(
        text(&refused).contains("1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 40 more."),
        "{}",
        text(&refused)
    );
}

#[test]
fn one_token_confirms_all_items_once_and_only_as_they_were() {
    let site = Site::default();
    let ids = [5, 7, 9];
    let token = review(&site, &ids, &published(&ids)).unwrap();
    let one = review(&site, &[5], &published(&[5])).unwrap();
    assert_eq!(
        token.len(),
        one.len(),
        "a token for many is as long as one for one"
    );
    let confirmed = |reports: &str| {
        let token = json!({"confirmation_token": review(&site, &ids, &published(&ids)).unwrap()});
        let mut call = decided(assign(&site, &ids, &token));
        assert!(call.consider(reports).unwrap().is_none());
        (call.begin(site.world()).unwrap(), call)
    };
    let (refused, mut call) = confirmed(&published(&ids));
    assert!(refused.is_none());
    for id in ids {
        assert!(
            call.check_target(&report(id, &seen()))
                .unwrap()
                .is_allowed()
        );
    }
    // The order of the reports does not matter, every change of one item does.
    assert!(confirmed(&published(&[9, 5, 7])).0.is_none());
    let changes = [
        json!({"status": "private"}),
        json!({"title": "Other"}),
        json!({"content": "Other"}),
        json!({"terms": [3]}),
        json!({"meta": {"_thumbnail_id": ["6"]}}),
    ];
    let names = ["status", "title", "content", "terms", "meta"];
    for (change, name) in changes.iter().zip(names) {
        let reports = reports(&[(5, seen()), (7, merged(seen(), change)), (9, seen())]);
        let refused = confirmed(&reports).0.unwrap();
        assert_eq!(reason(&refused), Some(Reason::TargetChanged), "{name}");
        let told = text(&refused);
        assert!(
            told.ends_with(&format!(
                "Changed since the review, in at least one item: {name}."
            )),
            "{told}"
        );
        assert_eq!(entries(&refused).len(), 1);
    }
    // Two items that exchange what they say, and an item that went away.
    let exchanged = |a: &str, b: &str| {
        reports(&[
            (5, merged(seen(), &json!({"title": a}))),
            (7, merged(seen(), &json!({"title": b}))),
            (9, seen()),
        ])
    };
    let token = json!({"confirmation_token": review(&site, &ids, &exchanged("A", "B")).unwrap()});
    let mut call = decided(assign(&site, &ids, &token));
    assert!(call.consider(&exchanged("B", "A")).unwrap().is_none());
    assert_eq!(
        reason(&call.begin(site.world()).unwrap().unwrap()),
        Some(Reason::TargetChanged)
    );
    assert_eq!(
        reason(&confirmed(&published(&[5, 7])).0.unwrap()),
        Some(Reason::TargetChanged)
    );
    // It works once, and only for these arguments.
    let token = json!({"confirmation_token": token["confirmation_token"]});
    let mut again = decided(assign(&site, &ids, &token));
    assert!(again.consider(&exchanged("A", "B")).unwrap().is_none());
    assert_eq!(
        reason(&again.begin(site.world()).unwrap().unwrap()),
        Some(Reason::ConfirmationUsed)
    );
    let other = assign(&site, &[5, 7], &json!({"confirmation_token": one}));
    assert_eq!(reason(&reply_of(other)), Some(Reason::ConfirmationMismatch));
}

#[test]
fn an_item_is_compared_with_what_it_was_when_the_call_began() {
    let site = Site::default();
    let mut call = begun(&site, &[5, 7], &drafts(&[5, 7]));
    let unknown = call.check_target(&report(9, &json!({}))).unwrap();
    assert_eq!(
        unknown,
        Reason::TargetChanged.into(),
        "an item that the call has not named"
    );
    let visible = call.check_target(&report(5, &seen())).unwrap();
    assert_eq!(visible, Reason::ConfirmationMissing.into());
    assert!(
        call.check_target(&report(7, &json!({})))
            .unwrap()
            .is_allowed()
    );
    assert!(
        call.check_target(&report(7, &json!({})))
            .unwrap()
            .is_allowed()
    );
    let changed = call
        .check_target(&report(7, &json!({"excerpt": "E"})))
        .unwrap();
    assert_eq!(changed, Reason::TargetChanged.into());
}

#[test]
fn reports_of_another_form_are_refused() {
    let site = Site::default();
    let fifty: Vec<u64> = (1..=51).collect();
    for report in [
        "\"none\"".to_owned(),
        "\"unknown\"".to_owned(),
        draft().to_string(),
        drafts(&[5, 5]),
        drafts(&[0]),
        drafts(&fifty),
        "[1]".to_owned(),
        format!("[{}]", merged(draft(), &json!({"meta": []}))),
    ] {
        let mut call = decided(assign(&site, &[5], &json!({})));
        assert_eq!(
            call.consider(&report).err(),
            Some(Misuse::Target),
            "{report}"
        );
    }
    let mut one = decided(tool(
        &site,
        "set_post_meta",
        &json!({"id": 5, "meta": {"a": 1}}),
        &json!({}),
    ));
    assert_eq!(one.consider(&drafts(&[5])).err(), Some(Misuse::Target));
    // None of the items exists: the tool answers so for each.
    assert!(
        decided(assign(&site, &[5], &json!({})))
            .consider("[]")
            .unwrap()
            .is_none()
    );
}

#[test]
fn the_steps_of_items_must_come_in_their_order() {
    let site = Site::default();
    let mut call = decided(assign(&site, &[5], &json!({})));
    assert_eq!(
        call.item("post:5", None, None).err(),
        Some(Misuse::NotBegun)
    );
    assert!(call.consider(&drafts(&[5])).unwrap().is_none());
    assert!(call.begin(site.world()).unwrap().is_none());
    for _ in 0..50 {
        call.item("post:5", Some("no such reason"), None).unwrap();
    }
    assert_eq!(
        call.item("post:5", None, None).err(),
        Some(Misuse::TooManyItems)
    );
    let reply = call
        .result(r#"{"structuredContent":{"results":[]}}"#, None)
        .unwrap();
    assert_eq!(entries(&reply)[0]["reason"], "tool_failed");
    assert_eq!(
        call.item("post:5", None, None).err(),
        Some(Misuse::Answered)
    );
}

#[test]
fn an_item_is_named_once_and_a_list_is_bounded() {
    let site = Site::default();
    let twice = reply_of(assign(&site, &[5, 7, 5], &json!({})));
    assert_eq!(reason(&twice), Some(Reason::ArgumentsInvalid));
    assert!(
        text(&twice).contains("`items` has an item twice"),
        "{}",
        text(&twice)
    );
    let many: Vec<u64> = (1..=51).collect();
    assert_eq!(
        reason(&reply_of(assign(&site, &many, &json!({})))),
        Some(Reason::ArgumentsInvalid)
    );
}
