//! Authorization requests and their redirects.

use super::support::*;
use crate::support::record::{denied, genuine, of_moved_site};
use countersign::decision::Decision;
use countersign::entropy::SystemEntropy;
use countersign::oauth::{ApprovedGrant, AuthorizationServer, OAuthReply, RequestedClient};
use countersign::reason::Reason;
use countersign::record::{FoundRecord, RecordKind};
use serde_json::{Value, json};
use url::Url;

#[test]
fn a_valid_request_names_its_client_and_can_be_stored() {
    let request = request();
    assert_eq!(request.client_id(), "csc_one");
    assert_eq!(request.client_name(), "One");
    assert_eq!(request.redirect_host(), "client.example");
    assert!(!request.is_loopback());
    let facts: Value = serde_json::from_str(&request.facts()).unwrap();
    assert_eq!(facts["scopes"], json!(["mcp:read"]));
    assert!(!request.facts().contains(CHALLENGE) && !request.facts().contains("a b"));
    let stored: Value = serde_json::from_str(&request.client().to_json()).unwrap();
    assert_eq!(stored, client("none"));
    let local = authorize(&changed(
        &QUERY,
        &[("redirect_uri", "http://localhost:5123/cb")],
    ))
    .unwrap();
    assert_eq!(local.redirect_host(), "localhost:5123");
    assert!(local.is_loopback());
    // Resource, state and scope may be missing. The name is cleaned even if the stored one is not.
    let mut named = client("none");
    named["client_name"] = json!("x\u{202e}y");
    let query = changed(&QUERY, &[("resource", ""), ("state", ""), ("scope", "")]);
    let bare = ask(query.as_bytes(), &named, &[]).unwrap();
    assert_eq!(bare.client_name(), "xy");
    assert_eq!(parameter(&bare.refuse(), "state"), None);
}

#[test]
fn redirects_carry_code_or_error_with_state_and_issuer() {
    let location = request()
        .approve(&keyring(), &SystemEntropy, at(0), GRANT)
        .unwrap();
    assert!(
        location.starts_with("https://client.example/cb?a=1&code=csac_"),
        "{location}"
    );
    assert!(location.bytes().all(|byte| byte.is_ascii_graphic()));
    assert_eq!(
        parameter(&location, "state").as_deref(),
        Some("a b&c=d+é%\"#")
    );
    assert_eq!(parameter(&location, "iss").as_deref(), Some(ISSUER));
    let names: Vec<String> = parameters(&location)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["a", "code", "state", "iss"]);
    let denials = [
        (request().refuse(), Reason::ConsentDenied),
        (request().refuse_asked(), Reason::ConsentAsked),
    ];
    for (refused, reason) in denials {
        let value = |name| parameter(&refused, name);
        assert_eq!(value("error").as_deref(), Some("access_denied"));
        assert_eq!(
            value("error_description").as_deref(),
            Some(reason.message())
        );
        assert_eq!(value("state").as_deref(), Some("a b&c=d+é%\"#"));
        assert_eq!(value("iss").as_deref(), Some(ISSUER));
        assert_eq!(value("code"), None);
    }
}

