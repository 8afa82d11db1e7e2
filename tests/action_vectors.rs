//! Signed actions and heartbeats as vectors for every language: `tests/vectors/action/valid/` and, one
//! file per way to be wrong, `tests/vectors/action/invalid/`. To renew them after a change of the
//! format: `COUNTERSIGN_BLESS=1 cargo test --test action_vectors`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot go on should stop.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign::action::{ActionType, Channel, Domain, Draft, Key, MAX_LENGTH, SnapshotId};
use countersign::bytes::{base64url, from_base64url, from_hex, hex, pae, sha256};
use countersign::clock::Timestamp;
use countersign::keyring::SiteId;
use countersign::secret::{derive, mac};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

const SITE: &str = "0123456789abcdef";
const SECRET: &str = "vectors only: forty-eight bytes that guard nothing";
/// RFC 8032 §7.1, test 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const ISSUED: u64 = 1_700_000_000_123;
/// After every clock that reads these.
const LATER: u64 = 4_102_444_800_000;
const PAYLOAD: &str = "{\"plugin\": \"akismet/akismet.php\", \"to\": \"5.3\"}\n";

fn hmac_key() -> Key {
    Key::hmac(SECRET.as_bytes()).unwrap()
}

fn seed() -> [u8; 32] {
    from_hex(SEED).unwrap()
}

fn ed25519_key() -> Key {
    Key::ed25519(&seed()).unwrap()
}

fn channel(domain: Domain, site: &str, keys: &[&Key]) -> Channel {
    Channel::new(domain, SiteId::parse(site).unwrap(), keys).unwrap()
}

