//! Arbitrary input to the authorization server: queries, registrations, token requests and metadata documents. It never
//! redirects to a URI that the client did not register, and never accepts a token that was not issued.
#![no_main]

use countersign::entropy::CountingEntropy;
use countersign::metering::SiteMeter;
use countersign::oauth::{AuthorizationServer, RequestedClient, Sender, client_id};
use countersign::record::{FoundRecord, RecordKind};
use countersign::store::MemoryStore;
use countersign_fuzz::{NOW, SETTINGS, opened, stranger};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use url::Url;

const CLIENT: &str = r#"{"client_id":"csc_one","client_name":"One","redirect_uris":["https://client.example/back?a=1"],
    "grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"none","source":"registration"}"#;
/// A client that signs, with keys of each type.
const SIGNING: &str = r#"{"client_id":"csc_one","client_name":"One","redirect_uris":["https://client.example/back?a=1"],
    "grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"private_key_jwt","keys":{"jwks":[
    {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]},
    "source":"document"}"#;
const REGISTERED: &str = "https://client.example/back?a=1";

fuzz_target!(|data: &[u8]| {
    let server = AuthorizationServer::new(SETTINGS).expect("valid settings");
    let keys = stranger();
    let client = opened(RecordKind::Client, 5, CLIENT);
    let client = FoundRecord::Genuine(&client);
    let stored = RequestedClient::Stored(client);
    let missing = RequestedClient::Stored(FoundRecord::Missing);
    let _ = client_id(data, b"");
    let _ = client_id(b"", data);
    let prefixed = |prefix: &str| [prefix.as_bytes(), data].concat();

    for query in [
        data.to_vec(),
        prefixed("client_id=csc_one&response_type=code&"),
    ] {
        match server.authorize(&keys, &query, stored, &[]) {
            Ok(request) => {
                assert_eq!(request.client_id(), "csc_one");
                // The host may be in another case, which the parser of browsers lowers.
                let redirect = Url::parse(&request.refuse()).expect("a URL");
                assert!(redirect.as_str().starts_with(REGISTERED));
                let kept: Value = serde_json::from_str(&request.to_json()).expect("JSON");
                assert_eq!(kept["client_id"], "csc_one");
            }
            Err(reply) => assert!(reply.redirect().is_none(), "nobody approved the client"),
        }
        assert!(server.authorize(&keys, &query, missing, &[]).is_err());
        // What may go on to the login is well-formed, and what is refused before it never redirects.
        match server.precheck(&keys, &query, client) {
            Ok(()) => assert!(client_id(&query, b"").is_some()),
            Err(reply) => assert!(reply.status() == 400 && reply.redirect().is_none()),
        }
    }

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
        let reply = server.token(&keys, sender, &body, b"", client, None);
        assert!(reply.is_err(), "a token that was never issued was accepted");
        let reply = server.revoke(&keys, sender, &body, b"", client, None).err();
        let reply = reply.expect("a token that was never issued was accepted");
        assert!(reply.change().is_none());
    }

    // The holder of a token without the key gets nothing, whatever the assertion and the fetched keys are.
    let signing = opened(RecordKind::Client, 5, SIGNING);
    let signing = FoundRecord::Genuine(&signing);
    let assertion = prefixed(
        "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_id=csc_one&client_assertion=",
    );
    for body in [data, &assertion] {
        assert!(
            server
                .token(&keys, sender, body, b"", signing, Some(data))
                .is_err()
        );
        assert!(server.keys_address(&keys, NOW, body, signing).is_none());
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
    let query = b"client_id=https%3A%2F%2Fclient.example%2Fmetadata&response_type=code";
    let described = server.authorize(&keys, query, RequestedClient::Document(data), &[]);
    assert!(described.is_err(), "there is no code challenge");
});
