//! The whole dance, with a plugin that stores what it is told to: authorize, code, refresh, revoke.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use base64::Engine as _;
use countersign::clock::Timestamp;
use countersign::decision::Decision;
use countersign::entropy::{CountingEntropy, SystemEntropy};
use countersign::keyring::{Keyring, SiteId};
use countersign::oauth::{AuthorizationRequest, Error, GrantType, Reply, Server, TokenRequest};
use countersign::reason::Reason;
use countersign::token::{Kind, audience, verify};
use countersign::{bytes, token};
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

const T: u64 = 1_800_000_000;
const ISSUER: &str = "https://example.org/blog";
const RESOURCE: &str = "https://example.org/blog/wp-json/countersign/v1/mcp";
const REDIRECT: &str = "https://client.example/cb?a=1";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const GRANT: u64 = 41;
const CONNECTION: u64 = 7;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(T + seconds)
}

fn keyring() -> Keyring {
    Keyring::open(SiteId::new([1; 8]), &[b'k'; 64], &[]).unwrap()
}

fn settings() -> Value {
    json!({
        "issuer": ISSUER,
        "resource": RESOURCE,
        "resource_metadata": "https://example.org/m",
        "authorization_endpoint": "https://example.org/a",
        "token_endpoint": "https://example.org/t",
        "registration_endpoint": "https://example.org/g",
        "revocation_endpoint": "https://example.org/r",
        "allow_http": false,
        "scopes": ["mcp:read", "mcp:write"],
    })
}

fn server() -> Server {
    Server::new(&settings().to_string()).unwrap()
}

