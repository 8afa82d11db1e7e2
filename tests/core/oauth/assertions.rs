//! Clients that sign: `private_key_jwt` (RFC 7523), with a corpus of wrong assertions.

use super::support::*;
use countersign::bytes::base64url;
use countersign::clock::Timestamp;
use countersign::decision::Decision;
use countersign::oauth::{AuthorizationServer, OAuthReply, RequestedClient, TokenRequest};
use countersign::reason::Reason;
use countersign::record::FoundRecord;
use countersign::store::MemoryStore;
use ed25519_dalek::Signer as _;
use serde_json::{Value, json};

const ID: &str = "https://client.example/client.json";
const KEYS: &str = "https://client.example/keys.json";
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key of a client: ES256 or EdDSA.
enum TestKey {
    Ec(p256::ecdsa::SigningKey),
    Ed(ed25519_dalek::SigningKey),
}

impl TestKey {
    fn ec(seed: u8) -> Self {
        Self::Ec(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    fn ed(seed: u8) -> Self {
        Self::Ed(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    fn jwk(&self) -> Value {
        match self {
            Self::Ec(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let bytes = point.as_bytes();
                json!({ "kty": "EC", "crv": "P-256", "x": base64url(&bytes[1..33]), "y": base64url(&bytes[33..]), "kid": "k" })
            }
            Self::Ed(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(key.verifying_key().as_bytes()), "kid": "k" })
            }
        }
    }

    fn alg(&self) -> &'static str {
        match self {
            Self::Ec(_) => "ES256",
            Self::Ed(_) => "EdDSA",
        }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!(
            "{}.{}",
            base64url(header.to_string().as_bytes()),
            base64url(claims.to_string().as_bytes())
        );
        let signature = match self {
            Self::Ec(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message.as_bytes());
                signature.to_bytes().to_vec()
            }
            Self::Ed(key) => key.sign(message.as_bytes()).to_bytes().to_vec(),
        };
        format!("{message}.{}", base64url(&signature))
    }

    /// A good assertion with another id each time.
    fn assertion(&self, jti: &str) -> String {
        self.sign(&json!({ "alg": self.alg(), "kid": "k" }), &claims(jti))
    }
}

fn claims(jti: &str) -> Value {
    json!({ "iss": ID, "sub": ID, "aud": ISSUER, "exp": T + 300, "iat": T, "jti": jti })
}

fn with(mut base: Value, name: &str, value: Value) -> Value {
    base[name] = value;
    base
}

fn document(members: &[(&str, Value)]) -> Value {
    let mut document = json!({
        "client_id": ID, "client_name": "Signs", "redirect_uris": [REDIRECT],
        "token_endpoint_auth_method": "private_key_jwt",
    });
    for (name, value) in members {
        document[*name] = value.clone();
    }
    document
}

/// The site after a person has approved the client of `document`.
fn site(document: &Value) -> Site {
    let mut site = Site::new("none");
    // The corpus is larger than the usual limit of failed requests.
    let roomy = with(settings(), "ip_limit", json!({ "max": 256, "window": 1 }));
    site.server = AuthorizationServer::new(&roomy.to_string()).unwrap();
    // An assertion may have been used before a store was reset.
    site.store = MemoryStore::new(Timestamp::from_seconds(T - 7_200));
    let body = document.to_string();
    let query = changed(&QUERY, &[("client_id", ID)]);
    let request = server()
        .authorize(
            &keyring(),
            query.as_bytes(),
            RequestedClient::Document(body.as_bytes()),
            &[],
        )
        .unwrap();
    site.client = serde_json::from_str(&request.client().to_json()).unwrap();
    site.row = GrantRow::new(&request);
    site.row.grant["client_id"] = json!(ID);
    site
}

/// Returns the code of the request that [`site`] approved.
fn code(site: &Site) -> String {
    let body = document(&[("jwks_uri", json!(KEYS))]).to_string();
    let query = changed(&QUERY, &[("client_id", ID)]);
    let request = server()
        .authorize(
            &keyring(),
            query.as_bytes(),
            RequestedClient::Document(body.as_bytes()),
            &[],
        )
        .unwrap();
    let location = request
        .approve(&site.keyring, &site.entropy, at(0), GRANT)
        .unwrap();
    parameter(&location, "code").unwrap()
}

