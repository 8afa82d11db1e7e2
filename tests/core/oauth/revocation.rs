//! Revocation: only a token that is in use changes anything.

use super::support::*;
use crate::support::record::genuine;
use countersign::oauth::{OAuthError, OAuthReply, StoredGrant};
use countersign::reason::Reason;
use countersign::record::{FoundRecord, RecordKind};
use serde_json::{Value, json};

fn connected() -> (Site, OAuthReply) {
    let mut site = Site::new("none");
    let reply = site.exchange(at(0), &code_body(&site.code(at(0)), &[]));
    (site, reply)
}

fn fields(token: &str) -> [(&str, &str); 2] {
    [("token", token), ("client_id", "csc_one")]
}

#[track_caller]
fn changes(reply: &OAuthReply) -> Value {
    assert_eq!((reply.status(), reply.body()), (200, ""));
    assert!(reply.decision().is_allowed());
    assert_eq!(reply.change().is_some(), reply.entry().is_some());
    reply
        .change()
        .map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

#[test]
fn a_token_in_use_is_revoked_and_recorded() {
    let (site, reply) = connected();
    let refresh = member(&reply, "refresh_token");
    let access = member(&reply, "access_token");
    let ends = json!({"connection": CONNECTION, "revoke": "client"});
    let renews = json!({"connection": CONNECTION, "epoch": 3, "revoke_tokens": true});
    for (token, hint, change, action) in [
        (&refresh, "refresh_token", &ends, "connection.revoked"),
        (&refresh, "access_token", &ends, "connection.revoked"),
        (&access, "x", &renews, "oauth.access_revoked"),
    ] {
        let hinted = [fields(token).as_slice(), &[("token_type_hint", hint)]].concat();
        let request = site.revocation(at(1), &hinted).ok().unwrap();
        let ids = (request.grant_id(), request.connection_id());
        if token == &refresh {
            assert_eq!(ids, (Some(GRANT), None));
        } else {
            assert_eq!(ids, (None, Some(CONNECTION)));
        }
        let reply = site.revoke(at(1), &hinted);
        assert_eq!(&changes(&reply), change);
        let entry: Value = serde_json::from_str(reply.entry().unwrap()).unwrap();
        assert_eq!(entry["action"], action);
        assert_eq!(entry["outcome"], "ok");
        assert_eq!(
            entry["actor"],
            json!({"kind": "agent", "connection": CONNECTION, "user": null, "client": "One", "ip": IP})
        );
        assert_eq!(entry["target"], "connection:7");
    }
}

#[test]
fn a_token_that_is_not_in_use_changes_nothing() {
    let (mut site, reply) = connected();
    let refresh = member(&reply, "refresh_token");
    let access = member(&reply, "access_token");
    let code = site.code(at(0));
    for token in [code.as_str(), "nonsense", &format!("{refresh}x")] {
        assert_eq!(changes(&site.revoke(at(1), &fields(token))), Value::Null);
    }
    for (token, seconds) in [(&refresh, 31 * 86_400), (&access, 3601)] {
        let late = site.revoke(at(seconds), &fields(token));
        assert_eq!(changes(&late), Value::Null);
    }
    let good = site.row.clone();
    let mut rows = vec![good.clone(); 3];
    rows[0].connection["state"] = json!("revoked");
    rows[1].grant["client_id"] = json!("csc_two");
    rows[2].grant["created_at"] = json!(T - 90 * 86_400);
    for row in rows {
        site.row = row;
        for token in [&refresh, &access] {
            assert_eq!(changes(&site.revoke(at(1), &fields(token))), Value::Null);
        }
    }
    site.row = good;
    site.row.connection["epoch"] = json!(4);
    assert_eq!(changes(&site.revoke(at(1), &fields(&access))), Value::Null);
    assert_ne!(changes(&site.revoke(at(1), &fields(&refresh))), Value::Null);
    // The grant, or the connection, does not exist.
    for token in [&refresh, &access] {
        let request = site.revocation(at(1), &fields(token)).ok().unwrap();
        let gone = request
            .decide(sender(&site.store, at(1)), NO_GRANT)
            .unwrap();
        assert_eq!(changes(&gone), Value::Null);
    }
}

/// A paused connection can still be ended by its client.
#[test]
fn tokens_of_a_paused_connection_can_be_revoked() {
    let (mut site, reply) = connected();
    site.row.connection["state"] = json!("paused");
    for name in ["refresh_token", "access_token"] {
        let token = member(&reply, name);
        assert_ne!(changes(&site.revoke(at(1), &fields(&token))), Value::Null);
    }
}

#[test]
fn an_old_refresh_token_cannot_end_a_connection() {
    let (mut site, reply) = connected();
    let first = member(&reply, "refresh_token");
    let second = member(&site.refresh(at(100), &first), "refresh_token");
    // A client that lost the response has no other token than the first.
    assert_ne!(changes(&site.revoke(at(160), &fields(&first))), Value::Null);
    assert_eq!(changes(&site.revoke(at(161), &fields(&first))), Value::Null);
    assert_ne!(
        changes(&site.revoke(at(161), &fields(&second))),
        Value::Null
    );
    let third = member(&site.refresh(at(162), &second), "refresh_token");
    assert_eq!(changes(&site.revoke(at(163), &fields(&first))), Value::Null);
    assert_ne!(changes(&site.revoke(at(163), &fields(&third))), Value::Null);
}

#[test]
fn malformed_requests_and_wrong_clients_are_refused() {
    let (site, connected) = connected();
    let refresh = member(&connected, "refresh_token");
    let missing = site.revoke(at(1), &[("client_id", "csc_one")]);
    refused(&missing, "invalid_request", Reason::OauthRequestInvalid);
    // A client that reads `invalid_client` gives up its registration, so it is sent only to one that did not authenticate.
    let nameless = site.revoke(at(1), &[("token", &refresh)]);
    refused(&nameless, "invalid_request", Reason::OauthRequestInvalid);
    let json = format!(r#"{{"client_id":"csc_one","token":"{refresh}"}}"#);
    let sender_now = sender(&site.store, at(1));
    let record = client_record(&site.client);
    let client = FoundRecord::Genuine(&record);
    let reply = site
        .server
        .revoke(
            &site.keyring,
            sender_now,
            json.as_bytes(),
            b"",
            client,
            None,
        )
        .err()
        .unwrap();
    refused(&reply, "invalid_request", Reason::OauthRequestInvalid);
    assert!(reply.detail().unwrap().contains("JSON"));
    let fields = [
        ("token", refresh.as_str()),
        ("client_id", "csc_one"),
        ("client_secret", "x"),
    ];
    let wrong = site.revoke(at(1), &fields);
    refused(&wrong, "invalid_client", Reason::ClientAuthFailed);
    assert_eq!(wrong.change(), None);
    let request = site
        .revocation(at(1), &self::fields(&refresh))
        .ok()
        .unwrap();
    let (other, good) = (
        genuine(RecordKind::Grant, GRANT + 1, &site.row.grant),
        site.row.open(),
    );
    let wrong = StoredGrant {
        grant: FoundRecord::Genuine(&other),
        ..good.stored()
    };
    let error = request.decide(sender(&site.store, at(1)), wrong);
    assert_eq!(error.err(), Some(OAuthError::Grant));
    // The index of the database names a grant of another connection.
    let access = member(&connected, "access_token");
    let request = site.revocation(at(1), &self::fields(&access)).ok().unwrap();
    let mut row = site.row.clone();
    row.grant["connection"] = json!(CONNECTION + 1);
    let other = row.open();
    let reply = request.decide(sender(&site.store, at(1)), other.stored());
    assert_eq!(changes(&reply.unwrap()), Value::Null);
}
