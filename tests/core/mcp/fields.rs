//! Rules of a connection for fields: they narrow what lists show, and refuse calls and reviews that would write the field.

use super::support::Site;
use super::support::steps::{body, decided, negotiated, reason, reply_of, send, tool};
use crate::support::record::genuine;
use countersign::call::Misuse;
use countersign::mcp::{Authorized, Incoming, Received};
use countersign::reason::Reason;
use countersign::record::{FoundRecord, RecordKind};
use serde_json::{Value, json};

fn rules(names: &[&str]) -> Value {
    json!({"denied_fields": names})
}

/// Returns the tools that a connection with these rules is shown, by name.
fn listed(names: &[&str]) -> serde_json::Map<String, Value> {
    let site = Site::default();
    let reply = reply_of(negotiated(&site, "tools/list", json!({}), &rules(names)));
    let tools = body(&reply)["result"]["tools"].take();
    let all = tools.as_array().unwrap().iter();
    all.map(|tool| (tool["name"].as_str().unwrap().to_owned(), tool.clone()))
        .collect()
}

fn refusal(name: &str, arguments: &Value, names: &[&str]) -> (Option<Reason>, String) {
    match tool(&Site::default(), name, arguments, &rules(names)) {
        Authorized::Call(_) => (None, String::new()),
        Authorized::Reply(reply) => {
            let text = body(&reply)["result"]["content"][0]["text"].take();
            (reason(&reply), text.as_str().unwrap_or_default().to_owned())
        }
    }
}

#[test]
fn a_denied_argument_is_left_out_of_the_schema_and_named_in_the_description() {
    let free = listed(&[]);
    let narrowed = listed(&["slug", "meta:_price", "meta:*_price", "terms:product_cat"]);
    let update = &narrowed["update_content"];
    assert!(free["update_content"]["inputSchema"]["properties"]["slug"].is_object());
    assert!(update["inputSchema"]["properties"]["slug"].is_null());
    assert!(update["inputSchema"]["properties"]["title"].is_object());
    let description = update["description"].as_str().unwrap();
    assert!(
        description.ends_with("This connection may not write these fields: slug."),
        "{description}"
    );
    let meta = narrowed["set_post_meta"]["description"].as_str().unwrap();
    assert!(
        meta.ends_with("may not write these fields: meta:*_price, meta:_price."),
        "{meta}"
    );
    // What writes no such field is as it was.
    assert_eq!(narrowed["get_post"], free["get_post"]);
    assert_eq!(narrowed["publish_post"], free["publish_post"]);
}

#[test]
fn a_tool_is_hidden_if_every_call_of_it_would_be_refused() {
    let gone = listed(&["status"]);
    for name in [
        "publish_post",
        "schedule_post",
        "trash_post",
        "restore_post",
    ] {
        assert!(!gone.contains_key(name), "{name}");
        let arguments = json!({"id": 12, "date": "2027-01-01T00:00:00Z"});
        let arguments = if name == "schedule_post" {
            arguments
        } else {
            json!({"id": 12})
        };
        assert_eq!(
            refusal(name, &arguments, &["status"]).0,
            Some(Reason::FieldDenied)
        );
    }
    let review = &gone["request_review"]["inputSchema"]["properties"]["tool"]["enum"];
    assert!(!review.as_array().unwrap().contains(&json!("publish_post")));
    assert!(
        review
            .as_array()
            .unwrap()
            .contains(&json!("update_content"))
    );
    assert!(!listed(&["meta:*"]).contains_key("set_post_meta"));
    assert!(!listed(&["title"]).contains_key("create_draft"));
}

#[test]
fn a_call_that_writes_a_denied_field_is_refused_and_names_the_rule() {
    let update = json!({"id": 12, "fingerprint": "x", "title": "secret words", "slug": "other"});
    let (reason, text) = refusal("update_content", &update, &["slug", "title"]);
    assert_eq!(reason, Some(Reason::FieldDenied));
    assert!(
        text.contains("- `slug` writes a field of the rule `slug`: leave it out."),
        "{text}"
    );
    assert!(
        text.contains("- `title` writes a field of the rule `title`"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
    let free = json!({"id": 12, "fingerprint": "x", "content": "C"});
    assert_ne!(
        refusal("update_content", &free, &["slug", "title"]).0,
        Some(Reason::FieldDenied)
    );

    let meta = |key: &str| json!({"id": 12, "meta": {key: "1"}});
    for key in ["_price", "_PRICE", "_price ", "_pri\u{107}e"] {
        let (reason, text) = refusal("set_post_meta", &meta(key), &["meta:_price"]);
        assert_eq!(reason, Some(Reason::FieldDenied), "{key}");
        assert!(
            text.contains("`meta` writes a field of the rule `meta:_price`"),
            "{text}"
        );
    }
    assert_eq!(
        refusal("set_post_meta", &meta("_sku"), &["meta:_price"]).0,
        None
    );
}

#[test]
fn a_review_of_a_call_that_writes_a_denied_field_gets_no_token() {
    let asked = json!({"tool": "update_content", "arguments": {"id": 12, "fingerprint": "x", "slug": "other"}});
    assert_eq!(
        refusal("request_review", &asked, &["slug"]).0,
        Some(Reason::FieldDenied)
    );
}

#[test]
fn a_running_call_knows_the_rules_for_whatever_it_writes() {
    let site = Site::default();
    let call = decided(tool(
        &site,
        "create_draft",
        &json!({"title": "T"}),
        &rules(&["meta:_price", "parent"]),
    ));
    assert!(!call.may_write_every_field());
    assert_eq!(call.forbids("meta:_Price"), Some("meta:_price"));
    assert_eq!(call.forbids("parent"), Some("parent"));
    assert_eq!(call.forbids("title"), None);
    assert_eq!(call.forbids("meta:*"), Some("meta:_price"));
    let free = decided(tool(
        &site,
        "create_draft",
        &json!({"title": "T"}),
        &json!({}),
    ));
    assert!(free.may_write_every_field());
}

#[test]
fn a_connection_with_a_rule_that_is_none_is_unusable() {
    let site = Site::default();
    for unusable in [
        json!(["price"]),
        json!("slug"),
        json!([1]),
        json!(7),
        json!({"slug": true}),
    ] {
        let server = site.server(&json!({}));
        let headers = super::support::headers(&site.token());
        let request = server.receive(
            site.world(),
            Incoming {
                method: "POST",
                headers: &headers,
                query: "",
                body: br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
                ip: "192.0.2.7",
            },
        );
        let Received::Request(request) = request else {
            panic!("refused")
        };
        let mut data = super::support::connection();
        data["denied_fields"] = unusable.clone();
        let record = genuine(RecordKind::Connection, 7, &data);
        let registry = super::support::registry().to_string();
        let found = FoundRecord::Genuine(&record);
        let authorized = request.authorize(site.world(), found, Some(&registry));
        assert_eq!(authorized.err(), Some(Misuse::Connection), "{unusable}");
    }
    // A record of an earlier version has none.
    let ping = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    assert_eq!(reason(&reply_of(send(&site, ping, &[], &json!({})))), None);
}
