//! Authorization codes at the token endpoint.

use super::support::*;
use crate::support::record::genuine;
use base64::Engine as _;
use countersign::bytes;
use countersign::oauth::{
    AuthorizationServer, GrantType, OAuthError, RequestedClient, StoredGrant, TokenRequest,
};
use countersign::reason::Reason;
use countersign::record::{FoundRecord, RecordKind};
use countersign::token::{self, Kind, audience, verify};
use serde_json::{Value, json};

#[test]
fn a_code_can_be_exchanged_for_tokens_once() {
    let mut site = Site::new("none");
    let body = code_body(&site.code(at(0)), &[]);
    let request = site.token(at(1), &body, b"").unwrap();
    assert_eq!(
        (request.grant_type(), request.grant_id()),
        (GrantType::AuthorizationCode, GRANT)
    );
    let reply = site.exchange(at(1), &body);
    assert_eq!(reply.status(), 200);
    assert!(reply.decision().is_allowed());
    assert!(
        reply
            .headers()
            .contains(&("Cache-Control", "no-store".to_owned()))
    );
    assert!(reply.headers().contains(&("Pragma", "no-cache".to_owned())));
    let change: Value = serde_json::from_str(reply.change().unwrap()).unwrap();
    assert_eq!(
        change,
        json!({ "grant": GRANT, "from": {"generation": -1, "branch": 0},
                "to": {"generation": 0, "branch": 0, "rotated_at": T + 1} })
    );
    let answer: Value = serde_json::from_str(reply.body()).unwrap();
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 3600);
    assert_eq!(answer["scope"], "mcp:read");
    let access = verify(
        &site.keyring,
        Kind::Access,
        member(&reply, "access_token").as_bytes(),
        at(1),
    )
    .unwrap();
    assert_eq!((access.subject, access.epoch), (CONNECTION, 3));
    assert_eq!(access.expires, at(3601));
    assert!(access.is_bound_to(&audience(RESOURCE)));
    let refresh = verify(
        &site.keyring,
        Kind::Refresh,
        member(&reply, "refresh_token").as_bytes(),
        at(1),
    )
    .unwrap();
    assert_eq!(
        (refresh.subject, refresh.expires),
        (GRANT, at(1 + 30 * 86_400))
    );

    assert_eq!(
        format!("{reply:?}"),
        "Reply { status: 200, decision: Allow, .. }",
        "tokens must not be printed"
    );
    let again = site.exchange(at(2), &body);
    refused(&again, "invalid_grant", Reason::CodeReused);
    assert_eq!(site.row.connection["state"], "revoked");
    assert_eq!(site.row.connection["state_reason"], "code_reused");
    let refresh = member(&reply, "refresh_token");
    refused(
        &site.refresh(at(3), &refresh),
        "invalid_grant",
        Reason::ConnectionRevoked,
    );
}

#[test]
fn the_reply_states_the_scope_and_lifetime_of_the_settings() {
    let mut site = Site::new("none");
    site.row.grant["request"]["scopes"] = json!([]);
    let mut short = settings();
    short["access_lifetime"] = json!(600);
    site.server = AuthorizationServer::new(&short.to_string()).unwrap();
    let reply = site.exchange(at(1), &code_body(&site.code(at(0)), &[]));
    assert_eq!(member(&reply, "scope"), "mcp:read mcp:write");
    let access = verify(
        &site.keyring,
        Kind::Access,
        member(&reply, "access_token").as_bytes(),
        at(1),
    )
    .unwrap();
    assert_eq!(access.expires, at(601));
}

/// RFC 6749 §5.1: the scope is required if it differs from the one that the client asked for.
#[test]
fn the_reply_states_a_scope_that_differs_from_the_requested_one() {
    let bare = {
        let mut bare = settings();
        bare.as_object_mut().unwrap().remove("scopes");
        AuthorizationServer::new(&bare.to_string()).unwrap()
    };
    // The site knows no scopes, as by default.
    for (asked, scope) in [(None, None), (Some("mcp offline_access"), Some(""))] {
        let mut site = Site::new("none");
        let record = client_record(&site.client);
        let client = RequestedClient::Stored(FoundRecord::Genuine(&record));
        let query = changed(&QUERY, &[("scope", asked.unwrap_or_default())]);
        let request = bare
            .authorize(&site.keyring, query.as_bytes(), client, &[])
            .unwrap();
        site.row = GrantRow::new(&request);
        site.server = bare.clone();
        let reply = site.exchange(at(1), &code_body(&site.code(at(0)), &[]));
        let body: Value = serde_json::from_str(reply.body()).unwrap();
        assert_eq!(
            body.get("scope").and_then(Value::as_str),
            scope,
            "{asked:?}"
        );
        // Also if a refresh asks for a scope.
        let refresh = [
            ("grant_type", "refresh_token"),
            ("client_id", "csc_one"),
            ("scope", "other"),
            ("refresh_token", body["refresh_token"].as_str().unwrap()),
        ];
        let reply = site.exchange(at(2), &form(&refresh));
        assert_eq!(member(&reply, "scope"), "");
    }
    // The site knows some of them.
    let mut site = Site::new("none");
    let reply = site.exchange(at(1), &code_body(&site.code(at(0)), &[]));
    assert_eq!(member(&reply, "scope"), "mcp:read");
}

