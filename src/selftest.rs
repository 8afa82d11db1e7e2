//! Known-answer tests that a host can run in the process that makes the decisions.

use crate::action::{
    ActionKey, ActionKeyError, ActionType, Channel, Domain, ReceivedAction, UnsignedAction,
};
use crate::bytes::{self, base64url, from_base64url, hex, sha256};
use crate::clock::Timestamp;
use crate::keyring::{Keyring, SiteId};
use crate::secret::{Secret, SecretBox, derive, mac, same};
use crate::store::MemoryStore;
use crate::token::{Kind, NewToken, issue, verify};

/// Runs all checks. Returns for each its name and whether it passed.
#[must_use]
pub fn run() -> Vec<(&'static str, bool)> {
    vec![
        ("sha256", sha256_known()),
        ("hmac_sha256", hmac_known()),
        ("hkdf_sha256", hkdf_known()),
        ("base64url", base64url_strict()),
        (
            "constant_time_compare",
            same(b"ab", b"ab") && !same(b"ab", b"ac") && !same(b"ab", b"abc"),
        ),
        ("token", token_round()),
        ("action_hmac", action_round(ActionKey::hmac(&[7; 32]))),
        ("action_ed25519", action_round(ActionKey::ed25519(&[7; 32]))),
        ("ed25519", ed25519_known()),
        ("a256cbc_hs512", aead_known()),
        ("entropy", entropy_differs()),
    ]
}

/// Computes the example "abc" of FIPS 180-4.
fn sha256_known() -> bool {
    hex(&sha256(b"abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
}

/// Computes test case 1 of RFC 4231 §4.2. Its key is padded with zeros, as HMAC does.
fn hmac_known() -> bool {
    let mut key = [0; 32];
    for byte in key.iter_mut().take(20) {
        *byte = 0x0b;
    }
    hex(&mac(&Secret::new(key), b"Hi There"))
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
}

/// Computes the first 32 bytes of RFC 5869 appendix A.1.
fn hkdf_known() -> bool {
    let salt: Vec<u8> = (0x00..=0x0c).collect();
    let info: Vec<u8> = (0xf0..=0xf9).collect();
    hex(derive(&[0x0b; 22], &salt, &info).expose())
        == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
}

fn base64url_strict() -> bool {
    base64url(&[0xfb, 0xff]) == "-_8" && from_base64url(b"-_9").is_none()
}

fn token_round() -> bool {
    let Ok(keys) = Keyring::open(SiteId::new([7; 8]), &[7; 64], &[]) else {
        return false;
    };
    let now = Timestamp::from_seconds(1_800_000_000);
    let text = issue(
        &keys,
        &NewToken {
            kind: Kind::Access,
            subject: 1,
            epoch: 0,
            binding: [0; 32],
            lifetime: 60,
            id: [0; 12],
            issued: now,
        },
    );
    let later = now.plus_seconds(60);
    verify(&keys, Kind::Access, text.as_bytes(), now).is_ok()
        && verify(&keys, Kind::Refresh, text.as_bytes(), now).is_err()
        && verify(&keys, Kind::Access, text.as_bytes(), later).is_err()
}

fn action_round(key: Result<ActionKey, ActionKeyError>) -> bool {
    let site = SiteId::new([7; 8]);
    let (Ok(key), Some(action_type)) = (key, ActionType::parse("read_health")) else {
        return false;
    };
    let (Ok(actions), Ok(heartbeats)) = (
        Channel::new(Domain::Action, site, &[&key]),
        Channel::new(Domain::Heartbeat, site, &[&key]),
    ) else {
        return false;
    };
    let now = Timestamp::from_seconds(1_800_000_000);
    let Ok(text) = actions.sign(&UnsignedAction {
        id: [1; 16],
        action_type,
        payload: b"{}",
        snapshot: None,
        issued: now,
        lifetime_ms: 60_000,
        nonce: [2; 16],
    }) else {
        return false;
    };
    let text = text.as_bytes();
    let store = MemoryStore::new(Timestamp::from_seconds(1_700_000_000));
    matches!(
        actions.receive(&store, text, b"{}", now),
        ReceivedAction::Accepted(_)
    ) && !matches!(
        actions.receive(&store, text, b"{}", now),
        ReceivedAction::Accepted(_)
    ) && actions.check(text, b"{ }", now).is_err()
        && actions.check(text, b"{}", now.plus_seconds(91)).is_err()
        && heartbeats.check(text, b"{}", now).is_err()
}

/// Computes the signature of RFC 8032 §7.1, test 1.
fn ed25519_known() -> bool {
    use ed25519_dalek::{Signer as _, SigningKey};
    let Some(seed) = crate::bytes::from_hex::<32>(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    ) else {
        return false;
    };
    hex(&SigningKey::from_bytes(&seed).sign(b"").to_bytes())
        .starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")
}

/// RFC 7518 appendix B.3: compares the last bytes of ciphertext and tag, decrypts them, and checks that a changed bit
/// is refused.
fn aead_known() -> bool {
    use crate::vault::aead::AeadKey;
    let key: Vec<u8> = (0..64).collect();
    let Some((key, iv)) =
        SecretBox::copied(&key).zip(bytes::from_hex("1af38c2dc2b96ffdd86694092341bc04"))
    else {
        return false;
    };
    let key = AeadKey::new(&key);
    let aad = b"The second principle of Auguste Kerckhoffs";
    let plain = b"A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience";
    let mut sealed = key.seal(&iv, aad, plain);
    let known = hex(&sealed).ends_with(
        "be2638d09dd7a4930930806d0703b1f64dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5",
    );
    let opened = key
        .open(&iv, aad, &sealed)
        .is_some_and(|opened| opened.expose() == plain);
    if let Some(byte) = sealed.first_mut() {
        *byte ^= 1;
    }
    known && opened && key.open(&iv, aad, &sealed).is_none()
}

#[cfg(has_os)]
fn entropy_differs() -> bool {
    use crate::entropy::{Entropy as _, SystemEntropy};
    match (SystemEntropy.bytes::<16>(), SystemEntropy.bytes::<16>()) {
        (Ok(one), Ok(other)) => one != other,
        _ => false,
    }
}

#[cfg(not(has_os))]
fn entropy_differs() -> bool {
    true
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_check_passes() {
        for (name, passed) in super::run() {
            assert!(passed, "{name}");
        }
    }
}
