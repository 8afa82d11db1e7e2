//! Client identifiers that contain the registration: arbitrary bytes are no client, also behind the MAC unless all of them
//! have the format. An issued identifier is read back, and not with any bit flipped.
#![no_main]

use countersign::entropy::CountingEntropy;
use countersign::metering::SiteMeter;
use countersign::oauth::{AuthorizationServer, Sender, read_client_id_payload};
use countersign::store::MemoryStore;
use countersign_fuzz::{Fields, NOW, SETTINGS, flipped, stranger};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const METHODS: [&str; 3] = ["none", "client_secret_post", "client_secret_basic"];

fuzz_target!(|data: &[u8]| {
    let keys = stranger();
    let server = AuthorizationServer::new(SETTINGS).expect("valid settings");
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(server.registered_client(&keys, text).is_none());
        let prefixed = format!("csc_{text}");
        assert!(server.registered_client(&keys, &prefixed).is_none());
    }
    if let Some(client) = read_client_id_payload(data) {
        let client: Value = serde_json::from_str(&client.to_json()).expect("a client is JSON");
        let addresses = client["redirect_uris"].as_array().expect("a list");
        assert!(addresses.len() <= 255);
        let text: usize = addresses
            .iter()
            .filter_map(Value::as_str)
            .map(str::len)
            .sum();
        assert!(text <= data.len() + 16 * addresses.len());
    }

    let mut fields = Fields(data);
    let [method, count] = fields.array();
    let bit = fields.number();
    let addresses: Vec<String> = (0..=count % 10)
        .map(|n| {
            let beginning =
                ["https://", "HTTPS://", "com.example.", "http://LOCALHOST:"][usize::from(n % 4)];
            let middle = if n % 4 == 2 { ":" } else { "" };
            format!(
                "{beginning}{n}{middle}/{}",
                "x".repeat(fields.bytes(90).len())
            )
        })
        .collect();
    let metadata = json!({
        "client_name": String::from_utf8_lossy(fields.bytes(255)),
        "redirect_uris": addresses,
        "token_endpoint_auth_method":
            METHODS[usize::from(method % 3)],
    });
    let store = MemoryStore::new(NOW);
    let sender = Sender {
        ip: "",
        meter: SiteMeter {
            site: keys.site(),
            now: NOW,
            store: &store,
        },
    };
    let entropy = CountingEntropy::default();
    let reply = server
        .register(&keys, &entropy, sender, metadata.to_string().as_bytes())
        .expect("random bytes");
    let Some(client) = reply.client() else {
        return;
    };
    let answer: Value = serde_json::from_str(reply.body()).expect("an answer is JSON");
    let id = answer["client_id"].as_str().expect("it has an id");
    assert!(id.len() <= 1024);
    let read = server
        .registered_client(&keys, id)
        .expect("an issued identifier");
    assert_eq!(read.to_json(), client);
    let other = flipped(id.as_bytes(), bit).expect("it is not empty");
    if let Ok(other) = std::str::from_utf8(&other) {
        assert!(server.registered_client(&keys, other).is_none());
    }
});
