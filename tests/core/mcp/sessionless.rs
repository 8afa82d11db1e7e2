//! What clients of older revisions expect to be remembered: a log level, and that a request is cancelled.

use countersign::mcp::{Authorized, McpReply};
use serde_json::{Value, json};

use super::support::Site;
use super::support::steps::{body, call_of, negotiated, reply_of, send, stateless, tool};

fn notify(site: &Site, params: &Value, headers: &[(&str, &str)]) -> McpReply {
    let message = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
    reply_of(send(
        site,
        message.to_string().as_bytes(),
        headers,
        &json!({}),
    ))
}

fn call(site: &Site, id: &Value, name: &str, headers: &[(&str, &str)]) -> Authorized {
    let params = json!({"name": name, "arguments": {}, "_meta": {"progressToken": 1}});
    let message = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
    send(site, message.to_string().as_bytes(), headers, &json!({}))
}

#[test]
fn a_cancelled_call_is_not_answered() {
    let site = Site::default();
    for (id, streams) in [(json!(5), false), (json!("q"), true)] {
        let mut running = call_of(&site, call(&site, &id, "plugin.echo", &[]));
        if streams {
            assert_ne!(running.progress(1.0, None, None), "");
        }
        let reply = notify(
            &site,
            &json!({"requestId": id, "reason": "changed my mind"}),
            &[],
        );
        assert_eq!((reply.status(), reply.body()), (202, ""));
        let answer = running.result(r#"{"content":[]}"#, None).unwrap();
        let answer = running.unless_cancelled(site.world(), answer);
        assert_eq!(answer.body(), "");
        assert_eq!(answer.status(), if streams { 200 } else { 202 });
        assert!(answer.entry().unwrap().contains(r#""outcome":"ok""#));
    }
}

#[test]
fn only_the_cancelled_request_is_not_answered() {
    let site = Site::default();
    let later = Site::default().now.plus_seconds(1);
    let answered = |site: &Site, step: Authorized| {
        let mut running = call_of(site, step);
        let answer = running.result(r#"{"content":[]}"#, None).unwrap();
        !running
            .unless_cancelled(site.world(), answer)
            .body()
            .is_empty()
    };
    notify(&site, &json!({"requestId": 5}), &[]);
    assert!(!answered(&site, call(&site, &json!(5), "plugin.echo", &[])));
    assert!(answered(
        &site,
        call(&site, &json!("5"), "plugin.echo", &[])
    ));
    assert!(answered(&site, call(&site, &json!(6), "plugin.echo", &[])));
    let other = [("User-Agent", "another program")];
    assert!(answered(
        &site,
        call(&site, &json!(5), "plugin.echo", &other)
    ));
    // A change is always answered: the client has to learn that it was made.
    notify(&site, &json!({"requestId": 1}), &[]);
    let wipe = json!({"name": "plugin.paint", "arguments": {}});
    let groups = json!({"groups": ["read", "image"]});
    assert!(answered(
        &site,
        negotiated(&site, "tools/call", wipe, &groups)
    ));
    // The same id is used again later.
    let site = Site { now: later, ..site };
    assert!(answered(&site, call(&site, &json!(5), "plugin.echo", &[])));
    for params in [json!({}), json!({"requestId": null}), Value::Null] {
        assert_eq!(notify(&site, &params, &[]).status(), 202);
    }
    // Many cancellations need no more room than a few.
    for id in 0..100 {
        notify(&site, &json!({"requestId": id}), &[]);
    }
    assert!(!answered(
        &site,
        call(&site, &json!(99), "plugin.echo", &[])
    ));
}

#[test]
fn a_log_level_holds_until_the_next_conversation() {
    let site = Site::default();
    let logs = |level: &str| {
        let mut call = call_of(&site, tool(&site, "plugin.echo", &json!({}), &json!({})));
        !call.log(level, "{}", None).unwrap().is_empty()
    };
    let set = |level: &str| {
        let params = json!({"level": level});
        let reply = reply_of(negotiated(&site, "logging/setLevel", params, &json!({})));
        assert_eq!(body(&reply)["result"], json!({}));
    };
    assert!(logs("info") && !logs("debug"));
    set("error");
    assert!(logs("error") && !logs("warning") && !logs("info"));
    set("debug");
    assert!(logs("debug"));
    let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let reply = reply_of(negotiated(&site, "initialize", params, &json!({})));
    assert_eq!(body(&reply)["result"]["capabilities"]["logging"], json!({}));
    assert!(logs("info") && !logs("debug"));
}

#[test]
fn logging_is_not_offered_where_it_is_deprecated() {
    let site = Site::default();
    let reply = reply_of(stateless(&site, "server/discover", json!({}), json!({})));
    let capabilities = &body(&reply)["result"]["capabilities"];
    assert!(capabilities["tools"].is_object() && capabilities["logging"].is_null());
}
