//! Requests with an application password of WordPress.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::access::PasswordCredential;
use countersign::mcp::{Incoming, McpReply, Received, VerifiedPassword};
use countersign::reason::Reason;
use countersign::record::FoundRecord;
use serde_json::{Value, json};

use super::support::steps::{body, reason, reply_of};
use super::support::{Site, record, registry};

const UUID: &str = "3f1a1f6e-9d0e-4c57-8f0c-6f5a0d1c2b3a";
const PASSWORD: &str = "Du1m My2D umMY 3dUm mY4d UmMy";

/// The password as the record of the connection 7 names it.
fn credential() -> Value {
    let credential = PasswordCredential::new(3, UUID, PASSWORD, 1_800_000_000).unwrap();
    json!({"credential": serde_json::from_str::<Value>(&credential.to_json()).unwrap()})
}

fn verified(user: u64, uuid: &str, connection: Option<u64>) -> Option<VerifiedPassword> {
    Some(VerifiedPassword {
        user,
        uuid: uuid.to_owned(),
        connection,
    })
}

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

/// Lists tools with a header `Authorization`. `changes` are those of the record of the connection 7.
fn list(
    site: &Site,
    authorization: &str,
    verified: Option<&VerifiedPassword>,
    changes: &Value,
) -> McpReply {
    let headers: Vec<(String, String)> = [
        ("Host", "example.org"),
        ("Authorization", authorization),
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let incoming = Incoming {
        method: "POST",
        headers: &headers,
        query: "",
        body: br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        ip: "192.0.2.7",
    };
    match site
        .server(&json!({}))
        .receive_with(site.world(), incoming, verified)
    {
        Received::Reply(reply) => reply,
        Received::Request(request) => {
            let record = record(changes);
            let step = request.authorize(
                site.world(),
                FoundRecord::Genuine(&record),
                Some(&registry().to_string()),
            );
            reply_of(step.unwrap())
        }
    }
}

#[test]
fn the_password_of_a_connection_is_admitted() {
    let sent = basic(&format!("anna:{PASSWORD}"));
    let reply = list(
        &Site::default(),
        &sent,
        verified(3, UUID, Some(7)).as_ref(),
        &credential(),
    );
    assert_eq!(reply.status(), 200);
    assert!(body(&reply)["result"]["tools"].is_array());
}

#[test]
fn only_the_record_decides_which_password_a_connection_is_for() {
    let sent = basic(&format!("anna:{PASSWORD}"));
    let changed = basic("anna:aaaa bbbb cccc dddd eeee ffff");
    let other_user = {
        let mut changes = credential();
        changes["user"] = json!(4);
        changes
    };
    for (what, sent, verified, changes) in [
        ("of OAuth", &sent, verified(3, UUID, Some(7)), json!({})),
        (
            "another account",
            &sent,
            verified(4, UUID, Some(7)),
            credential(),
        ),
        (
            "another id",
            &sent,
            verified(3, "other", Some(7)),
            credential(),
        ),
        (
            "another password",
            &changed,
            verified(3, UUID, Some(7)),
            credential(),
        ),
        (
            "acts as another",
            &sent,
            verified(3, UUID, Some(7)),
            other_user,
        ),
        (
            "no connection",
            &sent,
            verified(3, UUID, None),
            credential(),
        ),
    ] {
        let reply = list(&Site::default(), sent, verified.as_ref(), &changes);
        assert_eq!(reason(&reply), Some(Reason::AppPasswordForeign), "{what}");
        assert_eq!(reply.status(), 401, "{what}");
        assert_eq!(
            body(&reply)["error"]["data"]["reason"],
            "app_password_foreign",
            "{what}"
        );
        let entry: Value = serde_json::from_str(reply.entry().unwrap()).unwrap();
        assert_eq!(entry["actor"]["kind"], "anonymous", "{what}");
        assert!(!reply.entry().unwrap().contains("aaaa"), "{what}");
    }
}

#[test]
fn a_token_does_not_open_the_connection_of_a_password() {
    let site = Site::default();
    let token = format!("Bearer {}", site.token());
    for found in [None, verified(3, UUID, Some(7))] {
        let reply = list(&site, &token, found.as_ref(), &credential());
        assert_eq!(reason(&reply), Some(Reason::ConnectionUnknown));
        let reply = list(&site, &token, found.as_ref(), &json!({}));
        assert_eq!(reply.status(), 200, "what WordPress found does not count");
    }
}

#[test]
fn passwords_follow_the_state_of_their_connection() {
    let sent = basic(&format!("anna:{PASSWORD}"));
    for (state, expected) in [
        ("paused", Reason::ConnectionPaused),
        ("revoked", Reason::ConnectionRevoked),
    ] {
        let mut changes = credential();
        changes["state"] = json!(state);
        let reply = list(
            &Site::default(),
            &sent,
            verified(3, UUID, Some(7)).as_ref(),
            &changes,
        );
        assert_eq!(reason(&reply), Some(expected));
    }
    let mut changes = credential();
    changes["limit"] = json!({"max": 1, "window": 60});
    changes["epoch"] = json!(5);
    let site = Site::default();
    let reply = list(&site, &sent, verified(3, UUID, Some(7)).as_ref(), &changes);
    assert_eq!(reply.status(), 200, "a password has no epoch");
}

#[test]
fn basic_credentials_that_are_not_verified_are_failures_of_their_address() {
    let wrong = basic("anna:Du1m My2D umMY 3dUm mY4d UmMz");
    let staging = basic("staging:letmein");
    for (sent, expected) in [
        (&wrong, Reason::AppPasswordInvalid),
        (&staging, Reason::TokenMissing),
    ] {
        let site = Site::default();
        let first = list(&site, sent, None, &credential());
        assert_eq!(reason(&first), Some(expected));
        assert_eq!(first.status(), 401);
        let headers = first.headers();
        let challenge = headers
            .iter()
            .find(|(name, _)| *name == "WWW-Authenticate")
            .map(|(_, value)| value.as_str());
        assert!(
            challenge
                .is_some_and(|value| value.starts_with("Bearer resource_metadata=")
                    && !value.contains("Basic")),
            "clients of OAuth find their way: {challenge:?}"
        );
        let last = (0..60)
            .map(|_| list(&site, sent, None, &credential()))
            .last();
        assert_eq!(reason(&last.unwrap()), Some(Reason::RateLimitedIp));
        let reply = list(
            &site,
            &basic(&format!("anna:{PASSWORD}")),
            verified(3, UUID, Some(7)).as_ref(),
            &credential(),
        );
        assert_eq!(reply.status(), 200, "others behind the address get through");
    }
}

#[test]
fn what_wordpress_found_has_one_form() {
    for json in [
        r#"{"user":3,"uuid":"a","connection":7}"#,
        r#"{"user":3,"uuid":"a","connection":null}"#,
        r#"{"user":3,"uuid":"a"}"#,
    ] {
        assert!(VerifiedPassword::from_json(json).is_ok(), "{json}");
    }
    for json in [
        "",
        "null",
        "{}",
        r#"{"user":-1,"uuid":"a"}"#,
        r#"{"user":3,"uuid":"a","password":"b"}"#,
    ] {
        assert!(VerifiedPassword::from_json(json).is_err(), "{json}");
    }
}
