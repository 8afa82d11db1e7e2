//! Settings, metadata documents, registration, and client identifier metadata documents.

use super::support::{CHALLENGE, form, keyring, sender};
use countersign::clock::Timestamp;
use countersign::decision::Decision;
use countersign::entropy::{CountingEntropy, Entropy, EntropyError, SystemEntropy};
use countersign::oauth::{
    AuthorizationServer, Client, OAuthError, OAuthReply, RequestedClient, client_id,
};
use countersign::reason::Reason;
use countersign::record::FoundRecord;
use countersign::store::MemoryStore;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const DOCUMENT: &str = "https://app.example.com/client.json";

fn settings() -> Value {
    json!({
        "issuer": "https://example.org/blog",
        "resource": "https://example.org/blog/wp-json/countersign/v1/mcp",
        "resource_metadata": "https://example.org/blog/.well-known/oauth-protected-resource",
        "authorization_endpoint": "https://example.org/blog/?countersign=authorize",
        "token_endpoint": "https://example.org/blog/wp-json/countersign/v1/token",
        "registration_endpoint": "https://example.org/blog/wp-json/countersign/v1/register",
        "revocation_endpoint": "https://example.org/blog/wp-json/countersign/v1/revoke",
        "secure": true,
        "allow_http": false,
    })
}

fn with(mut base: Value, name: &str, value: Value) -> Value {
    base[name] = value;
    base
}