fn draft(payload: &str) -> Draft<'_> {
    Draft {
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

fn valid() -> BTreeMap<String, Value> {
    let bare = Draft {
        snapshot: None,
        lifetime_ms: 1,
        action_type: ActionType::parse("a").unwrap(),
        ..draft("")
    };
    let long = ("t".repeat(64), "s".repeat(64));
    let longest = Draft {
        action_type: ActionType::parse(&long.0).unwrap(),
        snapshot: SnapshotId::parse(&long.1),
        ..draft("\u{0}\u{ff}")
    };
    let mut all = BTreeMap::new();
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

/// The parts of the good action, to be changed and signed by a key holder who breaks the rules.
fn parts() -> Vec<Vec<u8>> {
    vec![
        b"countersign/action/v1".to_vec(),
        hmac_key().id().as_bytes().to_vec(),
        SiteId::parse(SITE).unwrap().as_bytes().to_vec(),
        b"vector action id".to_vec(),
        b"update_plugin".to_vec(),
        ISSUED.to_be_bytes().to_vec(),
        (ISSUED + 300_000).to_be_bytes().to_vec(),
        b"vector nonce 16b".to_vec(),
        sha256(PAYLOAD.as_bytes()).to_vec(),
        b"2023-11-14.before".to_vec(),
    ]
}

fn bytes_of(parts: &[Vec<u8>]) -> Vec<u8> {
    pae(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn hmac_over(bytes: &[u8], site: &str, label: &str) -> Vec<u8> {
    let info = format!("{label}/hmac-sha256");
    let site = SiteId::parse(site).unwrap();
    let key = derive(SECRET.as_bytes(), site.as_bytes(), info.as_bytes());
    mac(&key, bytes).to_vec()
}

fn text_of(bytes: &[u8], signature: &[u8]) -> String {
    format!("csaction.{}.{}", base64url(bytes), base64url(signature))
}

fn signed(bytes: &[u8]) -> String {
    text_of(bytes, &hmac_over(bytes, SITE, "countersign/action/v1"))
}

/// Signed over changed parts.
fn resigned(change: impl Fn(&mut Vec<Vec<u8>>)) -> String {
    let mut parts = parts();
    change(&mut parts);
    signed(&bytes_of(&parts))
}

/// Changed after signing.
fn forged(change: impl Fn(&mut Vec<Vec<u8>>)) -> String {
    let mut changed = parts();
    change(&mut changed);
    let good = bytes_of(&parts());
    text_of(
        &bytes_of(&changed),
        &hmac_over(&good, SITE, "countersign/action/v1"),
    )
}

fn time(ms: u64) -> Vec<u8> {
    ms.to_be_bytes().to_vec()
}

/// Name, text, payload, when, and the reason it is refused with.
type Case = (&'static str, String, &'static str, u64, &'static str);

fn malformed() -> Vec<Case> {
    let good = resigned(|_| {});
    let bytes = bytes_of(&parts());
    let (signed_part, signature) = {
        let mut parts = good.split('.').skip(1).map(str::to_owned);
        (parts.next().unwrap(), parts.next().unwrap())
    };
    let last = |from: &str, to: char| format!("{}{to}", &from[..from.len() - 1]);
    // 32 bytes leave two bits of the last character unused: one of its three neighbours has them set.
    let spare = {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let place = alphabet.find(signature.chars().last().unwrap()).unwrap();
        last(&good, char::from(alphabet.as_bytes()[place + 1]))
    };
    let huge = {
        let mut bytes = bytes.clone();
        bytes[8..16].fill(0xff);
        signed(&bytes)
    };
    let count = |n: u8| {
        let mut bytes = bytes.clone();
        bytes[0] = n;
        signed(&bytes)
    };
    let texts = [
        ("empty", String::new()),
        ("prefix_only", "csaction".to_owned()),
        ("prefix_and_dots", "csaction..".to_owned()),
        ("no_signature", format!("csaction.{signed_part}")),
        ("four_parts", format!("{good}.")),
        (
            "signature_first",
            format!("csaction.{signature}.{signed_part}"),
        ),
        (
            "upper_case_prefix",
            good.replacen("csaction", "CSACTION", 1),
        ),
        ("unknown_prefix", good.replacen("csaction", "csaction2", 1)),
        ("white_space_before", format!(" {good}")),
        ("white_space_behind", format!("{good}\n")),
        ("padded", format!("{good}=")),
        (
            "base64_of_the_other_alphabet",
            format!("csaction.{}.++//", signed_part),
        ),
        ("unused_bits_set", spare),
        ("byte_behind", signed(&[&bytes[..], b"\0"].concat())),
        ("byte_missing", signed(&bytes[..bytes.len() - 1])),
        ("count_9", count(9)),
        ("count_11", count(11)),
        ("length_beyond_the_end", huge),
        (
            "nine_parts",
            resigned(|parts| {
                parts.pop();
            }),
        ),
        ("eleven_parts", resigned(|parts| parts.push(Vec::new()))),
        (
            "version_2",
            resigned(|parts| parts[0] = b"countersign/action/v2".to_vec()),
        ),
        (
            "heartbeat_under_the_prefix_of_actions",
            resigned(|parts| parts[0] = b"countersign/heartbeat/v1".to_vec()),
        ),
        (
            "key_id_short",
            resigned(|parts| {
                parts[1].pop();
            }),
        ),
        ("site_long", resigned(|parts| parts[2].push(0))),
        (
            "id_short",
            resigned(|parts| {
                parts[3].pop();
            }),
        ),
        ("type_empty", resigned(|parts| parts[4].clear())),
        (
            "type_upper_case",
            resigned(|parts| parts[4] = b"Update".to_vec()),
        ),
        (
            "type_with_hyphen",
            resigned(|parts| parts[4] = b"update-plugin".to_vec()),
        ),
        (
            "type_begins_with_digit",
            resigned(|parts| parts[4] = b"2update".to_vec()),
        ),
        (
            "type_not_utf8",
            resigned(|parts| parts[4] = b"a\xff".to_vec()),
        ),
        ("type_too_long", resigned(|parts| parts[4] = vec![b'a'; 65])),
        (
            "issued_short",
            resigned(|parts| {
                parts[5].remove(0);
            }),
        ),
        ("expires_long", resigned(|parts| parts[6].insert(0, 0))),
        (
            "nonce_short",
            resigned(|parts| {
                parts[7].pop();
            }),
        ),
        (
            "digest_short",
            resigned(|parts| {
                parts[8].pop();
            }),
        ),
        (
            "snapshot_with_slash",
            resigned(|parts| parts[9] = b"../up".to_vec()),
        ),
        (
            "snapshot_too_long",
            resigned(|parts| parts[9] = vec![b'a'; 65]),
        ),
    ];
    texts
        .into_iter()
        .map(|(name, text)| (name, text, PAYLOAD, ISSUED, "action_malformed"))
        .collect()
}

fn forgeries() -> Vec<Case> {
    let good = bytes_of(&parts());
    let tag = hmac_over(&good, SITE, "countersign/action/v1");
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut tag = tag.clone();
        change(&mut tag);
        text_of(&good, &tag)
    };
    let ed = channel(Domain::Action, SITE, &[&ed25519_key()])
        .sign(&draft(PAYLOAD))
        .unwrap();
    let mut ed_parts = ed
        .split('.')
        .skip(1)
        .map(|part| from_base64url(part.as_bytes()).unwrap());
    let (ed_bytes, ed_signature) = (ed_parts.next().unwrap(), ed_parts.next().unwrap());
    let public = ed25519_key().public().unwrap();
    let texts = [
        ("id_changed", forged(|parts| parts[3][0] ^= 1)),
        (
            "type_changed",
            forged(|parts| parts[4] = b"delete_plugin".to_vec()),
        ),
        ("issued_changed", forged(|parts| parts[5][7] ^= 1)),
        ("expires_changed", forged(|parts| parts[6][7] ^= 1)),
        ("nonce_changed", forged(|parts| parts[7][15] ^= 1)),
        ("digest_changed", forged(|parts| parts[8][31] ^= 1)),
        ("snapshot_removed", forged(|parts| parts[9].clear())),
        (
            "border_moved",
            forged(|parts| {
                parts[4].push(b'2');
                parts[9].pop();
            }),
        ),
        ("tag_first_bit", with(&|tag| tag[0] ^= 0x80)),
        ("tag_last_bit", with(&|tag| tag[31] ^= 1)),
        ("tag_empty", with(&Vec::clear)),
        ("tag_cut", with(&|tag| tag.truncate(16))),
        ("tag_long", with(&|tag| tag.push(0))),
        (
            "tag_of_another_site",
            text_of(
                &good,
                &hmac_over(&good, "fedcba9876543210", "countersign/action/v1"),
            ),
        ),
        (
            "tag_of_the_other_domain",
            text_of(&good, &hmac_over(&good, SITE, "countersign/heartbeat/v1")),
        ),
        (
            "tag_of_the_secret_itself",
            text_of(&good, &{
                let mut key = [0; 32];
                key.copy_from_slice(&sha256(SECRET.as_bytes()));
                mac(&countersign::secret::Secret::new(key), &good)
            }),
        ),
        (
            "ed25519_signature_under_an_hmac_key",
            text_of(
                &good,
                &SigningKey::from_bytes(&seed()).sign(&good).to_bytes(),
            ),
        ),
        // The public key is known to all: as an HMAC key it must prove nothing.
        (
            "hmac_under_the_public_key",
            text_of(
                &ed_bytes,
                &mac(&countersign::secret::Secret::new(public), &ed_bytes),
            ),
        ),
        (
            "ed25519_signature_of_other_bytes",
            text_of(
                &ed_bytes,
                &SigningKey::from_bytes(&seed()).sign(b"").to_bytes(),
            ),
        ),
        (
            "ed25519_scalar_not_reduced",
            text_of(&ed_bytes, &plus_order(&ed_signature)),
        ),
        (
            "ed25519_point_of_small_order",
            text_of(&ed_bytes, &with_small_order(&ed_bytes)),
        ),
        ("ed25519_cut", text_of(&ed_bytes, &ed_signature[..63])),
        (
            "ed25519_long",
            text_of(&ed_bytes, &[&ed_signature[..], &[0]].concat()),
        ),
    ];
    texts
        .into_iter()
        .map(|(name, text)| (name, text, PAYLOAD, ISSUED, "action_forged"))
        .collect()
}

/// The signature with the group's order added to its scalar: the same for who does not look closely.
fn plus_order(signature: &[u8]) -> Vec<u8> {
    let order = from_hex::<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut out = signature.to_vec();
    let mut carry = 0;
    for (byte, add) in out[32..].iter_mut().zip(order.unwrap()) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    out
}

/// The signature that the key's holder can make with the neutral element for a commitment: it fulfils the
/// equation, and only who verifies strictly refuses it.
fn with_small_order(bytes: &[u8]) -> Vec<u8> {
    let key = SigningKey::from_bytes(&seed());
    let mut commitment = [0; 32];
    commitment[0] = 1;
    let challenge = Sha512::new()
        .chain_update(commitment)
        .chain_update(key.verifying_key().as_bytes())
        .chain_update(bytes)
        .finalize();
    let secret = key.to_scalar();
    // The challenge times the secret, bit by bit from the top.
    let mut product = secret;
    product -= secret;
    for byte in challenge.iter().rev() {
        for bit in (0..8).rev() {
            product = product + product;
            if byte >> bit & 1 == 1 {
                product += secret;
            }
        }
    }
    [commitment, product.to_bytes()].concat()
}

fn others() -> Vec<Case> {
    let good = resigned(|_| {});
    let beat = channel(Domain::Heartbeat, SITE, &[&hmac_key()])
        .sign(&draft(PAYLOAD))
        .unwrap();
    let elsewhere = channel(Domain::Action, "fedcba9876543210", &[&hmac_key()])
        .sign(&draft(PAYLOAD))
        .unwrap();
    let stranger = Key::hmac(&[b'x'; 32]).unwrap();
    let stranger = channel(Domain::Action, SITE, &[&stranger])
        .sign(&draft(PAYLOAD))
        .unwrap();
    let lives = |issued: u64, expires: u64| {
        resigned(|parts| {
            parts[5] = time(issued);
            parts[6] = time(expires);
        })
    };
    vec![
        (
            "too_large",
            "a".repeat(MAX_LENGTH + 1),
            PAYLOAD,
            ISSUED,
            "action_too_large",
        ),
        (
            "heartbeat_as_action",
            beat,
            PAYLOAD,
            ISSUED,
            "action_wrong_domain",
        ),
        (
            "another_site",
            elsewhere,
            PAYLOAD,
            ISSUED,
            "action_wrong_site",
        ),
        (
            "site_changed",
            forged(|parts| parts[2][0] ^= 1),
            PAYLOAD,
            ISSUED,
            "action_wrong_site",
        ),
        (
            "another_key",
            stranger,
            PAYLOAD,
            ISSUED,
            "action_unknown_key",
        ),
        (
            "key_id_changed",
            forged(|parts| parts[1][0] ^= 1),
            PAYLOAD,
            ISSUED,
            "action_unknown_key",
        ),
        (
            "payload_empty",
            good.clone(),
            "",
            ISSUED,
            "action_payload_mismatch",
        ),
        (
            "payload_without_its_line_end",
            good.clone(),
            PAYLOAD.trim_end(),
            ISSUED,
            "action_payload_mismatch",
        ),
        (
            "payload_serialised_anew",
            good.clone(),
            "{\"plugin\":\"akismet/akismet.php\",\"to\":\"5.3\"}\n",
            ISSUED,
            "action_payload_mismatch",
        ),
        (
            "lifetime_0",
            lives(ISSUED, ISSUED),
            PAYLOAD,
            ISSUED,
            "action_lifetime",
        ),
        (
            "lifetime_below_0",
            lives(ISSUED, ISSUED - 1),
            PAYLOAD,
            ISSUED,
            "action_lifetime",
        ),
        (
            "lifetime_300001_ms",
            lives(ISSUED, ISSUED + 300_001),
            PAYLOAD,
            ISSUED,
            "action_lifetime",
        ),
        (
            "lifetime_for_ever",
            lives(ISSUED, u64::MAX),
            PAYLOAD,
            ISSUED,
            "action_lifetime",
        ),
        (
            "not_yet_valid",
            lives(LATER, LATER + 1000),
            PAYLOAD,
            LATER - 30_001,
            "action_not_yet_valid",
        ),
        ("expired", good, PAYLOAD, ISSUED + 330_001, "action_expired"),
    ]
}

fn invalid() -> BTreeMap<String, Value> {
    [malformed(), forgeries(), others()]
        .concat()
        .into_iter()
        .map(|(name, text, payload, now, reason)| {
            (
                name.to_owned(),
                vector(Domain::Action, &text, payload, now, reason),
            )
        })
        .collect()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors/action")
        .join(name)
}

/// Every file of a folder: nothing more and nothing less than was made.
fn same_as_files(name: &str, made: &BTreeMap<String, Value>) {
    let folder = folder(name);
    let text = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, value) in made {
            std::fs::write(folder.join(format!("{name}.json")), text(value)).unwrap();
        }
    }
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, made.len(), "files of no vector");
    for (name, value) in made {
        let file = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        assert!(file == text(value), "{name} differs: the format changed");
    }
}

/// What this implementation says of a vector as it stands in its file.
fn outcome(vector: &Value) -> &'static str {
    let text = |name: &str| vector[name].as_str().unwrap();
    let keys: Vec<Key> = vector["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| match key.get("hmac-sha256") {
            Some(secret) => Key::hmac(secret.as_str().unwrap().as_bytes()).unwrap(),
            None => {
                let public = from_hex::<32>(key["ed25519"].as_str().unwrap()).unwrap();
                Key::ed25519_public(&public).unwrap()
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
fn the_format_is_the_one_of_the_vectors() {
    same_as_files("valid", &valid());
    same_as_files("invalid", &invalid());
}

/// Otherwise its vector would prove nothing.
#[test]
fn the_point_of_small_order_fulfils_the_equation() {
    use ed25519_dalek::{Signature, Verifier as _};
    let key = SigningKey::from_bytes(&seed()).verifying_key();
    let signature = Signature::from_slice(&with_small_order(b"message")).unwrap();
    assert!(key.verify(b"message", &signature).is_ok());
    assert!(key.verify_strict(b"message", &signature).is_err());
}

#[test]
fn every_vector_has_its_outcome() {
    for (name, vector) in valid().into_iter().chain(invalid()) {
        assert_eq!(outcome(&vector), vector["outcome"], "{name}");
    }
}