#[test]
fn an_invalid_client_or_redirect_uri_never_redirects() {
    let evil = "https://evil.example/cb";
    let page = |reply: Box<OAuthReply>, reason: Reason| {
        assert_eq!(reply.redirect(), None);
        assert_eq!(reply.status(), 400);
        assert!(reply.headers().iter().all(|(name, _)| *name != "Location"));
        assert!(!reply.body().contains("evil"));
        assert_eq!(reply.decision(), Decision::from(reason));
    };
    let long = format!("https://client.example/{}", "x".repeat(3000));
    for (changes, reason) in [
        (&[("client_id", "")][..], Reason::OauthRequestInvalid),
        (&[("client_id", "csc_two")], Reason::ClientUnknown),
        (&[("redirect_uri", "")], Reason::RedirectMismatch),
        (&[("redirect_uri", evil)], Reason::RedirectMismatch),
        (
            &[("redirect_uri", "https://client.example/cb")],
            Reason::RedirectMismatch,
        ),
        (
            &[("redirect_uri", "http://localhost:80/cb/")],
            Reason::RedirectMismatch,
        ),
        (
            &[("redirect_uri", "javascript:alert(1)")],
            Reason::RedirectInvalid,
        ),
        (&[("redirect_uri", &long)], Reason::RedirectInvalid),
        // A second fault makes no difference.
        (
            &[("redirect_uri", evil), ("response_type", "token")],
            Reason::RedirectMismatch,
        ),
    ] {
        page(authorize(&changed(&QUERY, changes)).unwrap_err(), reason);
    }
    let good = form(&QUERY);
    for extra in [
        form(&[("redirect_uri", REDIRECT)]),
        form(&[("redirect_uri", evil)]),
        form(&[("client_id", "csc_one")]),
    ] {
        page(
            authorize(&format!("{good}&{extra}")).unwrap_err(),
            Reason::OauthRequestInvalid,
        );
        page(
            authorize(&format!("{extra}&{good}")).unwrap_err(),
            Reason::OauthRequestInvalid,
        );
    }
    page(
        authorize(&format!("{good}&x=%zz")).unwrap_err(),
        Reason::OauthRequestInvalid,
    );
    let mut other = client("none");
    other["client_id"] = json!("csc_two");
    for stored in [json!({}), other] {
        let refused = ask(good.as_bytes(), &stored, &[]).unwrap_err();
        page(refused, Reason::ClientUnknown);
    }
    let asked = |client| {
        let client = RequestedClient::Stored(client);
        server().authorize(&keyring(), good.as_bytes(), client, &[])
    };
    let grant = genuine(RecordKind::Grant, 5, &client("none"));
    for stored in [FoundRecord::Missing, FoundRecord::Genuine(&grant)] {
        page(asked(stored).unwrap_err(), Reason::ClientUnknown);
    }
    page(
        asked(denied(Reason::RecordForged)).unwrap_err(),
        Reason::RecordForged,
    );
    // What a copy of the site has stored counts as not stored: a client that registered itself can connect again.
    page(
        asked(denied(Reason::RecordForeign)).unwrap_err(),
        Reason::ClientUnknown,
    );
    let registration = json!({ "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none" });
    let registered = server()
        .register(
            &keyring(),
            &SystemEntropy,
            sender(&Site::new("none").store, at(0)),
            registration.to_string().as_bytes(),
        )
        .unwrap();
    let registered: Value = serde_json::from_str(registered.body()).unwrap();
    let query = changed(
        &QUERY,
        &[("client_id", registered["client_id"].as_str().unwrap())],
    );
    for stored in [FoundRecord::Missing, denied(Reason::RecordForeign)] {
        let stored = RequestedClient::Stored(stored);
        let asked = server().authorize(&keyring(), query.as_bytes(), stored, &[]);
        assert!(asked.is_ok());
    }
    let later = asked(denied(Reason::RecordRolledBack)).unwrap_err();
    assert_eq!((later.status(), later.redirect()), (503, None));
    assert_eq!(later.decision(), Decision::from(Reason::RecordRolledBack));
    // A stored redirect URI that is no longer acceptable is not used.
    let mut old = client("none");
    old["redirect_uris"] = json!(["javascript:alert(1)"]);
    let query = changed(&QUERY, &[("redirect_uri", "javascript:alert(1)")]);
    page(
        ask(query.as_bytes(), &old, &[]).unwrap_err(),
        Reason::RedirectInvalid,
    );
}

#[test]
fn the_redirect_uri_may_be_missing_if_only_one_is_registered() {
    let mut single = client("none");
    single["redirect_uris"] = json!([REDIRECT]);
    let query = changed(&QUERY, &[("redirect_uri", "")]);
    let request = ask(query.as_bytes(), &single, &[]).unwrap();
    assert!(request.refuse().starts_with(REDIRECT));
}