fn server() -> AuthorizationServer {
    AuthorizationServer::new(&settings().to_string()).unwrap()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn register_with(entropy: &dyn Entropy, body: &[u8]) -> Result<OAuthReply, OAuthError> {
    let store = MemoryStore::new(NOW);
    server().register(&keyring(), entropy, sender(&store, NOW), body)
}

fn register(body: &Value) -> OAuthReply {
    register_with(&CountingEntropy::default(), body.to_string().as_bytes()).unwrap()
}

fn refused(reply: &OAuthReply, error: &str, reason: Reason) {
    assert_eq!(reply.decision(), Decision::from(reason), "{}", reply.body());
    assert_eq!(reply.status(), 400);
    let body = parsed(reply.body());
    assert_eq!(body["error"], error);
    assert_eq!(body["reason"], reason.code());
    let detail = reply.detail().unwrap_or_default();
    assert!(
        body["error_description"]
            .as_str()
            .unwrap()
            .ends_with(detail)
    );
    assert_eq!(reply.client(), None);
}

#[test]
fn unknown_and_unusable_settings_are_refused() {
    let error = |settings: Value| AuthorizationServer::new(&settings.to_string()).err();
    assert_eq!(error(settings()), None);
    for (name, value, expected) in [
        ("typo", json!(1), OAuthError::Settings),
        ("issuer", json!(null), OAuthError::Settings),
        ("allow_http", json!("yes"), OAuthError::Settings),
        ("secure", json!(null), OAuthError::Settings),
        (
            "issuer",
            json!("example.org"),
            OAuthError::Setting("issuer"),
        ),
        (
            "issuer",
            json!("https://example.org/?a"),
            OAuthError::Setting("issuer"),
        ),
        (
            "issuer",
            json!("https://example.org/#a"),
            OAuthError::Setting("issuer"),
        ),
        (
            "issuer",
            json!("https://u@example.org/"),
            OAuthError::Setting("issuer"),
        ),
        (
            "issuer",
            json!("https://:p@example.org/"),
            OAuthError::Setting("issuer"),
        ),
        (
            "resource",
            json!("https://example.org/a b"),
            OAuthError::Setting("resource"),
        ),
        (
            "resource",
            json!("https://example.org\\a"),
            OAuthError::Setting("resource"),
        ),
        (
            "resource",
            json!("ftp://example.org/"),
            OAuthError::Setting("resource"),
        ),
        (
            "token_endpoint",
            json!("http://example.org/t"),
            OAuthError::SettingNotHttps("token_endpoint"),
        ),
        (
            "documentation",
            json!("http://example.org/d"),
            OAuthError::SettingNotHttps("documentation"),
        ),
        (
            "access_lifetime",
            json!(299),
            OAuthError::Setting("access_lifetime"),
        ),
        (
            "refresh_lifetime",
            json!(3_599),
            OAuthError::Setting("refresh_lifetime"),
        ),
        (
            "refresh_lifetime",
            json!(31_536_001),
            OAuthError::Setting("refresh_lifetime"),
        ),
        ("app_schemes", json!(["javascript"]), OAuthError::Settings),
        ("app_schemes", json!(["MyApp"]), OAuthError::Settings),
        ("app_schemes", json!("myapp"), OAuthError::Settings),
        (
            "access_lifetime",
            json!(86_401),
            OAuthError::Setting("access_lifetime"),
        ),
        ("access_lifetime", json!(-1), OAuthError::Settings),
        ("scopes", json!(["a b"]), OAuthError::Setting("scopes")),
        ("scopes", json!([""]), OAuthError::Setting("scopes")),
        ("scopes", json!(["a\"b"]), OAuthError::Setting("scopes")),
        ("scopes", json!(["a\\b"]), OAuthError::Setting("scopes")),
        ("scopes", json!(["ok", "é"]), OAuthError::Setting("scopes")),
        (
            "ip_limit",
            json!({"max": 0, "window": 60}),
            OAuthError::Setting("ip_limit"),
        ),
        (
            "registration_limit",
            json!({"max": 257, "window": 60}),
            OAuthError::Setting("registration_limit"),
        ),
        (
            "registration_limit",
            json!({"max": 1}),
            OAuthError::Settings,
        ),
    ] {
        assert_eq!(
            error(with(settings(), name, value.clone())),
            Some(expected),
            "{name} {value}"
        );
    }
    for (name, value) in [
        ("access_lifetime", json!(300)),
        ("access_lifetime", json!(86_400)),
        ("refresh_lifetime", json!(3_600)),
        ("refresh_lifetime", json!(31_536_000)),
        ("app_schemes", json!(["myapp", "com.example.app"])),
        ("app_schemes", json!([])),
        ("scopes", json!(["!", "~", "mcp:read"])),
    ] {
        assert_eq!(error(with(settings(), name, value)), None, "{name}");
    }
    let plain = |host: &str| {
        with(
            settings(),
            "token_endpoint",
            json!(format!("http://{host}/t")),
        )
    };
    for loopback in ["localhost:8080", "127.0.0.1", "[::1]:9000"] {
        assert_eq!(error(plain(loopback)), None);
    }
    assert_eq!(
        error(with(plain("example.org"), "allow_http", json!(true))),
        None
    );
}

#[test]
fn metadata_has_the_members_that_clients_require() {
    let full = with(
        with(settings(), "scopes", json!(["mcp:read", "mcp:write"])),
        "resource_name",
        json!("Blog"),
    );
    let server = AuthorizationServer::new(
        &with(full, "documentation", json!("https://example.org/d")).to_string(),
    )
    .unwrap();
    let resource = parsed(&server.resource_metadata());
    assert_eq!(
        resource,
        json!({
            "resource": "https://example.org/blog/wp-json/countersign/v1/mcp",
            "authorization_servers": ["https://example.org/blog"],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["mcp:read", "mcp:write"],
            "resource_name": "Blog",
            "resource_documentation": "https://example.org/d",
        })
    );
    let metadata = parsed(&server.server_metadata());
    for (name, value) in [
        ("issuer", json!("https://example.org/blog")),
        (
            "authorization_endpoint",
            json!("https://example.org/blog/?countersign=authorize"),
        ),
        (
            "token_endpoint",
            json!("https://example.org/blog/wp-json/countersign/v1/token"),
        ),
        (
            "registration_endpoint",
            json!("https://example.org/blog/wp-json/countersign/v1/register"),
        ),
        (
            "revocation_endpoint",
            json!("https://example.org/blog/wp-json/countersign/v1/revoke"),
        ),
        ("response_types_supported", json!(["code"])),
        (
            "grant_types_supported",
            json!(["authorization_code", "refresh_token"]),
        ),
        ("code_challenge_methods_supported", json!(["S256"])),
        (
            "token_endpoint_auth_signing_alg_values_supported",
            json!(["ES256", "RS256", "EdDSA"]),
        ),
        (
            "token_endpoint_auth_methods_supported",
            json!([
                "none",
                "client_secret_post",
                "client_secret_basic",
                "private_key_jwt"
            ]),
        ),
        (
            "revocation_endpoint_auth_methods_supported",
            json!([
                "none",
                "client_secret_post",
                "client_secret_basic",
                "private_key_jwt"
            ]),
        ),
        ("client_id_metadata_document_supported", json!(true)),
        (
            "authorization_response_iss_parameter_supported",
            json!(true),
        ),
        ("scopes_supported", json!(["mcp:read", "mcp:write"])),
        ("service_documentation", json!("https://example.org/d")),
        (
            "jwks_uri",
            json!("https://example.org/blog/.well-known/jwks.json"),
        ),
        ("subject_types_supported", json!(["public"])),
        ("id_token_signing_alg_values_supported", json!(["RS256"])),
    ] {
        assert_eq!(metadata[name], value, "{name}");
    }
    for document in [server.resource_metadata(), server.server_metadata()] {
        assert!(!document.contains("offline_access"));
        assert!(!document.contains("plain"));
        assert!(!document.contains("null"));
    }
}

#[test]
fn a_public_client_registers() {
    let reply = register(&json!({
        "client_name": "Claude",
        "redirect_uris": ["http://localhost:3334/oauth/callback"],
        "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
        "logo_uri": "javascript:alert(1)",
        "contacts": [{"anything": null}],
        "scope": "offline_access",
    }));
    assert_eq!(reply.status(), 201);
    assert!(reply.decision().is_allowed());
    assert!(
        reply
            .headers()
            .contains(&("Cache-Control", "no-store".to_owned()))
    );
    assert!(
        reply
            .headers()
            .contains(&("Content-Type", "application/json".to_owned()))
    );
    let answer = parsed(reply.body());
    assert_eq!(
        answer,
        json!({
            "client_id": answer["client_id"],
            "client_id_issued_at": 1_800_000_000,
            "client_name": "Claude",
            "redirect_uris": ["http://localhost:3334/oauth/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    );
    let stored = parsed(reply.client().unwrap());
    assert_eq!(
        stored,
        json!({
            "client_id": answer["client_id"],
            "client_name": "Claude",
            "redirect_uris": ["http://localhost:3334/oauth/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
            "source": "registration",
        })
    );
    // Nothing has to be stored, because the identifier contains the registration.
    let id = answer["client_id"].as_str().unwrap();
    let read = server().registered_client(&keyring(), id).unwrap();
    assert_eq!(parsed(&read.to_json()), stored);
}

#[test]
fn metadata_that_makes_the_identifier_too_long_is_refused() {
    let uris = |count: usize| {
        json!({ "redirect_uris": (0..count)
            .map(|n| format!("https://client.example/{n}/{}", "x".repeat(70)))
            .collect::<Vec<_>>() })
    };
    let reply = register(&uris(8));
    assert_eq!(reply.status(), 201);
    assert!(parsed(reply.body())["client_id"].as_str().unwrap().len() <= 1024);
    refused(
        &register(&uris(9)),
        "invalid_client_metadata",
        Reason::ClientMetadataTooLarge,
    );
}

#[test]
fn missing_members_have_defaults_and_the_answer_says_so() {
    let reply = register(&json!({ "redirect_uris": ["https://example.com/cb"] }));
    let answer = parsed(reply.body());
    assert_eq!(answer["token_endpoint_auth_method"], "client_secret_basic");
    // A client that names no grant types refreshes if it gets a refresh token.
    assert_eq!(
        answer["grant_types"],
        json!(["authorization_code", "refresh_token"])
    );
    assert_eq!(answer["client_secret_expires_at"], 0);
    assert_eq!(answer["client_name"], "");
    let secret = answer["client_secret"].as_str().unwrap();
    assert!(secret.len() > 43);
    let stored = reply.client().unwrap();
    assert!(!stored.contains(secret));
    assert_eq!(parsed(stored)["secret_hash"].as_str().unwrap().len(), 64);
    // Some serialisers write missing members as null.
    let null = register(
        &json!({ "redirect_uris": ["https://example.com/cb"], "client_name": null, "grant_types": null }),
    );
    assert_eq!(null.status(), 201);
    // Whoever names one gets what it names.
    let named = register(
        &json!({ "redirect_uris": ["https://example.com/cb"], "grant_types": ["authorization_code"] }),
    );
    assert_eq!(
        parsed(named.body())["grant_types"],
        json!(["authorization_code"])
    );
}

/// The registration of Cursor: three addresses, of which older rules admitted none because of the first.
#[test]
fn cursor_registers_with_its_three_redirect_uris() {
    let uris = json!([
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
    ]);
    let body = json!({ "client_name": "Cursor", "redirect_uris": uris, "token_endpoint_auth_method": "none" });
    let reply = register(&body);
    assert_eq!(reply.status(), 201, "{}", reply.body());
    let answer = parsed(reply.body());
    assert_eq!(answer["redirect_uris"], uris);
    assert_eq!(
        answer["grant_types"],
        json!(["authorization_code", "refresh_token"])
    );
    let id = answer["client_id"].as_str().unwrap();
    let read = server().registered_client(&keyring(), id).unwrap();
    assert_eq!(read.to_json(), reply.client().unwrap());
}

/// RFC 7591 §3.2.1: the server may replace what it does not support, and its answer says what it took.
#[test]
fn one_member_that_cannot_be_used_does_not_sink_the_registration() {
    let https = "https://example.com/cb";
    let app = "com.example.app:/cb";
    for (uris, method, usable) in [
        (json!([https, "myapp://cb"]), "none", json!([https])),
        (
            json!(["javascript:alert(1)", 1, null, https]),
            "none",
            json!([https]),
        ),
        (
            json!(["http://example.com/cb", "data:x", "file:///x", https, https]),
            "none",
            json!([https]),
        ),
        (json!(https), "none", json!([https])),
        // A client that keeps a secret is no program on the user's machine.
        (json!([app, https]), "client_secret_post", json!([https])),
        (json!([app, https]), "none", json!([app, https])),
    ] {
        let body = json!({ "redirect_uris": uris, "token_endpoint_auth_method": method });
        let reply = register(&body);
        assert_eq!(reply.status(), 201, "{body} {}", reply.body());
        assert_eq!(parsed(reply.body())["redirect_uris"], usable, "{body}");
    }
    let many: Vec<String> = (0..12)
        .map(|n| format!("https://example.com/{n}"))
        .collect();
    let reply = register(&json!({ "redirect_uris": many, "token_endpoint_auth_method": "none" }));
    assert_eq!(parsed(reply.body())["redirect_uris"], json!(many[..10]));
    for (name, value) in [
        ("contacts", json!({"wrong": [1]})),
        ("contacts", json!(7)),
        ("client_name", json!(["x"])),
        ("client_name", json!(5)),
        ("grant_types", json!([])),
        ("grant_types", json!("authorization_code")),
        ("grant_types", json!(["authorization_code", 1, "implicit"])),
        ("grant_types", json!({})),
        ("response_types", json!([])),
        ("response_types", json!("code")),
        ("response_types", json!(["code", "token"])),
        ("response_types", json!(3)),
        ("token_endpoint_auth_method", json!("")),
        ("token_endpoint_auth_method", json!(1)),
        ("logo_uri", json!(false)),
        ("jwks", json!("x")),
        ("software_statement", json!([])),
    ] {
        let body = with(json!({ "redirect_uris": [https] }), name, value);
        let reply = register(&body);
        assert_eq!(reply.status(), 201, "{body} {}", reply.body());
    }
    // A program of the user's machine that does not say how it authenticates has no secret (RFC 8252 §8.5).
    let reply =
        register(&json!({ "redirect_uris": ["cursor://anysphere.cursor-mcp/oauth/callback"] }));
    let answer = parsed(reply.body());
    assert_eq!(answer["token_endpoint_auth_method"], "none");
    assert_eq!(answer["client_secret"], Value::Null);
    // A preferred method is not a required one.
    let reply = register(&json!({
        "redirect_uris": [https], "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
    }));
    assert_eq!(parsed(reply.body())["token_endpoint_auth_method"], "none");
}

/// The identifier contains the registration, so nothing deletes it.
#[test]
fn a_registration_without_consent_stays_valid() {
    let reply = register(
        &json!({ "redirect_uris": ["https://example.com/cb"], "token_endpoint_auth_method": "none" }),
    );
    let id = parsed(reply.body())["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &id),
        ("redirect_uri", "https://example.com/cb"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    // No time is an argument of reading it: it is as valid 25 hours and 29 days later as now.
    let missing = RequestedClient::Stored(FoundRecord::Missing);
    assert!(
        server()
            .authorize(&keyring(), query.as_bytes(), missing, &[])
            .is_ok()
    );
    assert!(
        server()
            .precheck(&keyring(), query.as_bytes(), FoundRecord::Missing)
            .is_ok()
    );
    for later in [25 * 3_600, 29 * 86_400] {
        let store = MemoryStore::new(NOW.plus_seconds(later));
        let body = form(&[
            ("client_id", &id),
            ("grant_type", "refresh_token"),
            ("refresh_token", "csrt_x"),
        ]);
        let sender = sender(&store, NOW.plus_seconds(later));
        let refused = server()
            .token(
                &keyring(),
                sender,
                body.as_bytes(),
                b"",
                FoundRecord::Missing,
                None,
            )
            .err()
            .unwrap();
        // The client is known; its token is not.
        assert_eq!(parsed(refused.body())["error"], "invalid_grant", "{later}");
    }
}

/// A scheme that the administrator added is accepted from then on, and no longer if it was removed again.
#[test]
fn an_added_scheme_is_accepted_as_long_as_the_setting_names_it() {
    let wide =
        AuthorizationServer::new(&with(settings(), "app_schemes", json!(["myapp"])).to_string())
            .unwrap();
    let uri = "myapp://localhost/cb";
    let body = json!({ "redirect_uris": [uri, "https://example.com/cb"], "token_endpoint_auth_method": "none" });
    let store = MemoryStore::new(NOW);
    let reply = wide
        .register(
            &keyring(),
            &CountingEntropy::default(),
            sender(&store, NOW),
            body.to_string().as_bytes(),
        )
        .unwrap();
    let answer = parsed(reply.body());
    assert_eq!(answer["redirect_uris"], body["redirect_uris"]);
    let id = answer["client_id"].as_str().unwrap();
    let query = form(&[
        ("response_type", "code"),
        ("client_id", id),
        ("redirect_uri", uri),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let asked = |server: &AuthorizationServer| {
        let missing = RequestedClient::Stored(FoundRecord::Missing);
        server.authorize(&keyring(), query.as_bytes(), missing, &[])
    };
    let request = asked(&wide).unwrap();
    assert_eq!(request.redirect_scheme(), Some("myapp"));
    assert_eq!(request.redirect_host(), "myapp://localhost");
    assert!(!request.is_loopback() && !request.leaves_document_host());
    assert!(
        request
            .refuse()
            .starts_with("myapp://localhost/cb?error=access_denied")
    );
    let refused = asked(&server()).unwrap_err();
    assert_eq!(refused.decision(), Decision::from(Reason::RedirectInvalid));
    let kept = server().registered_client(&keyring(), id).unwrap();
    assert_eq!(
        parsed(&kept.to_json())["redirect_uris"],
        json!(["https://example.com/cb"])
    );
}

#[test]
fn ids_and_secrets_are_random() {
    let body = json!({ "redirect_uris": ["https://example.com/cb"] }).to_string();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..50 {
        let reply = register_with(&SystemEntropy, body.as_bytes()).unwrap();
        let answer = parsed(reply.body());
        assert!(seen.insert(answer["client_id"].to_string()));
        assert!(seen.insert(answer["client_secret"].to_string()));
    }
    struct Broken;
    impl Entropy for Broken {
        fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
            Err(EntropyError)
        }
    }
    let failed = register_with(&Broken, body.as_bytes()).unwrap_err();
    assert_eq!(failed, OAuthError::Entropy(EntropyError));
}

#[test]
fn invalid_registrations_are_refused_with_their_reason() {
    let good = || json!({ "redirect_uris": ["https://example.com/cb"] });
    for (name, value) in [
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("grant_types", json!(["refresh_token"])),
        ("grant_types", json!(["implicit"])),
        ("response_types", json!(["token"])),
    ] {
        let reply = register(&with(good(), name, value.clone()));
        refused(
            &reply,
            "invalid_client_metadata",
            Reason::ClientMetadataInvalid,
        );
        assert!(reply.detail().unwrap().contains(name), "{name}");
    }
    for value in [
        json!(null),
        json!([]),
        json!([1]),
        json!(7),
        json!(["http://example.com/cb"]),
        json!(["javascript:alert(1)"]),
        json!(["myapp://cb", "data:text/html,x", "file:///etc/passwd"]),
    ] {
        let reply = register(&with(good(), "redirect_uris", value));
        refused(&reply, "invalid_redirect_uri", Reason::RedirectInvalid);
        assert!(reply.detail().unwrap().contains("redirect_uris"));
    }
    let confidential = json!({
        "redirect_uris": ["com.example.app:/cb"], "token_endpoint_auth_method": "client_secret_basic",
    });
    refused(
        &register(&confidential),
        "invalid_redirect_uri",
        Reason::RedirectInvalid,
    );
    let raw = |body: &[u8]| register_with(&CountingEntropy::default(), body).unwrap();
    for body in [&b""[..], b"{", b"[]", b"\"x\"", b"null", b"\xff", b"{} {}"] {
        refused(&raw(body), "invalid_client_metadata", Reason::BodyNotJson);
    }
    let twice = br#"{"redirect_uris":["https://example.com/cb"],"redirect_uris":["https://evil.example/cb"]}"#;
    refused(
        &raw(twice),
        "invalid_client_metadata",
        Reason::ClientMetadataInvalid,
    );
    let sized = |size: usize| {
        let bare = with(good(), "x", json!("")).to_string().len();
        with(good(), "x", json!("x".repeat(size - bare))).to_string()
    };
    assert_eq!(raw(sized(16_384).as_bytes()).status(), 201);
    refused(
        &raw(sized(16_385).as_bytes()),
        "invalid_client_metadata",
        Reason::BodyTooLarge,
    );
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    refused(
        &raw(deep.as_bytes()),
        "invalid_client_metadata",
        Reason::BodyNotJson,
    );
}

fn document() -> Value {
    json!({
        "client_id": DOCUMENT,
        "client_name": "Claude Code",
        "client_uri": "https://app.example.com",
        "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    })
}

/// Returns the client of a request whose metadata document was fetched from `id`.
fn described(id: &str, document: &[u8]) -> Result<Client, Reason> {
    let query = form(&[
        ("response_type", "code"),
        ("client_id", id),
        ("redirect_uri", "http://localhost:99/callback"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let client = RequestedClient::Document(document);
    server()
        .authorize(&keyring(), query.as_bytes(), client, &[])
        .map(|request| request.client().clone())
        .map_err(|reply| {
            assert_eq!((reply.status(), reply.redirect()), (400, None));
            match reply.decision() {
                Decision::Deny(denial) => denial.reason,
                Decision::Allow => panic!("{}", reply.body()),
            }
        })
}

#[test]
fn a_metadata_document_describes_a_public_client() {
    let read = |document: &Value| described(DOCUMENT, document.to_string().as_bytes());
    let client = read(&document()).unwrap();
    assert_eq!(client.client_id(), DOCUMENT);
    assert_eq!(
        parsed(&client.to_json()),
        json!({
            "client_id": DOCUMENT,
            "client_name": "Claude Code",
            "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
            "source": "document",
        })
    );
    let mut short = document();
    short
        .as_object_mut()
        .unwrap()
        .remove("token_endpoint_auth_method");
    assert_eq!(
        parsed(&read(&short).unwrap().to_json())["token_endpoint_auth_method"],
        "none"
    );
    for (name, value) in [
        ("client_id", json!("https://app.example.com/client.json?")),
        ("client_id", json!("https://evil.example/client.json")),
        ("client_id", json!(null)),
        ("client_name", json!(null)),
        ("client_name", json!("")),
        ("client_name", json!("\u{200b}\u{202e}")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("client_secret", json!("s")),
        ("client_secret_expires_at", json!(0)),
        ("response_types", json!(["token"])),
        ("grant_types", json!(["client_credentials"])),
    ] {
        let refusal = read(&with(document(), name, value.clone())).unwrap_err();
        assert_eq!(refusal, Reason::ClientMetadataInvalid, "{name} {value}");
    }
    for (name, value) in [
        ("grant_types", json!(null)),
        ("grant_types", json!([])),
        ("contacts", json!(1)),
        ("response_types", json!("code")),
    ] {
        let client = read(&with(document(), name, value)).unwrap();
        assert_eq!(
            parsed(&client.to_json())["grant_types"],
            json!(["authorization_code", "refresh_token"])
        );
    }
    let uris = json!([
        "myapp://cb",
        1,
        "http://localhost/callback",
        "http://example.com/"
    ]);
    let client = read(&with(document(), "redirect_uris", uris)).unwrap();
    assert_eq!(
        parsed(&client.to_json())["redirect_uris"],
        json!(["http://localhost/callback"])
    );
    // A preferred method is not a required one.
    let mut preferring = with(
        document(),
        "token_endpoint_auth_method",
        json!("tls_client_auth"),
    );
    preferring["token_endpoint_auth_methods_supported"] = json!(["tls_client_auth", "none"]);
    let client = read(&preferring).unwrap();
    assert_eq!(
        parsed(&client.to_json())["token_endpoint_auth_method"],
        "none"
    );
    for value in [json!(null), json!([]), json!(["javascript:alert(1)"])] {
        let refusal = read(&with(document(), "redirect_uris", value)).unwrap_err();
        assert_eq!(refusal, Reason::RedirectInvalid);
    }
    let elsewhere = "https://127.0.0.1/client.json";
    let body = with(document(), "client_id", json!(elsewhere)).to_string();
    let refusal = described(elsewhere, body.as_bytes()).unwrap_err();
    assert_eq!(refusal, Reason::ClientMetadataInvalid);
    assert_eq!(
        described(DOCUMENT, b"<html>").unwrap_err(),
        Reason::BodyNotJson
    );
}

#[test]
fn the_client_id_is_read_from_query_body_and_header() {
    let basic = |pair: &str| {
        use base64::Engine as _;
        format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(pair)
        )
        .into_bytes()
    };
    let id = |body: &str, header: &[u8]| client_id(body.as_bytes(), header);
    assert_eq!(id("a=b&client_id=x%2Dy&c", b"").as_deref(), Some("x-y"));
    assert_eq!(
        id("grant_type=x", &basic("x%2Dy:s")).as_deref(),
        Some("x-y")
    );
    assert_eq!(id("client_id=x", &basic("x:s")).as_deref(), Some("x"));
    for (body, header) in [
        ("", Vec::new()),
        ("client_id=", Vec::new()),
        ("client_id=x&client_id=x", Vec::new()),
        ("client_id=x&client_id=y", Vec::new()),
        ("client_id=%zz", Vec::new()),
        ("client_id=%ff", Vec::new()),
        ("Client_Id=x", Vec::new()),
        ("client_id=x", basic("y:s")),
        ("client_id=x&client_secret=s", basic("x:s")),
        ("client_id=x", b"Bearer y".to_vec()),
        ("client_id=x", b"Basic ?".to_vec()),
        ("client_id=x", basic("x")),
        ("client_id=x", b"Basic".to_vec()),
    ] {
        assert_eq!(id(body, &header), None, "{body} {header:?}");
    }
    assert_eq!(id(&format!("client_id={}", "x".repeat(2049)), b""), None);
    assert_eq!(
        id(&format!("x={}&client_id=x", "x".repeat(16 * 1024)), b""),
        None
    );
    assert_eq!(id(&format!("{}client_id=x", "a=b&".repeat(64)), b""), None);
}
