//! The vectors of Project Wycheproof in `tests/vectors/wycheproof/`, run with the cryptographic functions of this crate.
//!
//! Some functions of the crate fix a size that the vectors vary. They are run with the vectors of this size, and all
//! vectors are run with the call that the function is made of.

use countersign::secret::{Secret, SecretBox, derive, mac, same};
use countersign::vault::aead::{self, AeadKey};
use ed25519_dalek::{Signature, VerifyingKey};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Sha256, Sha512};

fn groups(name: &str, number: usize) -> Vec<Value> {
    let path = format!(
        "{}/tests/vectors/wycheproof/{name}_test.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let groups = file["testGroups"].as_array().unwrap().clone();
    let found: usize = groups
        .iter()
        .map(|group| group["tests"].as_array().unwrap().len())
        .sum();
    assert_eq!(found, number, "not the file this test was written for");
    assert_eq!(file["numberOfTests"], number);
    groups
}

fn tests(group: &Value) -> &[Value] {
    group["tests"].as_array().unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    assert!(text.is_ascii() && text.len().is_multiple_of(2));
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// Whether a vector is valid. None of these files has a vector with the result "acceptable".
fn valid(test: &Value) -> bool {
    let result = test["result"].as_str().unwrap();
    assert!(matches!(result, "valid" | "invalid"), "{result}");
    result == "valid"
}

#[test]
fn the_vault_encrypts_as_rfc_7518_and_refuses_invalid_ciphertexts() {
    let mut encrypted = 0;
    for group in groups("a256cbc_hs512", 94) {
        for test in tests(&group) {
            let key =
                AeadKey::new(&SecretBox::<{ aead::KEY }>::copied(&bytes(&test["key"])).unwrap());
            let iv: [u8; aead::IV] = bytes(&test["iv"]).try_into().unwrap();
            let (aad, plain) = (bytes(&test["aad"]), bytes(&test["msg"]));
            let sealed = [bytes(&test["ct"]), bytes(&test["tag"])].concat();
            let opened = key.open(&iv, &aad, &sealed);
            assert_eq!(opened.is_some(), valid(test), "vector {}", test["tcId"]);
            if let Some(opened) = opened {
                assert_eq!(opened.expose(), plain, "vector {}", test["tcId"]);
                assert_eq!(key.seal(&iv, &aad, &plain), sealed);
                encrypted += 1;
            }
        }
    }
    assert_eq!(encrypted, 67);
}

/// `secret::mac` takes keys of 32 bytes and returns whole tags, as one group of vectors has them. The other groups have
/// keys of other lengths or truncated tags, and are run with HMAC as `mac` calls it.
#[test]
fn hmac_sha256() {
    let mut ours = 0;
    for group in groups("hmac_sha256", 174) {
        let size = usize::try_from(group["tagSize"].as_u64().unwrap()).unwrap() / 8;
        for test in tests(&group) {
            let (key, message) = (bytes(&test["key"]), bytes(&test["msg"]));
            let mut hmac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            hmac.update(&message);
            let whole: [u8; 32] = hmac.finalize().into_bytes().into();
            assert_eq!(
                same(&whole[..size], &bytes(&test["tag"])),
                valid(test),
                "vector {}",
                test["tcId"]
            );
            if let Ok(key) = <[u8; 32]>::try_from(key) {
                assert_eq!(mac(&Secret::new(key), &message), whole);
                ours += 1;
            }
        }
    }
    assert!(ours > 50, "{ours}");
}

/// `secret::derive` returns 32 bytes, which are the first 32 of any longer output. All vectors are also run with HKDF as
/// `derive` calls it. It refuses the three vectors with an output that is too long.
#[test]
fn hkdf_sha256() {
    let mut ours = 0;
    for group in groups("hkdf_sha256", 86) {
        for test in tests(&group) {
            let [material, salt, info] = ["ikm", "salt", "info"].map(|name| bytes(&test[name]));
            let size = usize::try_from(test["size"].as_u64().unwrap()).unwrap();
            let mut out = vec![0; size];
            let made = Hkdf::<Sha256>::new(Some(&salt), &material).expand(&info, &mut out);
            assert_eq!(made.is_ok(), valid(test), "vector {}", test["tcId"]);
            if made.is_ok() {
                let known = bytes(&test["okm"]);
                assert_eq!(out, known, "vector {}", test["tcId"]);
                let first = derive(&material, &salt, &info);
                let shared = size.min(32);
                assert_eq!(first.expose()[..shared], known[..shared]);
                ours += 1;
            }
        }
    }
    assert_eq!(ours, 83);
}

/// The slots of the vault use HKDF-SHA512 with fixed labels, which the vectors do not have. This is the same call.
#[test]
fn hkdf_sha512() {
    let mut made = 0;
    for group in groups("hkdf_sha512", 83) {
        for test in tests(&group) {
            let [material, salt, info] = ["ikm", "salt", "info"].map(|name| bytes(&test[name]));
            let mut out = vec![0; usize::try_from(test["size"].as_u64().unwrap()).unwrap()];
            let result = Hkdf::<Sha512>::new(Some(&salt), &material).expand(&info, &mut out);
            assert_eq!(result.is_ok(), valid(test), "vector {}", test["tcId"]);
            if result.is_ok() {
                assert_eq!(out, bytes(&test["okm"]), "vector {}", test["tcId"]);
                made += 1;
            }
        }
    }
    assert_eq!(made, 80);
}

/// Verifies as signed actions and checkpoints do: a signature has 64 bytes, and `verify_strict` refuses keys and points
/// of small order in addition to the checks of RFC 8032. No valid vector has such a key, so all results are the same.
#[test]
fn ed25519() {
    for group in groups("ed25519", 151) {
        let key: [u8; 32] = bytes(&group["publicKey"]["pk"]).try_into().unwrap();
        let key = VerifyingKey::from_bytes(&key);
        for test in tests(&group) {
            let verified = key.as_ref().is_ok_and(|key| {
                Signature::from_slice(&bytes(&test["sig"])).is_ok_and(|signature| {
                    key.verify_strict(&bytes(&test["msg"]), &signature).is_ok()
                })
            });
            assert_eq!(verified, valid(test), "vector {}", test["tcId"]);
        }
    }
}