#[test]
fn other_faults_are_sent_to_an_approved_client() {
    for (changes, error, reason) in [
        (
            &[("response_type", "")][..],
            "invalid_request",
            Reason::OauthRequestInvalid,
        ),
        (
            &[("response_type", "token")],
            "unsupported_response_type",
            Reason::ResponseTypeUnsupported,
        ),
        (
            &[("response_type", "code id_token")],
            "unsupported_response_type",
            Reason::ResponseTypeUnsupported,
        ),
        (
            &[("code_challenge", "")],
            "invalid_request",
            Reason::PkceRequired,
        ),
        (
            &[("code_challenge", "x")],
            "invalid_request",
            Reason::PkceRequired,
        ),
        (
            &[("code_challenge_method", "")],
            "invalid_request",
            Reason::PkceRequired,
        ),
        (
            &[("code_challenge_method", "plain")],
            "invalid_request",
            Reason::PkceRequired,
        ),
        (
            &[("code_challenge_method", "s256")],
            "invalid_request",
            Reason::PkceRequired,
        ),
        (
            &[(
                "resource",
                "https://example.org/blog/wp-json/countersign/v1/mcp/x",
            )],
            "invalid_target",
            Reason::ResourceMismatch,
        ),
        (
            &[("resource", "https://example.org/")],
            "invalid_target",
            Reason::ResourceMismatch,
        ),
    ] {
        // Nobody has approved the client yet: the same fault is shown to the user.
        let shown = authorize(&changed(&QUERY, changes)).unwrap_err();
        assert_eq!(
            (shown.redirect(), shown.status()),
            (None, 400),
            "{changes:?}"
        );
        assert!(shown.headers().iter().all(|(name, _)| *name != "Location"));
        assert_eq!(shown.decision(), Decision::from(reason));
        let reply = authorize_approved(&changed(&QUERY, changes)).unwrap_err();
        let location = reply.redirect().unwrap();
        assert!(
            location.starts_with("https://client.example/cb?a=1&error="),
            "{location}"
        );
        assert_eq!(reply.status(), 302);
        assert!(reply.headers().contains(&("Location", location.to_owned())));
        assert_eq!(
            parameter(location, "error").as_deref(),
            Some(error),
            "{changes:?}"
        );
        assert_eq!(parameter(location, "iss").as_deref(), Some(ISSUER));
        // Without the state, the client could not match the error.
        assert_eq!(
            parameter(location, "state").as_deref(),
            Some("a b&c=d+é%\"#")
        );
        assert_eq!(parameter(location, "code"), None);
        assert_eq!(reply.decision(), Decision::from(reason));
    }
    for (name, value, error) in [
        ("scope", "mcp:read", "invalid_request"),
        ("code_challenge", CHALLENGE, "invalid_request"),
        ("unknown", "1&unknown=2", "invalid_request"),
        ("resource", RESOURCE, "invalid_target"),
        ("resource", "https://other.example/", "invalid_target"),
    ] {
        let reply = authorize_approved(&format!("{}&{name}={value}", form(&QUERY))).unwrap_err();
        let location = reply.redirect().unwrap();
        assert_eq!(
            parameter(location, "error").as_deref(),
            Some(error),
            "{name}"
        );
        assert!(parameter(location, "state").is_some(), "{name}");
        let description = parameter(location, "error_description").unwrap();
        assert!(description.ends_with(reply.detail().unwrap()), "{name}");
    }
}

/// A client cannot match an error without its state, so nothing is sent to it: the person reads what is wrong.
#[test]
fn a_state_that_cannot_be_sent_back_is_shown_to_the_person() {
    let edge = "x".repeat(4096);
    let asked = authorize_approved(&changed(&QUERY, &[("state", &edge)])).unwrap();
    assert_eq!(
        parameter(&asked.refuse(), "state").as_deref(),
        Some(edge.as_str())
    );
    let long = "x".repeat(4097);
    let too_long = changed(&QUERY, &[("state", &long), ("response_type", "token")]);
    let twice = format!("{}&state=y", form(&QUERY));
    for query in [too_long, twice] {
        let reply = authorize_approved(&query).unwrap_err();
        assert_eq!((reply.redirect(), reply.status()), (None, 400));
        assert_eq!(
            reply.decision(),
            Decision::from(Reason::OauthRequestInvalid)
        );
        assert!(reply.detail().unwrap().starts_with("The parameter state "));
    }
}