/// Sends a token request with an assertion, and with the key set that was fetched.
fn send(
    site: &Site,
    assertion: Option<&str>,
    changes: &[(&str, &str)],
    keys: Option<&[u8]>,
) -> Result<TokenRequest, Box<OAuthReply>> {
    let code = code(site);
    let mut all = vec![("client_id", ID)];
    if let Some(assertion) = assertion {
        all.extend([
            ("client_assertion", assertion),
            ("client_assertion_type", TYPE),
        ]);
    }
    all.extend(changes);
    let body = code_body(&code, &all);
    let record = client_record(&site.client);
    site.server.token(
        &site.keyring,
        sender(&site.store, at(0)),
        body.as_bytes(),
        b"",
        FoundRecord::Genuine(&record),
        keys,
    )
}

#[track_caller]
fn unproven(reply: Result<TokenRequest, Box<OAuthReply>>, why: &str) {
    let reply = reply.err().unwrap_or_else(|| panic!("{why} was accepted"));
    refused(&reply, "invalid_client", Reason::ClientAuthFailed);
    assert!(reply.detail().is_some(), "{why}");
}

#[test]
fn a_client_that_signs_gets_tokens_and_each_assertion_works_once() {
    for key in [TestKey::ec(7), TestKey::ed(7)] {
        for inline in [true, false] {
            let set = json!({ "keys": [{"kty": "oct", "k": "AAAA"}, 5, key.jwk()] });
            let text = set.to_string();
            let (member, value) = if inline {
                ("jwks", set)
            } else {
                ("jwks_uri", json!(KEYS))
            };
            let site = site(&document(&[(member, value)]));
            assert_eq!(site.client["token_endpoint_auth_method"], "private_key_jwt");
            let keys = (!inline).then_some(text.as_bytes());
            let assertion = key.assertion("one");
            assert!(send(&site, Some(&assertion), &[], keys).is_ok());
            unproven(send(&site, Some(&assertion), &[], keys), "used again");
            assert!(send(&site, Some(&key.assertion("two")), &[], keys).is_ok());
            // The assertion names the client.
            assert!(
                send(
                    &site,
                    Some(&key.assertion("three")),
                    &[("client_id", "")],
                    keys
                )
                .is_ok()
            );
            unproven(send(&site, None, &[], keys), "no assertion");
            unproven(
                send(&site, Some(&TestKey::ec(8).assertion("x")), &[], keys),
                "another key",
            );
        }
    }
}

/// A document with both methods, such as that of ChatGPT: its client may sign, and need not.
#[test]
fn a_client_that_can_do_without_may_sign() {
    let key = TestKey::ec(7);
    let site = site(&document(&[
        (
            "token_endpoint_auth_methods_supported",
            json!(["none", "private_key_jwt"]),
        ),
        ("jwks_uri", json!(KEYS)),
    ]));
    assert_eq!(site.client["token_endpoint_auth_method"], "none");
    let set = json!({ "keys": [key.jwk()] }).to_string();
    assert!(send(&site, None, &[], None).is_ok());
    assert!(
        send(
            &site,
            Some(&key.assertion("one")),
            &[],
            Some(set.as_bytes())
        )
        .is_ok()
    );
    unproven(
        send(
            &site,
            Some(&TestKey::ec(8).assertion("x")),
            &[],
            Some(set.as_bytes()),
        ),
        "another key",
    );
    // A public client without keys cannot sign.
    let mut bare = site;
    bare.client.as_object_mut().unwrap().remove("keys");
    unproven(
        send(
            &bare,
            Some(&key.assertion("two")),
            &[],
            Some(set.as_bytes()),
        ),
        "no keys",
    );
}

#[test]
fn documents_without_usable_keys_are_refused() {
    let key = TestKey::ec(7).jwk();
    let oct = json!({ "keys": [{"kty": "oct", "k": "AAAA"}] });
    for members in [
        vec![],
        vec![("jwks", json!({ "keys": [] }))],
        vec![("jwks", oct)],
        vec![("jwks", json!([key]))],
        vec![
            ("jwks", json!({ "keys": [key] })),
            ("jwks_uri", json!(KEYS)),
        ],
        vec![("jwks_uri", json!("http://client.example/keys.json"))],
        vec![("jwks_uri", json!("https://127.0.0.1/keys.json"))],
        vec![("jwks_uri", json!("https://localhost/keys.json"))],
        vec![("jwks_uri", json!(7))],
        vec![(
            "jwks",
            json!({ "keys": [with(key.clone(), "crv", json!("P-384"))] }),
        )],
        vec![(
            "jwks",
            json!({ "keys": [with(key.clone(), "use", json!("enc"))] }),
        )],
        vec![(
            "jwks",
            json!({ "keys": [with(key.clone(), "alg", json!("ES384"))] }),
        )],
        vec![(
            "jwks",
            json!({ "keys": [with(key.clone(), "y", key["x"].clone())] }),
        )],
    ] {
        let body = document(&members).to_string();
        let query = changed(&QUERY, &[("client_id", ID)]);
        let document = RequestedClient::Document(body.as_bytes());
        let reply = server()
            .authorize(&keyring(), query.as_bytes(), document, &[])
            .unwrap_err();
        assert_eq!(
            reply.decision(),
            Decision::from(Reason::ClientMetadataInvalid),
            "{body}"
        );
    }
}

