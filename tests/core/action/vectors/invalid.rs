//! The invalid vectors.

use super::*;

/// The parts of a valid action. The vectors change them and sign them again, as a faulty key holder would.
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

/// A message whose parts were changed before signing.
fn resigned(change: impl Fn(&mut Vec<Vec<u8>>)) -> String {
    let mut parts = parts();
    change(&mut parts);
    signed(&bytes_of(&parts))
}

/// A message whose parts were changed after signing.
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

/// Name, text, payload, time, and the expected reason.
type Case = (&'static str, String, &'static str, u64, &'static str);

fn malformed() -> Vec<Case> {
    let good = resigned(|_| {});
    let bytes = bytes_of(&parts());
    let (signed_part, signature) = {
        let mut parts = good.split('.').skip(1).map(str::to_owned);
        (parts.next().unwrap(), parts.next().unwrap())
    };
    let last = |from: &str, to: char| format!("{}{to}", &from[..from.len() - 1]);
    // The last character of 32 encoded bytes has two unused bits. One of its three neighbours has them set.
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
        // The public key is not secret, so an HMAC with it must not be accepted.
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

/// Adds the order of the group to the scalar of a signature. A verifier that does not check its range accepts it.
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

/// Makes a signature whose commitment is the neutral element, which the holder of the key can do. It fulfils the
/// equation, and only strict verification refuses it.
pub(super) fn with_small_order(bytes: &[u8]) -> Vec<u8> {
    let key = SigningKey::from_bytes(&seed());
    let mut commitment = [0; 32];
    commitment[0] = 1;
    let challenge = Sha512::new()
        .chain_update(commitment)
        .chain_update(key.verifying_key().as_bytes())
        .chain_update(bytes)
        .finalize();
    let secret = key.to_scalar();
    // The product of challenge and secret, bit by bit from the highest one.
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
    let stranger = ActionKey::hmac(&[b'x'; 32]).unwrap();
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

pub(super) fn all() -> Vectors {
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
