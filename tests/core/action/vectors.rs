//! Vectors of signed actions and heartbeats for all languages: `tests/vectors/action/valid/`, and one file
//! for each fault in `tests/vectors/action/invalid/`. To write them again after a change of the format:
//! `COUNTERSIGN_BLESS=1 cargo test --test core action::vectors`.

mod invalid;

use crate::support::vectors::{Vectors, same_as_files};
use countersign::action::{
    ActionKey, ActionType, Channel, Domain, MAX_LENGTH, SnapshotId, UnsignedAction,
};
use countersign::bytes::{base64url, from_base64url, from_hex, hex, pae, sha256};
use countersign::clock::Timestamp;
use countersign::keyring::SiteId;
use countersign::secret::{derive, mac};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

const SITE: &str = "0123456789abcdef";
const SECRET: &str = "vectors only: forty-eight bytes that guard nothing";
/// The seed of RFC 8032 §7.1, test 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const ISSUED: u64 = 1_700_000_000_123;
/// Later than the clock of any machine that runs the vectors.
const LATER: u64 = 4_102_444_800_000;
const PAYLOAD: &str = "{\"plugin\": \"akismet/akismet.php\", \"to\": \"5.3\"}\n";

fn hmac_key() -> ActionKey {
    ActionKey::hmac(SECRET.as_bytes()).unwrap()
}

fn seed() -> [u8; 32] {
    from_hex(SEED).unwrap()
}

fn ed25519_key() -> ActionKey {
    ActionKey::ed25519(&seed()).unwrap()
}

fn channel(domain: Domain, site: &str, keys: &[&ActionKey]) -> Channel {
    Channel::new(domain, SiteId::parse(site).unwrap(), keys).unwrap()
}

fn draft(payload: &str) -> UnsignedAction<'_> {
    UnsignedAction {
        id: *b"vector action id",
        action_type: ActionType::parse("update_plugin").unwrap(),
        payload: payload.as_bytes(),
        snapshot: SnapshotId::parse("2023-11-14.before"),
        issued: Timestamp::from_millis(ISSUED),
        lifetime_ms: 300_000,
        nonce: *b"vector nonce 16b",
    }
}

fn domain_name(domain: Domain) -> &'static str {
    match domain {
        Domain::Action => "action",
        Domain::Heartbeat => "heartbeat",
    }
}

fn vector(domain: Domain, text: &str, payload: &str, now_ms: u64, outcome: &str) -> Value {
    let public = hex(&ed25519_key().public().unwrap());
    json!({
        "domain": domain_name(domain), "site": SITE,
        "keys": [{ "hmac-sha256": SECRET }, { "ed25519": public }],
        "text": text, "payload": payload, "now_ms": now_ms, "outcome": outcome,
    })
}

fn valid() -> Vectors {
    let bare = UnsignedAction {
        snapshot: None,
        lifetime_ms: 1,
        action_type: ActionType::parse("a").unwrap(),
        ..draft("")
    };
    let long = ("t".repeat(64), "s".repeat(64));
    let longest = UnsignedAction {
        action_type: ActionType::parse(&long.0).unwrap(),
        snapshot: SnapshotId::parse(&long.1),
        ..draft("\u{0}\u{ff}")
    };
    let mut all = Vectors::new();
    for domain in Domain::ALL.iter().copied() {
        for (algorithm, key) in [("hmac", hmac_key()), ("ed25519", ed25519_key())] {
            let channel = channel(domain, SITE, &[&key]);
            for (form, draft, payload) in [
                ("", draft(PAYLOAD), PAYLOAD),
                ("_bare", bare.clone(), ""),
                ("_longest", longest.clone(), "\u{0}\u{ff}"),
            ] {
                let text = channel.sign(&draft).unwrap();
                let mut value = vector(domain, &text, payload, ISSUED, "ok");
                value["id"] = hex(&draft.id).into();
                value["key_id"] = key.id().to_string().into();
                value["type"] = draft.action_type.as_str().into();
                value["issued_ms"] = ISSUED.into();
                value["expires_ms"] = (ISSUED + draft.lifetime_ms).into();
                value["snapshot"] = draft
                    .snapshot
                    .as_ref()
                    .map_or("", SnapshotId::as_str)
                    .into();
                all.insert(format!("{}_{algorithm}{form}", domain_name(domain)), value);
            }
        }
    }
    all
}

/// Returns the result of this implementation for a vector of a file.
fn outcome(vector: &Value) -> &'static str {
    let text = |name: &str| vector[name].as_str().unwrap();
    let keys: Vec<ActionKey> = vector["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| match key.get("hmac-sha256") {
            Some(secret) => ActionKey::hmac(secret.as_str().unwrap().as_bytes()).unwrap(),
            None => {
                let public = from_hex::<32>(key["ed25519"].as_str().unwrap()).unwrap();
                ActionKey::ed25519_public(&public).unwrap()
            }
        })
        .collect();
    let domain = match text("domain") {
        "action" => Domain::Action,
        _ => Domain::Heartbeat,
    };
    let channel = channel(domain, text("site"), &keys.iter().collect::<Vec<_>>());
    let now = Timestamp::from_millis(vector["now_ms"].as_u64().unwrap());
    match channel.check(text("text").as_bytes(), text("payload").as_bytes(), now) {
        Err(reason) => reason.code(),
        Ok(message) => {
            assert_eq!(hex(message.id()), vector["id"]);
            assert_eq!(message.key_id().to_string(), vector["key_id"]);
            assert_eq!(message.action_type().as_str(), vector["type"]);
            assert_eq!(message.issued().millis(), vector["issued_ms"]);
            assert_eq!(message.expires().millis(), vector["expires_ms"]);
            assert_eq!(
                message.snapshot().map_or("", SnapshotId::as_str),
                vector["snapshot"]
            );
            "ok"
        }
    }
}

#[test]
fn the_vectors_match_the_current_format() {
    same_as_files("action/valid", &valid());
    same_as_files("action/invalid", &invalid::all());
}

/// Without this, the vector with this point would not test strict verification.
#[test]
fn the_signature_with_a_point_of_small_order_fulfils_the_equation() {
    use ed25519_dalek::{Signature, Verifier as _};
    let key = SigningKey::from_bytes(&seed()).verifying_key();
    let signature = Signature::from_slice(&invalid::with_small_order(b"message")).unwrap();
    assert!(key.verify(b"message", &signature).is_ok());
    assert!(key.verify_strict(b"message", &signature).is_err());
}

#[test]
fn every_vector_has_its_outcome() {
    for (name, vector) in valid().into_iter().chain(invalid::all()) {
        assert_eq!(outcome(&vector), vector["outcome"], "{name}");
    }
}