#[test]
fn wrong_assertions_are_refused() {
    let key = TestKey::ec(7);
    let site = site(&document(&[("jwks", json!({ "keys": [key.jwk()] }))]));
    let header = json!({ "alg": "ES256", "kid": "k" });
    for (name, value) in [
        ("iss", json!("https://evil.example/client.json")),
        ("iss", json!(null)),
        ("sub", json!("csc_one")),
        ("sub", json!(1)),
        ("aud", json!("https://evil.example")),
        ("aud", json!(RESOURCE)),
        ("aud", json!([])),
        ("aud", json!(["https://evil.example"])),
        ("aud", json!(null)),
        ("exp", json!(T)),
        ("exp", json!(T - 1)),
        ("exp", json!(T + 3661)),
        ("exp", json!(1e300)),
        ("exp", json!("1800000300")),
        ("exp", json!(null)),
        ("iat", json!(T + 61)),
        ("nbf", json!(T + 61)),
        ("nbf", json!(-1)),
        ("jti", json!("")),
        ("jti", json!("x".repeat(256))),
        ("jti", json!(7)),
        ("jti", json!(null)),
    ] {
        let assertion = key.sign(&header, &with(claims("wrong"), name, value.clone()));
        unproven(
            send(&site, Some(&assertion), &[], None),
            &format!("{name} {value}"),
        );
    }
    for (name, value) in [
        (
            "aud",
            json!(["https://other.example", "https://example.org/t"]),
        ),
        ("aud", json!("https://example.org/t")),
        ("exp", json!(T + 3660)),
        ("exp", json!(1_800_000_300.5)),
        ("iat", json!(T + 60)),
        ("jti", json!("x".repeat(255))),
    ] {
        let jti = format!("{name} {value}");
        let good = with(claims(&jti), name, value);
        assert!(
            send(&site, Some(&key.sign(&header, &good)), &[], None).is_ok(),
            "{jti}"
        );
    }
    // The algorithm follows from the key.
    let public = key.jwk().to_string();
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "None", "kid": "k" }),
        json!({ "alg": "HS256", "kid": "k" }),
        json!({ "alg": "RS256", "kid": "k" }),
        json!({ "alg": "EdDSA", "kid": "k" }),
        json!({ "alg": "es256", "kid": "k" }),
        json!({ "alg": "ES256", "kid": "other" }),
        json!({ "alg": "ES256", "kid": 1 }),
        json!({ "alg": "ES256", "kid": "k", "crit": ["b64"], "b64": false }),
        json!({ "kid": "k" }),
        json!([]),
    ] {
        unproven(
            send(&site, Some(&key.sign(&header, &claims("alg"))), &[], None),
            &header.to_string(),
        );
    }
    // A key that the assertion brings along is not trusted.
    let evil = TestKey::ec(9);
    for header in [
        json!({ "alg": "ES256", "kid": "k", "jwk": evil.jwk() }),
        json!({ "alg": "ES256", "kid": "k", "jku": "https://evil.example/keys.json" }),
    ] {
        unproven(
            send(
                &site,
                Some(&evil.sign(&header, &claims("own key"))),
                &[],
                None,
            ),
            "own key",
        );
    }
    let good = key.assertion("good");
    let parts: Vec<&str> = good.split('.').collect();
    let zeros = base64url(&[0; 64]);
    let twice = format!(
        r#"{{"iss":"{ID}","sub":"{ID}","sub":"x","aud":"{ISSUER}","exp":{},"jti":"d"}}"#,
        T + 300
    );
    for text in [
        String::new() + "x",
        "..".to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{zeros}", parts[0], parts[1]),
        format!("{good}."),
        format!("{good}A"),
        format!("{good}="),
        format!("{}.{}.{}", parts[1], parts[0], parts[2]),
        format!("{}.{}.{}", parts[0], base64url(twice.as_bytes()), parts[2]),
        format!("{}.{}.{}", parts[0], base64url(public.as_bytes()), parts[2]),
        "x".repeat(9000),
    ] {
        unproven(send(&site, Some(&text), &[], None), &text);
    }
    for bit in 0..parts[2].len() {
        let mut changed = parts[2].as_bytes().to_vec();
        changed[bit] = if changed[bit] == b'A' { b'B' } else { b'A' };
        let text = format!(
            "{}.{}.{}",
            parts[0],
            parts[1],
            String::from_utf8(changed).unwrap()
        );
        assert!(send(&site, Some(&text), &[], None).is_err(), "{bit}");
    }
    // None of them has used up the good one.
    assert!(send(&site, Some(&good), &[], None).is_ok());
    let reply = |changes: &[(&str, &str)]| {
        send(&site, Some(&key.assertion("two ways")), changes, None)
            .err()
            .unwrap()
    };
    for changes in [
        &[("client_secret", "x")][..],
        &[(
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        )],
        &[("client_assertion_type", "")],
    ] {
        refused(
            &reply(changes),
            "invalid_request",
            Reason::OauthRequestInvalid,
        );
    }
    let other = [("client_id", "csc_one")];
    let reply = send(&site, Some(&key.assertion("id")), &other, None)
        .err()
        .unwrap();
    refused(&reply, "invalid_client", Reason::ClientUnknown);
}