/// What people and programs make of the addresses that this site shows.
#[test]
fn addresses_are_compared_without_case_of_scheme_and_host() {
    for resource in [
        "https://EXAMPLE.org/blog/wp-json/countersign/v1/mcp",
        "https://example.org:443/blog/wp-json/countersign/v1/mcp/",
        "https://example.org/blog/wp-json/countersign/v1/mcp?utm_source=mail",
    ] {
        let request = authorize(&changed(&QUERY, &[("resource", resource)])).unwrap();
        let stored: Value = serde_json::from_str(&request.to_json()).unwrap();
        assert_eq!(stored["resource"], RESOURCE);
    }
    // What is sent back is the address as the client presented it.
    let typed = "HTTPS://Client.example/cb?a=1";
    let request = authorize(&changed(&QUERY, &[("redirect_uri", typed)])).unwrap();
    assert!(
        request
            .refuse()
            .starts_with("HTTPS://Client.example/cb?a=1&error=")
    );
    assert_eq!(request.redirect_host(), "client.example");
    for other in [
        "https://client.example/CB?a=1",
        "https://client.example:443/cb?a=1",
    ] {
        let refused = authorize(&changed(&QUERY, &[("redirect_uri", other)])).unwrap_err();
        assert_eq!(refused.decision(), Decision::from(Reason::RedirectMismatch));
    }
}

/// Before a login, only a well-formed request of a known client passes.
#[test]
fn a_request_is_checked_before_anybody_logs_in() {
    let record = client_record(&client("none"));
    let check = |query: &str| {
        server().precheck(&keyring(), query.as_bytes(), FoundRecord::Genuine(&record))
    };
    assert!(check(&form(&QUERY)).is_ok());
    let long = "x".repeat(4097);
    for (changes, error, reason) in [
        (
            &[("client_id", "")][..],
            "invalid_request",
            Reason::OauthRequestInvalid,
        ),
        (
            &[("client_id", "csc_two")],
            "invalid_client",
            Reason::ClientUnknown,
        ),
        (
            &[("redirect_uri", "https://evil.example/")],
            "invalid_request",
            Reason::RedirectMismatch,
        ),
        (
            &[("redirect_uri", "javascript:alert(1)")],
            "invalid_request",
            Reason::RedirectInvalid,
        ),
        (
            &[("redirect_uri", "")],
            "invalid_request",
            Reason::RedirectMismatch,
        ),
        (
            &[("state", &long)],
            "invalid_request",
            Reason::OauthRequestInvalid,
        ),
        (
            &[
                ("client_id", "https://client.example/c.json"),
                ("redirect_uri", "data:x"),
            ],
            "invalid_request",
            Reason::RedirectInvalid,
        ),
    ] {
        let reply = check(&changed(&QUERY, changes)).unwrap_err();
        assert_eq!(
            (reply.status(), reply.redirect()),
            (400, None),
            "{changes:?}"
        );
        let body: Value = serde_json::from_str(reply.body()).unwrap();
        assert_eq!(body["error"], error, "{changes:?}");
        assert_eq!(body["reason"], reason.code(), "{changes:?}");
        assert!(!reply.body().contains("evil"));
    }
    assert!(check("x=1").is_err());
    assert!(check(&format!("{}&x=%zz", form(&QUERY))).is_err());
    // Of a client with a metadata document, nothing is fetched for a stranger.
    let document = [("client_id", "https://client.example/c.json")];
    assert!(check(&changed(&QUERY, &document)).is_ok());
    // A client whose record cannot be used for now is not told to give up its registration.
    let query = form(&QUERY);
    let later = server().precheck(
        &keyring(),
        query.as_bytes(),
        denied(Reason::RecordRolledBack),
    );
    assert_eq!(later.unwrap_err().status(), 503);
}