/// The redirect URI of the token request is compared as that of the authorization request was.
#[test]
fn a_redirect_uri_may_differ_in_the_case_of_its_host() {
    let mut site = Site::new("none");
    let code = site.code(at(0));
    let typed = [("redirect_uri", "HTTPS://Client.EXAMPLE/cb?a=1")];
    assert_eq!(
        site.exchange(at(1), &code_body(&code, &typed)).status(),
        200
    );
}

#[test]
fn a_client_without_the_refresh_grant_gets_no_refresh_token() {
    let mut site = Site::new("none");
    site.client["grant_types"] = json!(["authorization_code"]);
    let reply = site.exchange(at(1), &code_body(&site.code(at(0)), &[]));
    assert_eq!(reply.status(), 200);
    assert!(!reply.body().contains("refresh_token"));
    let refresh = token::issue(
        &site.keyring,
        &token::NewToken {
            kind: Kind::Refresh,
            subject: GRANT,
            epoch: 0,
            binding: [0; 32],
            lifetime: 60,
            id: [0; 12],
            issued: at(0),
        },
    );
    refused(
        &site.refresh(at(1), &refresh),
        "unauthorized_client",
        Reason::GrantTypeUnsupported,
    );
}

#[test]
fn a_code_without_a_valid_proof_is_refused_and_stays_usable() {
    let other = "a".repeat(43);
    for used in [false, true] {
        let mut site = Site::new("none");
        let code = site.code(at(0));
        if used {
            assert_eq!(site.exchange(at(1), &code_body(&code, &[])).status(), 200);
        }
        let before = site.row.clone();
        for (changes, error, reason) in [
            (
                &[("code_verifier", other.as_str())][..],
                "invalid_grant",
                Reason::PkceFailed,
            ),
            (
                &[("code_verifier", CHALLENGE)],
                "invalid_grant",
                Reason::PkceFailed,
            ),
            (
                &[("code_verifier", "short")],
                "invalid_grant",
                Reason::PkceFailed,
            ),
            (
                &[("code_verifier", "")],
                "invalid_request",
                Reason::PkceRequired,
            ),
            (
                &[("redirect_uri", "https://client.example/cb")],
                "invalid_grant",
                Reason::RedirectMismatch,
            ),
            (
                &[("resource", "https://example.org/")],
                "invalid_target",
                Reason::ResourceMismatch,
            ),
            (
                &[("code", "")],
                "invalid_request",
                Reason::OauthRequestInvalid,
            ),
            (
                &[("code", "csac_x")],
                "invalid_grant",
                Reason::TokenMalformed,
            ),
            (
                &[("grant_type", "")],
                "invalid_request",
                Reason::OauthRequestInvalid,
            ),
            (
                &[("grant_type", "password")],
                "unsupported_grant_type",
                Reason::GrantTypeUnsupported,
            ),
            (
                &[("grant_type", "client_credentials")],
                "unsupported_grant_type",
                Reason::GrantTypeUnsupported,
            ),
            (
                &[("client_id", "")],
                "invalid_request",
                Reason::OauthRequestInvalid,
            ),
            (
                &[("client_id", "csc_two")],
                "invalid_client",
                Reason::ClientUnknown,
            ),
            (
                &[("client_secret", "s3cret")],
                "invalid_client",
                Reason::ClientAuthFailed,
            ),
        ] {
            let reply = site.exchange(at(2), &code_body(&code, changes));
            refused(&reply, error, reason);
            assert_eq!(reply.change(), None);
        }
        let twice = format!("{}&code={code}", code_body(&code, &[]));
        refused(
            &site.exchange(at(2), &twice),
            "invalid_request",
            Reason::OauthRequestInvalid,
        );
        let unknown = format!("{}&x=1&x=2", code_body(&code, &[]));
        refused(
            &site.exchange(at(2), &unknown),
            "invalid_request",
            Reason::OauthRequestInvalid,
        );
        let resources = format!("{}&resource=x", code_body(&code, &[]));
        refused(
            &site.exchange(at(2), &resources),
            "invalid_target",
            Reason::ResourceMismatch,
        );
        refused(
            &site.exchange(at(60), &code_body(&code, &[])),
            "invalid_grant",
            Reason::TokenExpired,
        );
        assert_eq!(site.row, before);
    }
}

