//! What is counted for an address, a client and a grant, and which refusals are recorded.

use std::sync::atomic::Ordering;

use super::support::*;
use crate::support::store::TestStore;
use countersign::clock::Timestamp;
use countersign::decision::{Decision, Denial};
use countersign::entropy::CountingEntropy;
use countersign::oauth::{OAuthReply, Sender};
use countersign::reason::Reason;
use countersign::record::FoundRecord;
use serde_json::{Value, json};

#[track_caller]
fn limited(reply: &OAuthReply, reason: Reason, seconds: u32) {
    assert_eq!(reply.status(), 429, "{}", reply.body());
    let body: Value = serde_json::from_str(reply.body()).unwrap();
    assert_eq!(
        (&body["error"], &body["reason"]),
        (&json!("slow_down"), &json!(reason.code()))
    );
    let wait = ("Retry-After", seconds.to_string());
    assert!(reply.headers().contains(&wait), "{:?}", reply.headers());
    assert!(
        reply
            .headers()
            .contains(&("Cache-Control", "no-store".to_owned()))
    );
    assert_eq!(
        reply.decision(),
        Decision::Deny(Denial {
            reason,
            retry_after: Some(seconds)
        })
    );
    assert_eq!(reply.change(), None);
}

fn entry(reply: &OAuthReply) -> Option<Value> {
    reply
        .entry()
        .map(|entry| serde_json::from_str(entry).unwrap())
}

fn register(site: &Site, ip: &str, now: Timestamp, body: &str) -> OAuthReply {
    let sender = Sender {
        ip,
        meter: meter(&site.store, now),
    };
    site.server
        .register(
            &site.keyring,
            &CountingEntropy::default(),
            sender,
            body.as_bytes(),
        )
        .unwrap()
}

#[test]
fn registrations_are_limited_per_address_network() {
    let site = Site::new("none");
    let body = json!({ "redirect_uris": [REDIRECT] }).to_string();
    for n in 0..20 {
        let ip = format!("2001:db8::{n}");
        let reply = register(&site, &ip, at(n), if n % 2 == 0 { &body } else { "{" });
        assert_eq!(reply.status(), if n % 2 == 0 { 201 } else { 400 });
    }
    let first = register(&site, "2001:db8::ffff", at(30), &body);
    limited(&first, Reason::RateLimited, 30);
    let entry = entry(&first).unwrap();
    assert_eq!(
        (
            &entry["kind"],
            &entry["action"],
            &entry["outcome"],
            &entry["reason"]
        ),
        (
            &json!("refusal"),
            &json!("oauth.register"),
            &json!("denied"),
            &json!("rate_limited")
        )
    );
    assert_eq!(entry["actor"]["kind"], "anonymous");
    assert_eq!(entry["actor"]["ip"], "2001:db8::ffff");
    assert_eq!(register(&site, "2001:db8::1", at(31), &body).entry(), None);
    assert_eq!(
        register(&site, "2001:db8:0:1::1", at(31), &body).status(),
        201
    );
    assert_eq!(register(&site, "2001:db8::1", at(60), &body).status(), 201);
}

#[test]
fn a_refusal_is_recorded_once_a_minute_for_each_reason_and_address_network() {
    let site = Site::new("client_secret_post");
    let code = site.code(at(0));
    let wrong = code_body(&code, &[("client_secret", "wrong")]);
    let unknown = code_body(&code, &[("client_id", "csc_two")]);
    let mut recorded = Vec::new();
    for second in 0..=61 {
        for body in [&wrong, &unknown] {
            let reply = site.token(at(second), body, b"").err().unwrap();
            recorded.extend(entry(&reply).map(|entry| (second, entry["reason"].to_string())));
            assert!(!format!("{:?}", reply.entry()).contains("wrong"));
        }
    }
    let expected = [
        (0, "client_auth_failed"),
        (0, "client_unknown"),
        (30, "rate_limited_ip"),
        (60, "client_auth_failed"),
        (60, "client_unknown"),
    ];
    let expected = expected.map(|(second, reason)| (second, format!("\"{reason}\"")));
    assert_eq!(recorded, expected);
}