#[test]
fn vectors_of_rsa_keys_have_their_results() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/oauth/assertions.json"
    );
    let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for case in all["cases"].as_array().unwrap() {
        // Beside another key, so that a document with an unusable key is accepted.
        let set = json!({ "keys": [TestKey::ec(7).jwk(), case["jwk"]] });
        let site = site(&document(&[("jwks", set)]));
        let sent = send(&site, case["assertion"].as_str(), &[], None);
        assert_eq!(sent.is_ok(), case["valid"], "{}", case["name"]);
    }
}

/// An assertion from before the store was reset may have been used: the client shall sign a new one.
#[test]
fn after_the_store_was_reset_only_new_assertions_are_accepted() {
    let key = TestKey::ed(7);
    let mut site = site(&document(&[("jwks", json!({ "keys": [key.jwk()] }))]));
    site.store = MemoryStore::new(at(0));
    let mut undated = claims("undated");
    undated.as_object_mut().unwrap().remove("iat");
    let header = json!({ "alg": "EdDSA" });
    for assertion in [key.assertion("old"), key.sign(&header, &undated)] {
        let reply = send(&site, Some(&assertion), &[], None).err().unwrap();
        assert_eq!(
            (reply.status(), reply.decision()),
            (503, Decision::from(Reason::StoreRestarted))
        );
    }
}

/// Nothing is fetched for a stranger: only a request with right claims and a genuine token needs the keys.
#[test]
fn keys_are_fetched_only_for_requests_with_a_genuine_token() {
    let key = TestKey::ec(7);
    let site = site(&document(&[("jwks_uri", json!(KEYS))]));
    let record = client_record(&site.client);
    let code = code(&site);
    let address = |changes: &[(&str, &str)]| {
        let assertion = key.assertion("any");
        let mut all = vec![
            ("client_id", ID),
            ("client_assertion", assertion.as_str()),
            ("client_assertion_type", TYPE),
        ];
        all.extend(changes);
        let body = code_body(&code, &all);
        site.server.keys_address(
            &site.keyring,
            at(0),
            body.as_bytes(),
            FoundRecord::Genuine(&record),
        )
    };
    assert_eq!(address(&[]).as_deref(), Some(KEYS));
    let stale = key.sign(
        &json!({ "alg": "ES256" }),
        &with(claims("x"), "exp", json!(T)),
    );
    for changes in [
        &[("code", "csac_x")][..],
        &[("code", "")],
        &[("client_assertion", "x.y.z")],
        &[("client_assertion", stale.as_str())],
        &[("client_assertion", ""), ("client_assertion_type", "")],
    ] {
        assert_eq!(address(changes), None, "{changes:?}");
    }
    // If they cannot be fetched, the client keeps its tokens and tries again; its assertion is not used up.
    let assertion = key.assertion("later");
    let later = send(&site, Some(&assertion), &[], None).err().unwrap();
    assert_eq!(
        (later.status(), later.decision()),
        (503, Decision::from(Reason::FetchFailed))
    );
    let set = json!({ "keys": [key.jwk()] }).to_string();
    assert!(send(&site, Some(&assertion), &[], Some(set.as_bytes())).is_ok());
    for set in ["", "{", "[]", "{\"keys\":5}", "{\"keys\":[]}"] {
        unproven(
            send(
                &site,
                Some(&key.assertion("broken")),
                &[],
                Some(set.as_bytes()),
            ),
            set,
        );
    }
}
