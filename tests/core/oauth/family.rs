//! Refresh token families at the token endpoint.

use std::collections::HashSet;

use super::support::*;
use countersign::oauth::AuthorizationServer;
use countersign::reason::Reason;
use countersign::record::FoundRecord;
use countersign::token::{Kind, verify};
use serde_json::json;

fn connected() -> (Site, String) {
    let mut site = Site::new("none");
    let reply = site.exchange(at(0), &code_body(&site.code(at(0)), &[]));
    (site, member(&reply, "refresh_token"))
}

#[test]
fn a_retried_refresh_gets_the_same_successor() {
    let (mut site, first) = connected();
    let reply = site.refresh(at(100), &first);
    let (second, access) = (
        member(&reply, "refresh_token"),
        member(&reply, "access_token"),
    );
    assert_ne!(second, first);
    for later in [100, 101, 130, 160] {
        let retry = site.refresh(at(later), &first);
        assert_eq!(retry.change(), None);
        assert_eq!(member(&retry, "refresh_token"), second);
        assert_ne!(member(&retry, "access_token"), access);
    }
    let branch = member(&site.refresh(at(161), &first), "refresh_token");
    assert_ne!(branch, second);
    // Logs distinguish tokens by their ids.
    let ids: HashSet<[u8; 12]> = [&first, &second, &branch]
        .map(|text| {
            verify(&site.keyring, Kind::Refresh, text.as_bytes(), at(161))
                .unwrap()
                .id
        })
        .into();
    assert_eq!(ids.len(), 3);
    let third = member(&site.refresh(at(200), &branch), "refresh_token");
    assert_eq!(site.row.counters["generation"], 2);
    // The branch replaced this token, so it is no longer valid. Its use shows that it was copied.
    let reuse = site.refresh(at(201), &second);
    refused(&reuse, "invalid_grant", Reason::RefreshReused);
    assert_eq!(
        reuse.change().unwrap(),
        json!({"connection": CONNECTION, "revoke": "refresh_reused"}).to_string()
    );
    refused(
        &site.refresh(at(202), &third),
        "invalid_grant",
        Reason::ConnectionRevoked,
    );
}

#[test]
fn an_old_refresh_token_revokes_the_family_and_a_bad_request_does_not() {
    let (mut site, first) = connected();
    let second = member(&site.refresh(at(1), &first), "refresh_token");
    let third = member(&site.refresh(at(2), &second), "refresh_token");
    let mut other = client("none");
    other["client_id"] = json!("csc_two");
    let body = form(&[
        ("grant_type", "refresh_token"),
        ("client_id", "csc_two"),
        ("refresh_token", &first),
    ]);
    let stolen = site
        .server
        .token(
            &site.keyring,
            sender(&site.store, at(3)),
            body.as_bytes(),
            b"",
            FoundRecord::Genuine(&client_record(&other)),
            None,
        )
        .unwrap();
    refused(
        &site.redeem(at(3), &stolen),
        "invalid_grant",
        Reason::GrantMismatch,
    );
    let body = form(&[
        ("grant_type", "refresh_token"),
        ("client_id", "csc_one"),
        ("refresh_token", &first),
        ("resource", "https://x.example/"),
    ]);
    refused(
        &site.exchange(at(3), &body),
        "invalid_target",
        Reason::ResourceMismatch,
    );
    for text in [
        "",
        "x",
        &member(&site.refresh(at(3), &third), "access_token"),
    ] {
        let reply = site.refresh(at(3), text);
        assert_eq!(reply.change(), None);
        assert_eq!(reply.status(), 400);
    }
    assert_eq!(site.row.connection["state"], "active");
    refused(
        &site.refresh(at(3), &first),
        "invalid_grant",
        Reason::RefreshReused,
    );
    assert_eq!(site.row.connection["state"], "revoked");
    assert_eq!(site.row.connection["state_reason"], "refresh_reused");
}

/// The site chooses how long an unused refresh token is valid. A shorter time also ends tokens that were issued before.
#[test]
fn the_lifetime_of_an_unused_refresh_token_is_a_setting() {
    const DAY: u64 = 86_400;
    let of = |seconds: u64| {
        let mut chosen = settings();
        chosen["refresh_lifetime"] = json!(seconds);
        AuthorizationServer::new(&chosen.to_string()).unwrap()
    };
    for lifetime in [3_600, 30 * DAY, 365 * DAY] {
        let (mut site, first) = connected_to(of(lifetime));
        // A desktop client that was closed overnight, or for as long as the site allows.
        refused(
            &site.refresh(at(lifetime), &first),
            "invalid_grant",
            Reason::TokenExpired,
        );
        let last = site.refresh(at(lifetime - 1), &first);
        assert_eq!(last.status(), 200, "{lifetime} {}", last.body());
    }
    // A year between two uses leaves no more than that year.
    let (mut site, first) = connected_to(of(365 * DAY));
    let latest = member(&site.refresh(at(364 * DAY), &first), "refresh_token");
    refused(
        &site.refresh(at(365 * DAY), &latest),
        "invalid_grant",
        Reason::TokenExpired,
    );
    // The setting is made stricter afterwards.
    let (mut site, first) = connected_to(of(30 * DAY));
    site.server = of(3_600);
    refused(
        &site.refresh(at(3_600), &first),
        "invalid_grant",
        Reason::TokenExpired,
    );
    assert_eq!(site.refresh(at(3_599), &first).status(), 200);
}

fn connected_to(server: AuthorizationServer) -> (Site, String) {
    let mut site = Site::new("none");
    site.server = server;
    let reply = site.exchange(at(0), &code_body(&site.code(at(0)), &[]));
    (site, member(&reply, "refresh_token"))
}

#[test]
fn expired_families_unused_tokens_and_wrong_grants_are_refused() {
    const DAY: u64 = 86_400;
    let (mut site, first) = connected();
    refused(
        &site.refresh(at(30 * DAY), &first),
        "invalid_grant",
        Reason::TokenExpired,
    );
    let mut latest = member(&site.refresh(at(30 * DAY - 1), &first), "refresh_token");
    for day in [59, 88] {
        latest = member(&site.refresh(at(day * DAY), &latest), "refresh_token");
    }
    let claims = verify(
        &site.keyring,
        Kind::Refresh,
        latest.as_bytes(),
        at(89 * DAY),
    )
    .unwrap();
    assert_eq!(claims.expires, at(90 * DAY));
    refused(
        &site.refresh(at(90 * DAY), &latest),
        "invalid_grant",
        Reason::TokenExpired,
    );
    let mut mixed = connected().0;
    mixed.row.grant["request"]["client_id"] = json!("csc_two");
    refused(
        &mixed.refresh(at(1), &first),
        "invalid_grant",
        Reason::GrantMismatch,
    );
    site.row.grant["created_at"] = json!(T - 10 * DAY);
    refused(
        &site.refresh(at(89 * DAY), &latest),
        "invalid_grant",
        Reason::GrantExpired,
    );
}
