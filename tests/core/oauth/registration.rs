//! Settings, metadata documents, registration, and client identifier metadata documents.

use super::support::{CHALLENGE, form, keyring, sender};
use countersign::clock::Timestamp;
use countersign::decision::Decision;
use countersign::entropy::{CountingEntropy, Entropy, EntropyError, SystemEntropy};
use countersign::oauth::{
    AuthorizationServer, Client, OAuthError, OAuthReply, RequestedClient, client_id,
};
use countersign::reason::Reason;
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
    assert_eq!(parsed(reply.body())["error"], error);
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
            json!(0),
            OAuthError::Setting("access_lifetime"),
        ),
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
        ("access_lifetime", json!(1)),
        ("access_lifetime", json!(86_400)),
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
            "token_endpoint_auth_methods_supported",
            json!(["none", "client_secret_post", "client_secret_basic"]),
        ),
        (
            "revocation_endpoint_auth_methods_supported",
            json!(["none", "client_secret_post", "client_secret_basic"]),
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
    let read = AuthorizationServer::registered_client(&keyring(), id).unwrap();
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
fn missing_members_have_the_defaults_of_the_rfc() {
    let reply = register(&json!({ "redirect_uris": ["https://example.com/cb"] }));
    let answer = parsed(reply.body());
    assert_eq!(answer["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(answer["grant_types"], json!(["authorization_code"]));
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
        ("token_endpoint_auth_method", json!("")),
        ("token_endpoint_auth_method", json!(1)),
        ("grant_types", json!([])),
        ("grant_types", json!(["refresh_token"])),
        ("grant_types", json!(["implicit"])),
        ("grant_types", json!("authorization_code")),
        ("response_types", json!([])),
        ("response_types", json!(["token"])),
        ("client_name", json!(["x"])),
        ("redirect_uris", json!("https://example.com/cb")),
        ("redirect_uris", json!([1])),
    ] {
        let reply = register(&with(good(), name, value.clone()));
        refused(
            &reply,
            "invalid_client_metadata",
            Reason::ClientMetadataInvalid,
        );
    }
    for value in [
        json!(null),
        json!([]),
        json!(["http://example.com/cb"]),
        json!(["javascript:alert(1)"]),
        json!(["https://example.com/cb", "myapp://cb"]),
        json!(vec!["https://example.com/cb"; 11]),
    ] {
        let reply = register(&with(good(), "redirect_uris", value));
        refused(&reply, "invalid_redirect_uri", Reason::RedirectInvalid);
    }
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
    assert_eq!(
        register(&with(
            good(),
            "redirect_uris",
            json!(vec!["https://example.com/cb"; 10])
        ))
        .status(),
        201
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
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("client_secret", json!("s")),
        ("client_secret_expires_at", json!(0)),
        ("response_types", json!(["token"])),
        ("grant_types", json!(["client_credentials"])),
    ] {
        let refusal = read(&with(document(), name, value.clone())).unwrap_err();
        assert_eq!(refusal, Reason::ClientMetadataInvalid, "{name} {value}");
    }
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