/// A flood of failures gets 429, and whoever has a genuine code or token behind the same address goes on.
#[test]
fn a_flood_from_an_address_does_not_stop_a_genuine_client_there() {
    let mut site = Site::new("none");
    let junk = form(&[
        ("client_id", "csc_one"),
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
    ]);
    let flood = |site: &Site, second| {
        for _ in 0..100 {
            let _ = site.token(at(second), &junk, b"");
            let _ = site.revocation(at(second), &[("client_id", "csc_one"), ("token", "x")]);
        }
        let refused = site.token(at(second), &junk, b"").err().unwrap();
        limited(&refused, Reason::RateLimitedIp, 60);
        let refused = site.revoke(at(second), &[("client_id", "csc_one"), ("token", "x")]);
        limited(&refused, Reason::RateLimitedIp, 60);
    };
    flood(&site, 1);
    let reply = site.exchange(at(1), &code_body(&site.code(at(1)), &[]));
    assert_eq!(reply.status(), 200, "{}", reply.body());
    flood(&site, 100);
    let reply = site.refresh(at(100), &member(&reply, "refresh_token"));
    assert_eq!(reply.status(), 200, "{}", reply.body());
    let token = member(&reply, "refresh_token");
    let revoked = site.revoke(at(100), &[("client_id", "csc_one"), ("token", &token)]);
    assert!(revoked.change().is_some());
}

/// Whoever saw a code in a redirect does not have its verifier, and cannot use up the requests of its grant.
#[test]
fn a_code_without_its_verifier_is_not_counted_for_its_grant() {
    let mut site = Site::new("none");
    let code = site.code(at(0));
    let stolen = code_body(&code, &[("code_verifier", CHALLENGE)]);
    for _ in 0..300 {
        assert!(matches!(site.exchange(at(1), &stolen).status(), 400 | 429));
    }
    limited(&site.exchange(at(1), &stolen), Reason::RateLimitedIp, 60);
    assert_eq!(site.exchange(at(1), &code_body(&code, &[])).status(), 200);
}

#[test]
fn the_requests_of_one_grant_are_limited() {
    let mut site = Site::new("none");
    let reply = site.exchange(at(0), &code_body(&site.code(at(0)), &[]));
    let first = member(&reply, "refresh_token");
    for _ in 1..60 {
        assert_eq!(site.refresh(at(1), &first).status(), 200);
    }
    let refused = site.refresh(at(2), &first);
    limited(&refused, Reason::RateLimitedConnection, 58);
    let entry = entry(&refused).unwrap();
    assert_eq!(
        (&entry["action"], &entry["target"]),
        (&json!("oauth.token"), &json!("connection:7"))
    );
    assert_eq!(site.refresh(at(3), &first).entry(), None);
    // Another attempt of the same request is not counted again.
    let mut site = Site::new("none");
    let body = code_body(&site.code(at(0)), &[]);
    let request = site.token(at(0), &body, b"").ok().unwrap();
    for _ in 0..100 {
        assert_eq!(site.redeem(at(0), &request).status(), 200);
    }
    assert_eq!(site.exchange(at(0), &body).status(), 200);
}

/// The address of such a client may be flooded: it is told why it fails, within a limit of its own.
#[test]
fn failures_of_a_client_with_a_genuine_secret_count_for_the_client() {
    let site = Site::new("client_secret_post");
    let anonymous = form(&[("grant_type", "refresh_token")]);
    for _ in 0..100 {
        let _ = site.token(at(1), &anonymous, b"");
    }
    let body = form(&[
        ("client_id", "csc_one"),
        ("client_secret", "s3cret"),
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
    ]);
    for _ in 0..60 {
        let reply = site.token(at(1), &body, b"").err().unwrap();
        refused(&reply, "invalid_grant", Reason::TokenMalformed);
    }
    let reply = site.token(at(1), &body, b"").err().unwrap();
    limited(&reply, Reason::RateLimited, 60);
    // The redemption of a genuine code is counted for its grant.
    let code = code_body(&site.code(at(1)), &[("client_secret", "s3cret")]);
    let request = site.token(at(1), &code, b"").ok().unwrap();
    assert_eq!(site.redeem(at(1), &request).status(), 200);
}