fn client(method: &str) -> Value {
    let mut client = json!({
        "client_id": "csc_one",
        "client_name": "One",
        "redirect_uris": [REDIRECT, "http://localhost/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": method,
        "source": "registration",
    });
    if method != "none" {
        client["secret_hash"] = json!(bytes::hex(&bytes::sha256(b"s3cret")));
    }
    client
}

fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// `base` with `changes`: a value replaces, an empty one removes.
fn changed<'a>(base: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> String {
    let mut fields = base.to_vec();
    for (name, value) in changes {
        fields.retain(|(other, _)| other != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    form(&fields)
}

const QUERY: [(&str, &str); 8] = [
    ("response_type", "code"),
    ("client_id", "csc_one"),
    ("redirect_uri", REDIRECT),
    ("state", "a b&c=d+é%\"#"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
    ("resource", RESOURCE),
    ("scope", "mcp:read offline_access unknown"),
];

fn authorize(query: &str) -> Result<AuthorizationRequest, Box<Reply>> {
    server().authorize(query.as_bytes(), Some(&client("none").to_string()))
}

fn request() -> AuthorizationRequest {
    authorize(&form(&QUERY)).unwrap()
}

fn parameters(location: &str) -> Vec<(String, String)> {
    Url::parse(location)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

fn parameter(location: &str, name: &str) -> Option<String> {
    let found: Vec<String> = parameters(location)
        .into_iter()
        .filter_map(|(key, value)| (key == name).then_some(value))
        .collect();
    assert!(found.len() <= 1);
    found.into_iter().next()
}

// Authorization ------------------------------------------------------------------------------------

#[test]
fn a_valid_request_says_who_asks_and_survives_storage() {
    let request = request();
    assert_eq!(request.client_id(), "csc_one");
    assert_eq!(request.client_name(), "One");
    assert_eq!(request.redirect_host(), "client.example");
    assert!(!request.is_loopback());
    let facts: Value = serde_json::from_str(&request.facts()).unwrap();
    assert_eq!(facts["scopes"], json!(["mcp:read"]));
    assert!(!request.facts().contains(CHALLENGE) && !request.facts().contains("a b"));
    let again = server().request(&request.to_json()).unwrap();
    assert_eq!(again.to_json(), request.to_json());
    assert_eq!(again.refuse(), request.refuse());
    let local = authorize(&changed(
        &QUERY,
        &[("redirect_uri", "http://localhost:5123/cb")],
    ))
    .unwrap();
    assert_eq!(local.redirect_host(), "localhost:5123");
    assert!(local.is_loopback());
    // Left out: the resource is ours, the state is none, the name is cleaned whatever was stored.
    let mut named = client("none");
    named["client_name"] = json!("x\u{202e}y");
    let query = changed(&QUERY, &[("resource", ""), ("state", ""), ("scope", "")]);
    let bare = server()
        .authorize(query.as_bytes(), Some(&named.to_string()))
        .unwrap();
    assert_eq!(bare.client_name(), "xy");
    assert_eq!(parameter(&bare.refuse(), "state"), None);
}

#[test]
fn stored_requests_are_checked_again() {
    let stored: Value = serde_json::from_str(&request().to_json()).unwrap();
    for (name, value) in [
        ("redirect_uri", json!("javascript:alert(1)")),
        ("code_challenge", json!("x")),
        ("resource", json!("https://evil.example/")),
        ("extra", json!(1)),
        ("scopes", json!("mcp:read")),
    ] {
        let mut bad = stored.clone();
        bad[name] = value;
        assert_eq!(
            server().request(&bad.to_string()).unwrap_err(),
            Error::Request,
            "{name}"
        );
    }
    assert_eq!(server().request("").unwrap_err(), Error::Request);
}

#[test]
fn the_answers_carry_code_or_error_with_state_and_issuer() {
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
    let refused = request().refuse();
    assert_eq!(
        parameter(&refused, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(
        parameter(&refused, "state").as_deref(),
        Some("a b&c=d+é%\"#")
    );
    assert_eq!(parameter(&refused, "iss").as_deref(), Some(ISSUER));
}

#[test]
fn doubts_about_client_or_address_never_redirect() {
    let evil = "https://evil.example/cb";
    let page = |reply: Box<Reply>, reason: Reason| {
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
        // Another fault beside it changes nothing.
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
    for stored in [None, Some("{}"), Some("")] {
        page(
            server().authorize(good.as_bytes(), stored).unwrap_err(),
            Reason::ClientUnknown,
        );
    }
    // A stored client whose redirect address is no longer acceptable is not sent anywhere.
    let mut old = client("none");
    old["redirect_uris"] = json!(["javascript:alert(1)"]);
    let query = changed(&QUERY, &[("redirect_uri", "javascript:alert(1)")]);
    page(
        server()
            .authorize(query.as_bytes(), Some(&old.to_string()))
            .unwrap_err(),
        Reason::RedirectInvalid,
    );
}

#[test]
fn the_address_may_be_left_out_where_there_is_one() {
    let mut single = client("none");
    single["redirect_uris"] = json!([REDIRECT]);
    let query = changed(&QUERY, &[("redirect_uri", "")]);
    let request = server()
        .authorize(query.as_bytes(), Some(&single.to_string()))
        .unwrap();
    assert!(request.refuse().starts_with(REDIRECT));
}

#[test]
fn other_faults_are_told_to_the_client() {
    let long = "x".repeat(1025);
    for (changes, error, reason, state) in [
        (
            &[("response_type", "")][..],
            "invalid_request",
            Reason::OauthRequestInvalid,
            true,
        ),
        (
            &[("response_type", "token")],
            "unsupported_response_type",
            Reason::ResponseTypeUnsupported,
            true,
        ),
        (
            &[("response_type", "code id_token")],
            "unsupported_response_type",
            Reason::ResponseTypeUnsupported,
            true,
        ),
        (
            &[("code_challenge", "")],
            "invalid_request",
            Reason::PkceRequired,
            true,
        ),
        (
            &[("code_challenge", "x")],
            "invalid_request",
            Reason::PkceRequired,
            true,
        ),
        (
            &[("code_challenge_method", "")],
            "invalid_request",
            Reason::PkceRequired,
            true,
        ),
        (
            &[("code_challenge_method", "plain")],
            "invalid_request",
            Reason::PkceRequired,
            true,
        ),
        (
            &[("code_challenge_method", "s256")],
            "invalid_request",
            Reason::PkceRequired,
            true,
        ),
        (
            &[(
                "resource",
                "https://example.org/blog/wp-json/countersign/v1/mcp/",
            )],
            "invalid_target",
            Reason::ResourceMismatch,
            true,
        ),
        (
            &[("resource", "https://example.org/")],
            "invalid_target",
            Reason::ResourceMismatch,
            true,
        ),
        (
            &[("state", &long)],
            "invalid_request",
            Reason::OauthRequestInvalid,
            false,
        ),
    ] {
        let reply = authorize(&changed(&QUERY, changes)).unwrap_err();
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
        assert_eq!(parameter(location, "state").is_some(), state);
        assert_eq!(parameter(location, "code"), None);
        assert_eq!(reply.decision(), Decision::from(reason));
    }
    for (name, value, error) in [
        ("state", "y", "invalid_request"),
        ("scope", "mcp:read", "invalid_request"),
        ("code_challenge", CHALLENGE, "invalid_request"),
        ("unknown", "1&unknown=2", "invalid_request"),
        ("resource", RESOURCE, "invalid_target"),
        ("resource", "https://other.example/", "invalid_target"),
    ] {
        let reply = authorize(&format!("{}&{name}={value}", form(&QUERY))).unwrap_err();
        let location = reply.redirect().unwrap();
        assert_eq!(
            parameter(location, "error").as_deref(),
            Some(error),
            "{name}"
        );
        assert_eq!(parameter(location, "state").is_some(), name != "state");
    }
    let edge = "x".repeat(1024);
    assert!(authorize(&changed(&QUERY, &[("state", &edge)])).is_ok());
}

// The plugin ---------------------------------------------------------------------------------------

/// What the plugin does: keeps one grant, makes conditional changes.
struct Site {
    server: Server,
    keyring: Keyring,
    entropy: CountingEntropy,
    client: Value,
    grant: Value,
}

impl Site {
    fn new(method: &str) -> Self {
        let request: Value = serde_json::from_str(&request().to_json()).unwrap();
        Self {
            server: server(),
            keyring: keyring(),
            entropy: CountingEntropy::default(),
            client: client(method),
            grant: json!({
                "id": GRANT, "client_id": "csc_one", "request": request, "connection": CONNECTION,
                "connection_state": "active", "epoch": 3, "generation": -1, "branch": 0,
                "rotated_at": 0, "created_at": T, "revoked": false,
            }),
        }
    }

    fn code(&self, now: Timestamp) -> String {
        let location = request()
            .approve(&self.keyring, &self.entropy, now, GRANT)
            .unwrap();
        parameter(&location, "code").unwrap()
    }

    fn token(&self, now: Timestamp, body: &str, header: &[u8]) -> Result<TokenRequest, Box<Reply>> {
        let client = self.client.to_string();
        self.server
            .token(&self.keyring, now, body.as_bytes(), header, Some(&client))
    }

    fn redeem(&self, now: Timestamp, request: &TokenRequest) -> Reply {
        let grant = self.grant.to_string();
        request
            .redeem(&self.keyring, &self.entropy, now, Some(&grant))
            .unwrap()
    }

    /// Token request, decision, change: the answer as the client gets it.
    fn exchange(&mut self, now: Timestamp, body: &str) -> Reply {
        let request = match self.token(now, body, b"") {
            Ok(request) => request,
            Err(reply) => return *reply,
        };
        let reply = self.redeem(now, &request);
        if let Some(change) = reply.change() {
            let change: Value = serde_json::from_str(change).unwrap();
            assert_eq!(change["grant"], GRANT);
            if change["revoke"] == true {
                self.grant["revoked"] = json!(true);
            } else {
                for name in ["generation", "branch"] {
                    assert_eq!(change["from"][name], self.grant[name]);
                    self.grant[name] = change["to"][name].clone();
                }
                self.grant["rotated_at"] = change["to"]["rotated_at"].clone();
            }
        }
        reply
    }

    fn refresh(&mut self, now: Timestamp, refresh: &str) -> Reply {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "csc_one"),
            ("refresh_token", refresh),
        ];
        self.exchange(now, &form(&fields))
    }
}

fn code_body(code: &str, changes: &[(&str, &str)]) -> String {
    let base = [
        ("grant_type", "authorization_code"),
        ("client_id", "csc_one"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("resource", RESOURCE),
    ];
    changed(&base, changes)
}

fn member(reply: &Reply, name: &str) -> String {
    let body: Value = serde_json::from_str(reply.body()).unwrap();
    body[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {}", reply.body()))
        .to_owned()
}

#[track_caller]
fn refused(reply: &Reply, error: &str, reason: Reason) {
    assert_eq!(member(reply, "error"), error);
    assert_eq!(reply.decision(), Decision::from(reason));
    assert_eq!(
        reply.status(),
        if error == "invalid_client" { 401 } else { 400 }
    );
    assert_eq!(
        reply
            .headers()
            .iter()
            .any(|(name, _)| *name == "WWW-Authenticate"),
        error == "invalid_client"
    );
    assert!(!reply.body().contains("access_token"));
}

// Codes --------------------------------------------------------------------------------------------

#[test]
fn a_code_gives_tokens_once() {
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

    let again = site.exchange(at(2), &body);
    refused(&again, "invalid_grant", Reason::CodeReused);
    assert_eq!(site.grant["revoked"], true);
    let refresh = member(&reply, "refresh_token");
    refused(
        &site.refresh(at(3), &refresh),
        "invalid_grant",
        Reason::TokenRevoked,
    );
}

#[test]
fn what_the_site_says_of_scope_and_life_is_answered() {
    let mut site = Site::new("none");
    site.grant["scope"] = json!("mcp:write");
    let reply = site.exchange(at(1), &code_body(&site.code(at(0)), &[]));
    assert_eq!(member(&reply, "scope"), "mcp:write");
    let mut site = Site::new("none");
    site.grant["request"]["scopes"] = json!([]);
    let mut short = settings();
    short["access_lifetime"] = json!(600);
    site.server = Server::new(&short.to_string()).unwrap();
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

#[test]
fn a_client_without_the_refresh_grant_gets_no_refresh_token() {
    let mut site = Site::new("none");
    site.client["grant_types"] = json!(["authorization_code"]);
    let reply = site.exchange(at(1), &code_body(&site.code(at(0)), &[]));
    assert_eq!(reply.status(), 200);
    assert!(!reply.body().contains("refresh_token"));
    let refresh = token::issue(
        &site.keyring,
        &token::Grant {
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
fn a_code_without_all_its_proofs_is_refused_and_costs_nothing() {
    let other = "a".repeat(43);
    for used in [false, true] {
        let mut site = Site::new("none");
        let code = site.code(at(0));
        if used {
            assert_eq!(site.exchange(at(1), &code_body(&code, &[])).status(), 200);
        }
        let before = site.grant.clone();
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
                "invalid_client",
                Reason::ClientAuthFailed,
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
        assert_eq!(site.grant, before);
    }
}

#[test]
fn what_may_be_left_out() {
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
fn a_code_or_token_is_good_for_its_own_grant_only() {
    let site = Site::new("none");
    let code = site
        .token(at(1), &code_body(&site.code(at(0)), &[]), b"")
        .unwrap();
    let redeem = |change: &dyn Fn(&mut Value)| {
        let mut grant = site.grant.clone();
        change(&mut grant);
        code.redeem(
            &site.keyring,
            &site.entropy,
            at(1),
            Some(&grant.to_string()),
        )
    };
    assert_eq!(redeem(&|_| ()).unwrap().status(), 200);
    assert_eq!(
        redeem(&|grant| grant["connection_state"] = json!("paused"))
            .unwrap()
            .status(),
        200
    );
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
            "/connection_state",
            json!("revoked"),
            Reason::ConnectionRevoked,
        ),
        (
            "/connection_state",
            json!("new_state"),
            Reason::ConnectionRevoked,
        ),
        ("/revoked", json!(true), Reason::TokenRevoked),
        (
            "/created_at",
            json!(T + 1 - 90 * 86_400),
            Reason::GrantExpired,
        ),
    ] {
        let reply = redeem(&|grant| *grant.pointer_mut(pointer).unwrap() = value.clone()).unwrap();
        refused(&reply, "invalid_grant", reason);
        assert_eq!(reply.change(), None);
    }
    let moved =
        redeem(&|grant| grant["request"]["resource"] = json!("https://old.example/mcp")).unwrap();
    refused(&moved, "invalid_target", Reason::ResourceMismatch);
    // Without a redirect address in the token request, the binding still ties the code to its own.
    let bare = site
        .token(
            at(1),
            &code_body(&site.code(at(0)), &[("redirect_uri", "")]),
            b"",
        )
        .unwrap();
    let mut other = site.grant.clone();
    other["request"]["redirect_uri"] = json!("http://localhost/cb");
    let reply = bare
        .redeem(
            &site.keyring,
            &site.entropy,
            at(1),
            Some(&other.to_string()),
        )
        .unwrap();
    refused(&reply, "invalid_grant", Reason::GrantMismatch);
    let none = code
        .redeem(&site.keyring, &site.entropy, at(1), None)
        .unwrap();
    refused(&none, "invalid_grant", Reason::ConnectionUnknown);
    for (pointer, value) in [
        ("/id", json!(42)),
        ("/generation", json!(-2)),
        ("/generation", json!("0")),
        ("/epoch", json!(-1)),
        ("/revoked", json!(0)),
    ] {
        let error =
            redeem(&|grant| *grant.pointer_mut(pointer).unwrap() = value.clone()).unwrap_err();
        assert_eq!(error, Error::Grant);
    }
}

#[test]
fn clients_with_a_secret_prove_it_either_way() {
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
            (secret("s3cret"), basic("csc_one:s3cret")),
            (anonymous.clone(), basic("csc_one:wrong")),
            (anonymous.clone(), basic("csc_one:")),
            (anonymous.clone(), basic("csc_one")),
            (anonymous.clone(), b"Bearer s3cret".to_vec()),
            (anonymous.clone(), Vec::new()),
        ] {
            let reply = site.token(at(1), &body, &header).err().unwrap();
            refused(&reply, "invalid_client", Reason::ClientAuthFailed);
        }
        let hash = bytes::hex(&bytes::sha256(b"s3cret"));
        assert!(site.token(at(1), &secret(&hash), b"").is_err());
    }
    // A public client may put its id into the header, with nothing for a secret.
    let site = Site::new("none");
    let code = site.code(at(0));
    let anonymous = code_body(&code, &[("client_id", "")]);
    assert!(site.token(at(1), &anonymous, &basic("csc_one:")).is_ok());
    assert!(
        site.token(at(1), &anonymous, &basic("csc_one:s3cret"))
            .is_err()
    );
    // A stored client that contradicts itself is none.
    let mut site = Site::new("client_secret_post");
    site.client.as_object_mut().unwrap().remove("secret_hash");
    let reply = site
        .token(at(1), &code_body(&code, &[]), b"")
        .err()
        .unwrap();
    refused(&reply, "invalid_client", Reason::ClientUnknown);
}

// Refresh ------------------------------------------------------------------------------------------

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
    let third = member(&site.refresh(at(200), &branch), "refresh_token");
    assert_eq!(site.grant["generation"], 2);
    // The token that the branch replaced is dead: whoever has it has a copy.
    let reuse = site.refresh(at(201), &second);
    refused(&reuse, "invalid_grant", Reason::RefreshReused);
    assert_eq!(
        reuse.change().unwrap(),
        json!({"grant": GRANT, "revoke": true}).to_string()
    );
    refused(
        &site.refresh(at(202), &third),
        "invalid_grant",
        Reason::TokenRevoked,
    );
}

#[test]
fn an_old_refresh_token_ends_the_family_and_a_bad_request_does_not() {
    let (mut site, first) = connected();
    let second = member(&site.refresh(at(1), &first), "refresh_token");
    let third = member(&site.refresh(at(2), &second), "refresh_token");
    let before = site.grant.clone();
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
            at(3),
            body.as_bytes(),
            b"",
            Some(&other.to_string()),
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
    assert_eq!(site.grant["revoked"], before["revoked"]);
    refused(
        &site.refresh(at(3), &first),
        "invalid_grant",
        Reason::RefreshReused,
    );
    assert_eq!(site.grant["revoked"], true);
}

#[test]
fn families_end_and_sleeping_tokens_die() {
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
    site.grant["created_at"] = json!(T - 10 * DAY);
    refused(
        &site.refresh(at(89 * DAY), &latest),
        "invalid_grant",
        Reason::GrantExpired,
    );
}

#[test]
fn a_refresh_token_from_before_the_code_was_used_is_theft() {
    let (mut site, first) = connected();
    site.grant["generation"] = json!(-1);
    refused(
        &site.refresh(at(1), &first),
        "invalid_grant",
        Reason::RefreshReused,
    );
}

// Revocation ---------------------------------------------------------------------------------------

#[test]
fn revocation_names_the_grant_or_the_connection() {
    let mut site = Site::new("none");
    let reply = site.exchange(at(0), &code_body(&site.code(at(0)), &[]));
    let client = site.client.to_string();
    let revoke = |seconds, fields: &[(&str, &str)]| {
        site.server.revoke(
            &site.keyring,
            at(seconds),
            form(fields).as_bytes(),
            b"",
            Some(&client),
        )
    };
    let refresh = member(&reply, "refresh_token");
    let access = member(&reply, "access_token");
    let code = site.code(at(0));
    for (token, hint, change) in [
        (
            refresh.as_str(),
            "refresh_token",
            Some(json!({"grant": GRANT, "client_id": "csc_one", "revoke": true})),
        ),
        (
            &refresh,
            "access_token",
            Some(json!({"grant": GRANT, "client_id": "csc_one", "revoke": true})),
        ),
        (
            &access,
            "x",
            Some(json!({"connection": CONNECTION, "client_id": "csc_one", "revoke_tokens": true})),
        ),
        (&code, "", None),
        ("nonsense", "", None),
        (&format!("{refresh}x"), "", None),
    ] {
        let reply = revoke(
            1,
            &[
                ("token", token),
                ("token_type_hint", hint),
                ("client_id", "csc_one"),
            ],
        );
        assert_eq!((reply.status(), reply.body()), (200, ""));
        assert!(reply.decision().is_allowed());
        let found: Option<Value> = reply
            .change()
            .map(|text| serde_json::from_str(text).unwrap());
        assert_eq!(found, change, "{hint}");
    }
    let expired = revoke(
        31 * 86_400,
        &[("token", &refresh), ("client_id", "csc_one")],
    );
    assert_eq!((expired.status(), expired.change()), (200, None));
    let missing = revoke(1, &[("client_id", "csc_one")]);
    refused(&missing, "invalid_request", Reason::OauthRequestInvalid);
    for fields in [
        &[("token", refresh.as_str())][..],
        &[
            ("token", &refresh),
            ("client_id", "csc_one"),
            ("client_secret", "x"),
        ],
    ] {
        let reply = revoke(1, fields);
        refused(&reply, "invalid_client", Reason::ClientAuthFailed);
        assert_eq!(reply.change(), None);
    }
}

/// RFC 6749 §5.2: error_description is `%x20-21 / %x23-5B / %x5D-7E`.
#[test]
fn every_reason_fits_an_error_description() {
    for reason in Reason::ALL {
        let plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
        assert!(reason.message().bytes().all(plain), "{reason}");
    }
}

proptest::proptest! {
    /// No bytes make it panic, and none reach a redirect but the registered one.
    #[test]
    fn any_query_is_answered(query in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), name in "(redirect_uri|client_id|state|resource|scope|code_challenge)", value in "\\PC{0,40}") {
        let client = client("none").to_string();
        let server = server();
        let mut queries = vec![query.clone(), changed(&QUERY, &[(&name, &value)]).into_bytes()];
        queries.push([form(&QUERY).as_bytes(), b"&", &query].concat());
        for query in queries {
            let location = match server.authorize(&query, Some(&client)) {
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

    /// Whatever the state is, the client reads the same back.
    #[test]
    fn any_state_comes_back(state in "\\PC{1,250}|[ -~]{1,250}|.{1,250}") {
        let request = authorize(&changed(&QUERY, &[("state", &state)])).unwrap();
        let location = request.refuse();
        assert_eq!(parameter(&location, "state"), Some(state));
        assert!(location.starts_with("https://client.example/cb?a=1&error=access_denied&"));
    }
}