#[test]
fn optional_parameters_may_be_missing() {
    for changes in [
        &[("redirect_uri", "")][..],
        &[("resource", "")],
        &[("redirect_uri", ""), ("resource", "")],
    ] {
        let mut site = Site::new("none");
        let body = code_body(&site.code(at(0)), changes);
        assert_eq!(site.exchange(at(59), &body).status(), 200, "{changes:?}");
    }
}

#[test]
fn a_code_or_token_is_valid_for_its_own_grant_only() {
    let site = Site::new("none");
    let code = site
        .token(at(1), &code_body(&site.code(at(0)), &[]), b"")
        .unwrap();
    let redeem = |request: &TokenRequest, change: &dyn Fn(&mut GrantRow)| {
        let mut row = site.row.clone();
        change(&mut row);
        site.redeem_with(at(1), request, row.open().stored())
    };
    assert_eq!(redeem(&code, &|_| ()).unwrap().status(), 200);
    for reason in ["", "admin", "account_changed", "record_rolled_back"] {
        let paused = redeem(&code, &|row| {
            row.connection["state"] = json!("paused");
            row.connection["state_reason"] = json!(reason);
        });
        assert_eq!(paused.unwrap().status(), 200, "{reason}");
    }
    // In the last second of a family, its refresh token is valid for one second.
    let last = redeem(&code, &|row| {
        row.grant["created_at"] = json!(T + 2 - 90 * 86_400);
    });
    let refresh = member(&last.unwrap(), "refresh_token");
    let refresh = verify(&site.keyring, Kind::Refresh, refresh.as_bytes(), at(1)).unwrap();
    assert_eq!(refresh.expires, at(2));
    for (pointer, value, reason) in [
        ("/client_id", json!("csc_two"), Reason::GrantMismatch),
        (
            "/request/client_id",
            json!("csc_two"),
            Reason::GrantMismatch,
        ),
        (
            "/request/code_challenge",
            json!("A".repeat(43)),
            Reason::GrantMismatch,
        ),
        (
            "/created_at",
            json!(T + 1 - 90 * 86_400),
            Reason::GrantExpired,
        ),
    ] {
        let reply = redeem(&code, &|row| {
            *row.grant.pointer_mut(pointer).unwrap() = value.clone();
        });
        let reply = reply.unwrap();
        refused(&reply, "invalid_grant", reason);
        assert_eq!(reply.change(), None);
    }
    let revoked = redeem(&code, &|row| row.connection["state"] = json!("revoked")).unwrap();
    refused(&revoked, "invalid_grant", Reason::ConnectionRevoked);
    let moved = redeem(&code, &|row| {
        row.grant["request"]["resource"] = json!("https://old.example/mcp");
    });
    refused(&moved.unwrap(), "invalid_target", Reason::ResourceMismatch);
    // Without a redirect URI in the token request, the binding still ties the code to its redirect URI.
    let bare = code_body(&site.code(at(0)), &[("redirect_uri", "")]);
    let bare = site.token(at(1), &bare, b"").unwrap();
    let reply = redeem(&bare, &|row| {
        row.grant["request"]["redirect_uri"] = json!("http://localhost/cb");
    });
    refused(&reply.unwrap(), "invalid_grant", Reason::GrantMismatch);
    // A code is not valid for another client, even if the stored grant names that client.
    let mut theirs = client("none");
    theirs["client_id"] = json!("csc_two");
    let body = code_body(&site.code(at(0)), &[("client_id", "csc_two")]);
    let taken = site.server.token(
        &site.keyring,
        sender(&site.store, at(1)),
        body.as_bytes(),
        b"",
        FoundRecord::Genuine(&client_record(&theirs)),
        None,
    );
    let reply = redeem(&taken.unwrap_or_else(|_| panic!()), &|row| {
        row.grant["client_id"] = json!("csc_two");
        row.grant["request"]["client_id"] = json!("csc_two");
    });
    refused(&reply.unwrap(), "invalid_grant", Reason::GrantMismatch);
    let none = site.redeem_with(at(1), &code, NO_GRANT).unwrap();
    refused(&none, "invalid_grant", Reason::ConnectionUnknown);
}

