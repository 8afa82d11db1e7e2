//! Vectors of the client identifiers of registered clients, for all languages: `tests/vectors/oauth/issued_ids_2/`. To
//! write them again after a change of the format: `COUNTERSIGN_BLESS=1 cargo test --test core oauth::issued_ids`. The
//! vectors of version 1, in `issued_ids/`, are never written again.

use super::support::{sender, server};
use crate::support::vectors::{Vectors, same_as_files};
use countersign::bytes;
use countersign::clock::Timestamp;
use countersign::entropy::CountingEntropy;
use countersign::keyring::{Keyring, SiteId};
use countersign::store::MemoryStore;
use serde_json::{Value, json};

const SITE: &str = "0123456789abcdef";
const MATERIAL: &str = "vectors only: forty-eight bytes that guard nothing";
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn keyring(site: &str, material: &str) -> Keyring {
    Keyring::open(SiteId::parse(site).unwrap(), material.as_bytes(), &[]).unwrap()
}

/// Returns the answer to a registration.
fn registered(keyring: &Keyring, metadata: &Value) -> Value {
    let store = MemoryStore::new(NOW);
    let reply = server()
        .register(
            keyring,
            &CountingEntropy::default(),
            sender(&store, NOW),
            metadata.to_string().as_bytes(),
        )
        .unwrap();
    assert_eq!(reply.status(), 201, "{}", reply.body());
    serde_json::from_str(reply.body()).unwrap()
}

fn vector(client_id: &str, client: &Value, secret: &Value) -> Value {
    json!({
        "site": SITE, "material": MATERIAL, "client_id": client_id, "client": client, "client_secret": secret,
    })
}

fn all() -> Vectors {
    let keys = keyring(SITE, MATERIAL);
    let mut made = Vectors::new();
    for (name, metadata) in [
        (
            "public",
            json!({
                "client_name": "Claude", "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
                "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none",
            }),
        ),
        (
            "secret_in_header",
            json!({ "client_name": "Zoë’s agent", "redirect_uris": ["https://client.example:8443/cb?a=1&b=%20"] }),
        ),
        (
            "secret_in_body",
            json!({
                "redirect_uris": ["https://client.example"], "grant_types": ["authorization_code", "refresh_token"],
                "token_endpoint_auth_method": "client_secret_post",
            }),
        ),
        (
            "programs",
            json!({
                "client_name": "Cursor", "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
                "redirect_uris": [
                    "cursor://anysphere.cursor-mcp/oauth/callback", "com.example.app:/cb", "HTTPS://Example.com/cb",
                    "http://LOCALHOST:8787/callback",
                ],
            }),
        ),
        (
            "all_beginnings",
            json!({
                "client_name": "VS Code", "token_endpoint_auth_method": "none",
                "redirect_uris": [
                    "https://vscode.dev/redirect", "http://localhost?x=1", "http://127.0.0.1:33418/", "http://[::1]/cb",
                ],
            }),
        ),
    ] {
        let answer = registered(&keys, &metadata);
        let id = answer["client_id"].as_str().unwrap();
        let client = server().registered_client(&keys, id).unwrap();
        let client: Value = serde_json::from_str(&client.to_json()).unwrap();
        made.insert(
            name.to_owned(),
            vector(id, &client, &answer["client_secret"]),
        );
    }
    let metadata = json!({ "redirect_uris": ["https://client.example/"], "token_endpoint_auth_method": "none" });
    let id = |keys: &Keyring| {
        registered(keys, &metadata)["client_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let good = id(&keys);
    let payload = bytes::from_base64url(&good.as_bytes()[4..]).unwrap();
    let changed = |at: usize| {
        let mut payload = payload.clone();
        payload[at] ^= 1;
        format!("csc_{}", bytes::base64url(&payload))
    };
    for (name, forged) in [
        ("changed_version", changed(0)),
        ("changed_method", changed(1)),
        ("changed_address", changed(20)),
        ("changed_mac", changed(payload.len() - 1)),
        ("cut", good[..good.len() - 1].to_owned()),
        ("longer", format!("{good}A")),
        ("padded", format!("{good}=")),
        ("other_prefix", good.replacen("csc_", "csx_", 1)),
        ("other_site", id(&keyring("fedcba9876543210", MATERIAL))),
        (
            "other_keys",
            id(&keyring(SITE, &MATERIAL.replace("vectors", "Vectors"))),
        ),
        (
            "without_mac",
            format!("csc_{}", bytes::base64url(&payload[..payload.len() - 16])),
        ),
        (
            "before_registrations_were_contained",
            format!("csc_{}", bytes::base64url(&[7; 16])),
        ),
        ("nothing", "csc_".to_owned()),
    ] {
        made.insert(
            format!("refused_{name}"),
            vector(&forged, &Value::Null, &Value::Null),
        );
    }
    made
}

#[test]
fn vectors_are_unchanged_and_have_their_results() {
    let made = all();
    same_as_files("oauth/issued_ids_2", &made);
    for (name, vector) in made {
        has_its_result(&name, &vector);
    }
}

/// Identifiers of version 1 are of clients that people connected before version 2.
#[test]
fn vectors_of_version_1_still_have_their_results() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/oauth/issued_ids"
    );
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let vector: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        has_its_result(path.file_stem().unwrap().to_str().unwrap(), &vector);
        count += 1;
    }
    assert_eq!(count, 17);
}

fn has_its_result(name: &str, vector: &Value) {
    let keys = keyring(
        vector["site"].as_str().unwrap(),
        vector["material"].as_str().unwrap(),
    );
    let id = vector["client_id"].as_str().unwrap();
    let client = server()
        .registered_client(&keys, id)
        .map(|client| serde_json::from_str::<Value>(&client.to_json()).unwrap());
    assert_eq!(client.unwrap_or_default(), vector["client"], "{name}");
    assert_eq!(
        vector["client"].is_null(),
        name.starts_with("refused_"),
        "{name}"
    );
}