#[test]
fn an_error_redirects_only_to_a_redirect_uri_that_was_approved_for_this_client() {
    let bad = [("response_type", "bogus"), ("state", "s")];
    let redirected = |approved: ApprovedGrant<'_>, query: &[(&str, &str)]| {
        let query = changed(&QUERY, &[&bad[..], query].concat());
        let reply = ask(query.as_bytes(), &client("none"), &[approved]);
        reply.unwrap_err().redirect().map(str::to_owned)
    };
    let redirect_of = |change: &[(&str, Value)], query: &[(&str, &str)]| {
        let mut row = GrantRow::new(&request());
        for (name, value) in change {
            row.grant["request"][*name] = value.clone();
        }
        redirected(row.open().approved(), query)
    };
    let location = redirect_of(&[], &[]).unwrap();
    assert!(location.starts_with("https://client.example/cb?a=1&error=unsupported_response_type"));
    assert_eq!(parameter(&location, "state").as_deref(), Some("s"));
    // Approved with another redirect URI of the same client, another client, or unreadable.
    let local = [("redirect_uri", json!("http://localhost:5123/cb"))];
    assert_eq!(redirect_of(&local, &[]), None);
    assert_eq!(redirect_of(&[("client_id", json!("csc_two"))], &[]), None);
    assert_eq!(
        redirect_of(&[("redirect_uri", json!("javascript:alert(1)"))], &[]),
        None
    );
    assert_eq!(redirect_of(&[("extra", json!(1))], &[]), None);
    // A native application listens on another port each time.
    let other_port = [("redirect_uri", "http://localhost:6000/cb")];
    assert!(
        redirect_of(&local, &other_port)
            .unwrap()
            .starts_with("http://localhost:6000/cb?error=")
    );
    assert_eq!(redirect_of(&[], &other_port), None);
    // A grant that is revoked with its connection, or that the database only claims.
    let mut row = GrantRow::new(&request());
    row.connection["state"] = json!("paused");
    assert!(redirected(row.open().approved(), &[]).is_some());
    row.connection["state"] = json!("revoked");
    assert_eq!(redirected(row.open().approved(), &[]), None);
    let good = GrantRow::new(&request()).open();
    let other = genuine(
        RecordKind::Connection,
        8,
        &GrantRow::new(&request()).connection,
    );
    let moved = of_moved_site(RecordKind::Grant, GRANT, &GrantRow::new(&request()).grant);
    for (grant, connection) in [
        (FoundRecord::Missing, good.approved().connection),
        (good.approved().grant, FoundRecord::Missing),
        (denied(Reason::RecordForged), good.approved().connection),
        (good.approved().grant, denied(Reason::RecordRolledBack)),
        (good.approved().grant, FoundRecord::Genuine(&other)),
        (good.approved().connection, good.approved().connection),
        (FoundRecord::Genuine(&moved), good.approved().connection),
    ] {
        let approved = ApprovedGrant { grant, connection };
        assert_eq!(redirected(approved, &[]), None, "{approved:?}");
    }
}

#[test]
fn the_hosts_of_document_and_redirect_are_told_apart() {
    const ID: &str = "https://xn--clude-4ve.example:8443/client.json";
    let shown = |id: &str, redirect: &str| {
        let mut described = client("none");
        described["client_id"] = json!(id);
        described["redirect_uris"] = json!([redirect]);
        let query = changed(&QUERY, &[("client_id", id), ("redirect_uri", redirect)]);
        let request = ask(query.as_bytes(), &described, &[]).unwrap();
        let facts: Value = serde_json::from_str(&request.facts()).unwrap();
        assert_eq!(facts["document_host"], json!(request.document_host()));
        (
            request.document_host(),
            request.redirect_host(),
            request.leaves_document_host(),
        )
    };
    let host = Some("xn--clude-4ve.example:8443".to_owned());
    for (redirect, to, leaves) in [
        ("https://claude.ai/back", "claude.ai", true),
        (
            "https://a.xn--clude-4ve.example/b",
            "a.xn--clude-4ve.example",
            true,
        ),
        (
            "https://xn--clude-4ve.example/back",
            "xn--clude-4ve.example",
            false,
        ),
        ("http://127.0.0.1:99/back", "127.0.0.1:99", false),
    ] {
        assert_eq!(shown(ID, redirect), (host.clone(), to.to_owned(), leaves));
    }
    assert_eq!(
        shown("csc_one", REDIRECT),
        (None, "client.example".to_owned(), false)
    );
    assert_eq!(shown("https://127.0.0.1/client", REDIRECT).0, None);
}

