//! Arbitrary input to the authorization server: queries, registrations, token requests and metadata documents. It never
//! redirects to a URI that the client did not register, and never accepts a token that was not issued.
#![no_main]

use countersign::entropy::CountingEntropy;
use countersign::metering::SiteMeter;
use countersign::oauth::{AuthorizationServer, Sender, client_id};
use countersign::store::MemoryStore;
use countersign_fuzz::{NOW, SETTINGS, stranger};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const CLIENT: &str = r#"{"client_id":"csc_one","client_name":"One","redirect_uris":["https://client.example/back?a=1"],
    "grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"none","source":"registration"}"#;
const REGISTERED: &str = "https://client.example/back?a=1";

fuzz_target!(|data: &[u8]| {
    let server = AuthorizationServer::new(SETTINGS).expect("valid settings");
    let _ = client_id(data, b"");
    let _ = client_id(b"", data);
    let prefixed = |prefix: &str| [prefix.as_bytes(), data].concat();

    for query in [
        data.to_vec(),
        prefixed("client_id=csc_one&response_type=code&"),
    ] {
        match server.authorize(&query, Some(CLIENT), &[]) {
            Ok(request) => {
                assert_eq!(request.client_id(), "csc_one");
                assert!(request.refuse().starts_with(REGISTERED));
                let again = server
                    .request(&request.to_json())
                    .expect("a stored request");
                assert_eq!(again.to_json(), request.to_json());
            }
            Err(reply) => assert!(reply.redirect().is_none(), "nobody approved the client"),
        }
        assert!(server.authorize(&query, None, &[]).is_err());
    }

    let keys = stranger();
    let store = MemoryStore::new(NOW);
    let sender = Sender {
        ip: "192.0.2.1",
        meter: SiteMeter {
            site: keys.site(),
            now: NOW,
            store: &store,
        },
    };
    for body in [
        data.to_vec(),
        prefixed("client_id=csc_one&grant_type=refresh_token&refresh_token="),
        prefixed("client_id=csc_one&grant_type=authorization_code&code="),
    ] {
        let reply = server.token(&keys, sender, &body, b"", Some(CLIENT));
        assert!(reply.is_err(), "a token that was never issued was accepted");
        let reply = server.revoke(&keys, sender, &body, b"", Some(CLIENT)).err();
        let reply = reply.expect("a token that was never issued was accepted");
        assert!(reply.change().is_none());
    }

    let entropy = CountingEntropy::default();
    let reply = server
        .register(&keys, &entropy, sender, data)
        .expect("random bytes");
    if let Some(client) = reply.client() {
        assert_eq!(reply.status(), 201);
        let client: Value = serde_json::from_str(client).expect("a client is JSON");
        let addresses = client["redirect_uris"]
            .as_array()
            .expect("it has redirect URIs");
        assert!((1..=10).contains(&addresses.len()));
        let name = client["client_name"].as_str().expect("it has a name");
        assert!(name.chars().count() <= 80 && !name.chars().any(char::is_control));
    }
    let _ = server.client_from_document("https://client.example/metadata", data);
});