#[test]
fn records_and_counters_of_another_form_are_misuse() {
    let site = Site::new("none");
    let body = code_body(&site.code(at(0)), &[]);
    let code = site.token(at(1), &body, b"").unwrap();
    type Change = fn(&mut GrantRow);
    let changes: [Change; 9] = [
        |row| row.counters["generation"] = json!(-2),
        |row| row.counters["generation"] = json!("0"),
        |row| row.counters["branch"] = json!(-1),
        |row| row.counters["revoked"] = json!(false),
        |row| row.connection["epoch"] = json!(-1),
        |row| row.connection["state"] = json!("new_state"),
        |row| row.grant["request"]["extra"] = json!(1),
        |row| row.grant["connection"] = json!("7"),
        |row| row.grant["created_at"] = json!(null),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut row = site.row.clone();
        change(&mut row);
        let error = site.redeem_with(at(1), &code, row.open().stored());
        assert_eq!(error.unwrap_err(), OAuthError::Grant, "{number}");
    }
    let good = site.row.open();
    let other_grant = genuine(RecordKind::Grant, GRANT + 1, &site.row.grant);
    let other_connection = genuine(RecordKind::Connection, CONNECTION + 1, &site.row.connection);
    for stored in [
        StoredGrant {
            counters: None,
            ..good.stored()
        },
        StoredGrant {
            grant: FoundRecord::Genuine(&other_grant),
            ..good.stored()
        },
        StoredGrant {
            grant: good.stored().connection,
            ..good.stored()
        },
        StoredGrant {
            connection: FoundRecord::Genuine(&other_connection),
            ..good.stored()
        },
        StoredGrant {
            connection: good.stored().grant,
            ..good.stored()
        },
    ] {
        let error = site.redeem_with(at(1), &code, stored).unwrap_err();
        assert_eq!(error, OAuthError::Grant, "{stored:?}");
    }
}

#[test]
fn confidential_clients_authenticate_in_header_or_body() {
    let basic = |pair: &str| {
        format!(
            "basic {}",
            base64::engine::general_purpose::STANDARD.encode(pair)
        )
        .into_bytes()
    };
    for method in ["client_secret_basic", "client_secret_post"] {
        let site = Site::new(method);
        let code = site.code(at(0));
        let secret = |secret: &str| code_body(&code, &[("client_secret", secret)]);
        let anonymous = code_body(&code, &[("client_id", "")]);
        assert!(site.token(at(1), &secret("s3cret"), b"").is_ok());
        assert!(
            site.token(at(1), &code_body(&code, &[]), &basic("csc_one:s3cret"))
                .is_ok()
        );
        assert!(
            site.token(at(1), &anonymous, &basic("csc%5Fone:s3%63ret"))
                .is_ok()
        );
        for (body, header) in [
            (code_body(&code, &[]), Vec::new()),
            (secret("S3cret"), Vec::new()),
            (secret("s3cret "), Vec::new()),
            (anonymous.clone(), basic("csc_one:wrong")),
            (anonymous.clone(), basic("csc_one:")),
            (anonymous.clone(), basic("csc_one")),
            (anonymous.clone(), b"Bearer s3cret".to_vec()),
        ] {
            let reply = site.token(at(1), &body, &header).err().unwrap();
            refused(&reply, "invalid_client", Reason::ClientAuthFailed);
        }
        // These clients did not fail to authenticate: their requests are malformed.
        let other = code_body(&code, &[("client_id", "csc_two")]);
        let twice = format!("{}&client_secret=s3cret", secret("s3cret"));
        let json = format!(
            r#" {{"grant_type":"authorization_code","client_id":"csc_one","code":"{code}"}}"#
        );
        for (body, header, named) in [
            (secret("s3cret"), basic("csc_one:s3cret"), "Authorization"),
            (anonymous.clone(), Vec::new(), "client_id"),
            (other, basic("csc_one:s3cret"), "client_id"),
            (twice, Vec::new(), "occurs more than once"),
            (json.clone(), Vec::new(), "JSON"),
            (json, basic("csc_one:s3cret"), "JSON"),
            (
                "--x\r\nContent-Disposition: form-data".to_owned(),
                Vec::new(),
                "client_id",
            ),
        ] {
            let reply = site.token(at(1), &body, &header).err().unwrap();
            refused(&reply, "invalid_request", Reason::OauthRequestInvalid);
            assert!(reply.detail().unwrap().contains(named), "{named}");
            assert!(reply.body().contains(reply.detail().unwrap()));
        }
        let hash = bytes::hex(&bytes::sha256(b"s3cret"));
        assert!(site.token(at(1), &secret(&hash), b"").is_err());
    }
    // A public client may send its identifier in the header with an empty secret.
    let site = Site::new("none");
    let code = site.code(at(0));
    let anonymous = code_body(&code, &[("client_id", "")]);
    assert!(site.token(at(1), &anonymous, &basic("csc_one:")).is_ok());
    assert!(
        site.token(at(1), &anonymous, &basic("csc_one:s3cret"))
            .is_err()
    );
    // A stored client with a contradiction is treated as unknown.
    let mut site = Site::new("client_secret_post");
    site.client.as_object_mut().unwrap().remove("secret_hash");
    let reply = site
        .token(at(1), &code_body(&code, &[]), b"")
        .err()
        .unwrap();
    refused(&reply, "invalid_client", Reason::ClientUnknown);
}