/// The characters of an `error_description` are `%x20-21 / %x23-5B / %x5D-7E` (RFC 6749 §5.2).
#[test]
fn every_message_is_a_valid_error_description() {
    for reason in Reason::ALL {
        let plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
        assert!(reason.message().bytes().all(plain), "{reason}");
    }
}

proptest::proptest! {
    /// No query causes a panic or a redirect to a URI that is not registered.
    #[test]
    fn arbitrary_queries_redirect_only_to_registered_uris(query in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), name in "(redirect_uri|client_id|state|resource|scope|code_challenge)", value in "\\PC{0,40}") {
        let grant = GrantRow::new(&request()).open();
        let mut queries = vec![query.clone(), changed(&QUERY, &[(&name, &value)]).into_bytes()];
        queries.push([form(&QUERY).as_bytes(), b"&", &query].concat());
        for query in queries {
            let location = match ask(&query, &client("none"), &[grant.approved()]) {
                Ok(request) => Some(request.refuse()),
                Err(reply) => reply.redirect().map(str::to_owned),
            };
            if let Some(location) = location {
                let url = Url::parse(&location).unwrap();
                let local = url.host_str() == Some("localhost") && url.path() == "/cb";
                assert!(location.starts_with("https://client.example/cb?a=1&error=") || local, "{location}");
                assert!(location.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }

    /// The client gets its `state` back unchanged.
    #[test]
    fn every_state_is_returned_unchanged(state in "\\PC{1,250}|[ -~]{1,250}|.{1,250}") {
        let request = authorize(&changed(&QUERY, &[("state", &state)])).unwrap();
        let location = request.refuse();
        assert_eq!(parameter(&location, "state"), Some(state));
        assert!(location.starts_with("https://client.example/cb?a=1&error=access_denied&"));
    }
}

#[test]
fn every_endpoint_refuses_a_request_without_https() {
    let mut plain = settings();
    plain["secure"] = json!(false);
    // A site without HTTPS has no https address. The server must still be able to refuse.
    plain["token_endpoint"] = json!("http://example.org/t");
    let server = AuthorizationServer::new(&plain.to_string()).unwrap();
    let keyring = keyring();
    let client = client_record(&client("none"));
    let site = Site::new("none");
    let body = code_body(&site.code(at(0)), &[]);
    let registration = json!({ "redirect_uris": [REDIRECT] }).to_string();
    let stored = FoundRecord::Genuine(&client);

    let replies = [
        *server.check_transport().unwrap_err(),
        server
            .register(
                &keyring,
                &SystemEntropy,
                sender(&site.store, at(0)),
                registration.as_bytes(),
            )
            .unwrap(),
        *server
            .authorize(
                &keyring,
                form(&QUERY).as_bytes(),
                RequestedClient::Stored(stored),
                &[],
            )
            .unwrap_err(),
        *server
            .token(
                &keyring,
                sender(&site.store, at(0)),
                body.as_bytes(),
                b"",
                stored,
                None,
            )
            .err()
            .unwrap(),
        *server
            .revoke(
                &keyring,
                sender(&site.store, at(0)),
                b"client_id=csc_one&token=x",
                b"",
                stored,
                None,
            )
            .err()
            .unwrap(),
    ];
    for reply in replies {
        assert_eq!(reply.status(), 403);
        assert_eq!(reply.decision(), Decision::from(Reason::HttpsRequired));
        let mut headers: Vec<_> = reply
            .headers()
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        headers.sort_unstable();
        assert_eq!(
            headers,
            [
                ("Cache-Control", "no-store"),
                ("Content-Type", "application/json"),
                ("X-Accel-Expires", "0"),
                ("X-LiteSpeed-Cache-Control", "no-cache"),
            ]
        );
        let body: Value = serde_json::from_str(reply.body()).unwrap();
        assert_eq!(
            body,
            json!({
                "error": "invalid_request",
                "error_description": Reason::HttpsRequired.message(),
                "reason": "https_required",
            })
        );
        assert_eq!(
            (reply.redirect(), reply.client(), reply.change()),
            (None, None, None)
        );
    }
    assert!(site.server.check_transport().is_ok());
}
