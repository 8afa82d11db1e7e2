//! Vectors of invalid sealed secrets for all languages, `tests/vectors/vault/invalid_records/`: one file for each
//! fault. The valid ones are with the vault in `vectors.rs`, which also says how to write them again.

use countersign::bytes::{base64url, from_base64url};
use countersign::entropy::CountingEntropy;
use countersign::vault::{SlotSecret, Vault};
use serde_json::json;

use super::support::*;
use crate::support::vectors::{Vectors, same_as_files};

fn invalid_records() -> Vectors {
    let Made {
        vault,
        entropy,
        old,
        new: good,
        ..
    } = made();
    let (head, body) = good.split_at(14);
    let bytes = from_base64url(body.as_bytes()).unwrap();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        format!("{head}{}", base64url(&bytes))
    };
    let last = bytes.len() - 1;
    let elsewhere = Vault::create(
        site("fedcba9876543210"),
        &SlotSecret::AuthKey(MATERIAL.as_bytes()),
        &CountingEntropy::default(),
    )
    .unwrap();
    // The same random bytes give the data key and key id of this vault's older key.
    let elsewhere = elsewhere
        .seal(RECORD.as_bytes(), SECRET.as_bytes(), &entropy)
        .unwrap();
    assert_eq!(elsewhere[..14], old[..14]);
    // The length of the other sealed secrets is a multiple of three, so their last digit has no unused bits.
    // That of an empty secret is not.
    let short = vault.seal(RECORD.as_bytes(), b"", &entropy).unwrap();
    assert_eq!(
        from_base64url(&short.as_bytes()[14..]).unwrap().len() % 3,
        1
    );
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = digits.find(&short[short.len() - 1..]).unwrap() + 1;
    let unused = format!("{}{}", &short[..short.len() - 1], &digits[next..=next]);
    let another_version = good.replacen("cse1", "cse2", 1);
    let renamed = format!("{}{}", &old[..14], &good[14..]);
    let cases = [
        ("empty", RECORD, String::new(), "secret_malformed"),
        (
            "prefix_only",
            RECORD,
            "cse1.".to_owned(),
            "secret_malformed",
        ),
        ("head_only", RECORD, head.to_owned(), "secret_malformed"),
        (
            "the_secret_itself",
            RECORD,
            SECRET.to_owned(),
            "secret_malformed",
        ),
        (
            "cut_by_one",
            RECORD,
            good[..good.len() - 1].to_owned(),
            "secret_malformed",
        ),
        ("one_more", RECORD, format!("{good}A"), "secret_malformed"),
        ("padded", RECORD, format!("{short}="), "secret_malformed"),
        ("unused_bits_set", RECORD, unused, "secret_malformed"),
        (
            "white_space_before",
            RECORD,
            format!(" {good}"),
            "secret_malformed",
        ),
        (
            "white_space_behind",
            RECORD,
            format!("{good}\n"),
            "secret_malformed",
        ),
        (
            "upper_case_prefix",
            RECORD,
            good.replacen("cse1", "CSE1", 1),
            "secret_malformed",
        ),
        (
            "upper_case_key_id",
            RECORD,
            format!("cse1.{}{}", "ABCDEF01", &good[13..]),
            "secret_malformed",
        ),
        ("version_2", RECORD, another_version, "secret_malformed"),
        (
            "no_ciphertext",
            RECORD,
            changed(&|bytes| _ = bytes.drain(16..last - 31)),
            "secret_malformed",
        ),
        (
            "half_a_block_less",
            RECORD,
            changed(&|bytes| _ = bytes.drain(16..24)),
            "secret_malformed",
        ),
        (
            "too_long",
            RECORD,
            format!("{head}{}", "A".repeat(88_000)),
            "secret_malformed",
        ),
        (
            "unknown_key",
            RECORD,
            format!("cse1.00000000{}", &good[13..]),
            "secret_unknown_key",
        ),
        ("key_id_of_the_other_key", RECORD, renamed, "secret_damaged"),
        (
            "iv_first_bit",
            RECORD,
            changed(&|bytes| bytes[0] ^= 0x80),
            "secret_damaged",
        ),
        (
            "ciphertext_first_bit",
            RECORD,
            changed(&|bytes| bytes[16] ^= 0x80),
            "secret_damaged",
        ),
        (
            "ciphertext_last_bit",
            RECORD,
            changed(&|bytes| bytes[last - 32] ^= 1),
            "secret_damaged",
        ),
        (
            "tag_first_bit",
            RECORD,
            changed(&|bytes| bytes[last - 31] ^= 0x80),
            "secret_damaged",
        ),
        (
            "tag_last_bit",
            RECORD,
            changed(&|bytes| bytes[last] ^= 1),
            "secret_damaged",
        ),
        (
            "blocks_swapped",
            RECORD,
            changed(&|bytes| (0..16).for_each(|at| bytes.swap(16 + at, 32 + at))),
            "secret_damaged",
        ),
        (
            "block_removed",
            RECORD,
            changed(&|bytes| _ = bytes.drain(16..32)),
            "secret_damaged",
        ),
        (
            "block_moved_to_the_iv",
            RECORD,
            changed(&|bytes| _ = bytes.drain(..16)),
            "secret_damaged",
        ),
        (
            "another_record",
            "connector/8/secret",
            good.clone(),
            "secret_damaged",
        ),
        (
            "record_longer",
            "connector/7/secret ",
            good.clone(),
            "secret_damaged",
        ),
        (
            "record_in_another_case",
            "Connector/7/secret",
            good.clone(),
            "secret_damaged",
        ),
        ("another_site", RECORD, elsewhere, "secret_damaged"),
    ];
    let slots = vault.to_text(&entropy).unwrap();
    cases
        .into_iter()
        .map(|(name, record, sealed, reason)| {
            let vector = json!({
                "site": SITE, "material": MATERIAL, "slots": slots,
                "record": record, "sealed": sealed, "reason": reason,
            });
            (name.to_owned(), vector)
        })
        .collect()
}

#[test]
fn the_vectors_match_the_current_format() {
    same_as_files("vault/invalid_records", &invalid_records());
}

#[test]
fn every_invalid_sealed_secret_is_refused_with_its_reason() {
    for (name, case) in invalid_records() {
        let vault = open(SITE, text(&case["slots"]), "auth_key", MATERIAL).unwrap();
        let opened = vault.unseal(
            text(&case["record"]).as_bytes(),
            text(&case["sealed"]).as_bytes(),
        );
        assert_eq!(
            opened.err().map(reason).as_deref(),
            case["reason"].as_str(),
            "{name}"
        );
    }
}