#[test]
fn reuse_is_recorded_every_time_and_a_dead_token_once_a_minute() {
    let mut site = Site::new("none");
    let code = site.code(at(0));
    let first = site.exchange(at(0), &code_body(&code, &[]));
    let entry_of = |reply: &OAuthReply| {
        entry(reply).map(|entry| {
            format!("{} {} {}", entry["kind"], entry["action"], entry["reason"]).replace('"', "")
        })
    };
    assert_eq!(
        entry_of(&first).as_deref(),
        Some("oauth oauth.code_redeemed null")
    );
    let alive = site.row.clone();
    for _ in 0..3 {
        let again = site.exchange(at(1), &code_body(&code, &[]));
        assert_eq!(
            entry_of(&again).as_deref(),
            Some("refusal oauth.token code_reused")
        );
        site.row = alive.clone();
    }
    site.row.connection["state"] = json!("revoked");
    let token = member(&first, "refresh_token");
    let dead: Vec<_> = (2..90)
        .step_by(2)
        .map(|second| entry_of(&site.refresh(at(second), &token)))
        .collect();
    let recorded: Vec<_> = dead.iter().flatten().collect();
    assert_eq!(recorded, ["refusal oauth.token connection_revoked"; 2]);
}

/// Nothing is answered that has to be counted, nothing changes, and nothing is recorded that could not be counted.
#[test]
fn without_a_store_every_request_is_refused() {
    let mut site = Site::new("none");
    let code = code_body(&site.code(at(0)), &[]);
    let tokens = site.exchange(at(0), &code);
    let token = member(&tokens, "refresh_token");
    let store = TestStore::new(at(1));
    store.broken.store(true, Ordering::Relaxed);
    let sender = Sender {
        ip: IP,
        meter: meter(&store, at(1)),
    };
    let client = client_record(&site.client);
    let client = FoundRecord::Genuine(&client);
    let row = site.row.open();
    let ask = |fields: &[(&str, &str)]| {
        let body = form(fields);
        match site
            .server
            .token(&site.keyring, sender, body.as_bytes(), b"", client, None)
        {
            Ok(request) => request
                .redeem(&site.keyring, &site.entropy, sender, row.stored())
                .unwrap(),
            Err(reply) => *reply,
        }
    };
    let revoke = |token: &str| {
        let body = form(&[("client_id", "csc_one"), ("token", token)]);
        match site
            .server
            .revoke(&site.keyring, sender, body.as_bytes(), b"", client, None)
        {
            Ok(request) => request.decide(sender, row.stored()).unwrap(),
            Err(reply) => *reply,
        }
    };
    let refresh = |token| {
        ask(&[
            ("client_id", "csc_one"),
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
        ])
    };
    let body = json!({ "redirect_uris": [REDIRECT] }).to_string();
    let register = |body: &str| {
        site.server
            .register(&site.keyring, &site.entropy, sender, body.as_bytes())
            .unwrap()
    };
    for (what, reply) in [
        ("registration", register(&body)),
        ("registration without JSON", register("{")),
        ("genuine refresh token", refresh(&token)),
        ("forged refresh token", refresh("csrt_x")),
        ("unknown client", ask(&[("client_id", "nobody")])),
        ("revocation", revoke(&token)),
        ("revocation of nonsense", revoke("x")),
    ] {
        assert_eq!(reply.status(), 503, "{what}: {}", reply.body());
        let wait = ("Retry-After", "60".to_owned());
        assert!(reply.headers().contains(&wait), "{what}");
        assert_eq!((reply.change(), reply.entry()), (None, None), "{what}");
    }
}
