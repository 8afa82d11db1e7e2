//! Vault vectors for all languages in `tests/vectors/vault/`: a valid vault (`valid/`), and one file for each fault
//! of a stored text or recovery code (`invalid_slots/`). To write them again after a change of a format:
//! `COUNTERSIGN_BLESS=1 cargo test --test core vault::`.

use countersign::bytes::{base64url, from_base64url, hex, sha256};
use countersign::entropy::CountingEntropy;
use countersign::vault::{SlotSecret, Vault};
use serde_json::{Value, json};

use super::support::*;
use crate::support::vectors::{Vectors, same_as_files};

fn valid() -> Value {
    let made = made();
    let ids: Vec<String> = made.vault.key_ids().iter().map(|id| hex(&id.0)).collect();
    let sealed = |name: &str, secret: &str| json!({ "record": name, "secret": secret, "sealed": made.vault.seal(name.as_bytes(), secret.as_bytes(), &made.entropy).unwrap() });
    let records = [
        json!({ "record": RECORD, "secret": SECRET, "sealed": made.old }),
        json!({ "record": RECORD, "secret": SECRET, "sealed": made.new }),
        sealed("empty", ""),
        sealed("one block less one byte", "fifteen bytes.."),
        sealed("one block", "sixteen bytes..."),
        sealed("näme \0", &"long ".repeat(100)),
    ];
    json!({
        "site": SITE, "slots": made.vault.to_text(&made.entropy).unwrap(), "key_ids": ids, "records": records,
        "openers": { "auth_key": MATERIAL, "key_file": KEY_FILE, "recovery": made.code },
    })
}

/// Changes the JSON of a stored text and corrects its checksum, as an attacker who can write the database would.
fn forged(text: &str, change: impl FnOnce(&mut Value)) -> String {
    let parts: Vec<&str> = text.split('.').collect();
    let mut json: Value =
        serde_json::from_slice(&from_base64url(parts[1].as_bytes()).unwrap()).unwrap();
    change(&mut json);
    with_checksum(&format!(
        "csv1.{}.{}",
        base64url(&serde_json::to_vec(&json).unwrap()),
        parts[2]
    ))
}

fn with_checksum(text: &str) -> String {
    format!("{text}.{}", base64url(&sha256(text.as_bytes())[..6]))
}

/// Flips one bit of the bytes that `value` encodes.
fn flip(value: &mut Value) {
    let mut bytes = from_base64url(value.as_str().unwrap().as_bytes()).unwrap();
    bytes[0] ^= 1;
    *value = base64url(&bytes).into();
}

fn invalid_slots() -> Vectors {
    let made = made();
    let good = made.vault.to_text(&made.entropy).unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let entropy = CountingEntropy::default();
    let elsewhere = Vault::create(
        site("fedcba9876543210"),
        &SlotSecret::AuthKey(MATERIAL.as_bytes()),
        &entropy,
    )
    .unwrap()
    .to_text(&entropy)
    .unwrap();
    let one_slot = Vault::create(
        site(SITE),
        &SlotSecret::AuthKey(MATERIAL.as_bytes()),
        &entropy,
    )
    .unwrap()
    .to_text(&entropy)
    .unwrap();
    let mut tag = from_base64url(parts[2].as_bytes()).unwrap();
    tag[0] ^= 1;
    let damaged = [
        ("empty", String::new()),
        ("prefix_only", "csv1.".to_owned()),
        ("cut_by_one", good[..good.len() - 1].to_owned()),
        ("one_more", format!("{good}A")),
        ("padded", format!("{good}=")),
        ("white_space_before", format!(" {good}")),
        ("white_space_behind", format!("{good}\n")),
        ("one_part_more", with_checksum(&good)),
        ("upper_case_prefix", good.replacen("csv1", "CSV1", 1)),
        (
            "version_2",
            with_checksum(&format!("csv2.{}.{}", parts[1], parts[2])),
        ),
        (
            "checksum_changed",
            format!("{}.{}.{}.AAAAAAAA", parts[0], parts[1], parts[2]),
        ),
        (
            "tag_changed",
            with_checksum(&format!("csv1.{}.{}", parts[1], base64url(&tag))),
        ),
        (
            "tag_cut",
            with_checksum(&format!("csv1.{}.{}", parts[1], base64url(&tag[..31]))),
        ),
        (
            "not_json",
            with_checksum(&format!("csv1.{}.{}", base64url(b"{"), parts[2])),
        ),
        (
            "too_large",
            with_checksum(&format!("csv1.{}.{}", "A".repeat(16_384), parts[2])),
        ),
        (
            "field_missing",
            forged(&good, |json| {
                _ = json.as_object_mut().unwrap().remove("keys")
            }),
        ),
        ("field_more", forged(&good, |json| json["more"] = 1.into())),
        (
            "slot_field_more",
            forged(&good, |json| json["slots"][0]["more"] = 1.into()),
        ),
        (
            "slot_doubled",
            forged(&good, |json| json["slots"][1] = json["slots"][0].clone()),
        ),
        (
            "slot_of_unknown_kind",
            forged(&good, |json| json["slots"][1]["kind"] = "password".into()),
        ),
        (
            "slot_removed",
            forged(&good, |json| {
                _ = json["slots"].as_array_mut().unwrap().remove(1)
            }),
        ),
        (
            "slot_salt_short",
            forged(&good, |json| json["slots"][0]["salt"] = "AAAA".into()),
        ),
        (
            "slot_iv_changed",
            forged(&good, |json| flip(&mut json["slots"][0]["iv"])),
        ),
        (
            "slot_key_changed",
            forged(&good, |json| flip(&mut json["slots"][0]["wrapped"])),
        ),
        (
            "another_slot_changed",
            forged(&good, |json| flip(&mut json["slots"][1]["wrapped"])),
        ),
        (
            "data_key_changed",
            forged(&good, |json| flip(&mut json["keys"][1]["wrapped"])),
        ),
        (
            "data_key_renamed",
            forged(&good, |json| flip(&mut json["keys"][0]["id"])),
        ),
        (
            "data_key_removed",
            forged(&good, |json| {
                _ = json["keys"].as_array_mut().unwrap().remove(1)
            }),
        ),
        (
            "data_keys_reordered",
            forged(&good, |json| {
                json["keys"].as_array_mut().unwrap().swap(0, 1)
            }),
        ),
        (
            "no_data_key",
            forged(&good, |json| json["keys"] = json!([])),
        ),
        (
            "nine_data_keys",
            forged(&good, |json| {
                json["keys"] = vec![json["keys"][0].clone(); 9].into()
            }),
        ),
        (
            "another_sites_renamed",
            forged(&elsewhere, |json| {
                json["site"] = base64url(site(SITE).as_bytes()).into()
            }),
        ),
    ];
    let case = |name: &str, slots: &str, kind: &str, material: &str, reason: &str| {
        let vector = json!({
            "site": SITE, "slots": slots, "kind": kind, "material": material, "reason": reason,
        });
        (name.to_owned(), vector)
    };
    let mut cases: Vec<(String, Value)> = damaged
        .iter()
        .map(|(name, slots)| case(name, slots, "auth_key", MATERIAL, "vault_damaged"))
        .collect();
    let salt = forged(&good, |json| flip(&mut json["slots"][0]["salt"]));
    let fingerprint = forged(&good, |json| flip(&mut json["slots"][0]["fingerprint"]));
    let another = MATERIAL.to_uppercase();
    let placeholder = "put your unique phrase here".repeat(2);
    cases.extend([
        case(
            "another_sites",
            &elsewhere,
            "auth_key",
            MATERIAL,
            "vault_wrong_site",
        ),
        case(
            "another_auth_key",
            &good,
            "auth_key",
            &another,
            "vault_key_changed",
        ),
        case(
            "another_key_file",
            &good,
            "key_file",
            &another,
            "vault_key_changed",
        ),
        case(
            "auth_key_in_place_of_the_key_file",
            &good,
            "key_file",
            MATERIAL,
            "vault_key_changed",
        ),
        case(
            "salt_changed",
            &salt,
            "auth_key",
            MATERIAL,
            "vault_key_changed",
        ),
        case(
            "fingerprint_changed",
            &fingerprint,
            "auth_key",
            MATERIAL,
            "vault_key_changed",
        ),
        case(
            "no_such_slot",
            &one_slot,
            "key_file",
            KEY_FILE,
            "vault_slot_missing",
        ),
        case("material_empty", &good, "auth_key", "", "key_unusable"),
        case(
            "material_short",
            &good,
            "auth_key",
            &MATERIAL[..31],
            "key_unusable",
        ),
        case(
            "material_placeholder",
            &good,
            "auth_key",
            &placeholder,
            "key_unusable",
        ),
        case(
            "key_file_short",
            &good,
            "key_file",
            &KEY_FILE[..31],
            "key_file_unusable",
        ),
        case(
            "code_cut",
            &good,
            "recovery",
            &made.code[..made.code.len() - 1],
            "recovery_code_invalid",
        ),
        case(
            "code_longer",
            &good,
            "recovery",
            &format!("{}0", made.code),
            "recovery_code_invalid",
        ),
        case(
            "code_with_u",
            &good,
            "recovery",
            &made.code.replacen(&made.code[..1], "U", 1),
            "recovery_code_invalid",
        ),
        case(
            "code_mistyped",
            &good,
            "recovery",
            &made.code.replacen(&made.code[..1], "Z", 1),
            "recovery_code_invalid",
        ),
    ]);
    cases.into_iter().collect()
}

#[test]
fn the_vectors_match_the_current_format() {
    same_as_files(
        "vault/valid",
        &Vectors::from([("vault".to_owned(), valid())]),
    );
    same_as_files("vault/invalid_slots", &invalid_slots());
}

#[test]
fn every_slot_opens_every_sealed_secret() {
    let valid = valid();
    for (kind, material) in valid["openers"].as_object().unwrap() {
        let vault = open(SITE, text(&valid["slots"]), kind, text(material)).unwrap();
        for record in valid["records"].as_array().unwrap() {
            let secret = vault
                .unseal(
                    text(&record["record"]).as_bytes(),
                    text(&record["sealed"]).as_bytes(),
                )
                .unwrap();
            assert_eq!(secret.expose(), text(&record["secret"]).as_bytes());
        }
    }
}

#[test]
fn every_invalid_vault_is_refused_with_its_reason() {
    for (name, case) in invalid_slots() {
        let opened = open(
            text(&case["site"]),
            text(&case["slots"]),
            text(&case["kind"]),
            text(&case["material"]),
        );
        assert_eq!(opened.err().as_deref(), case["reason"].as_str(), "{name}");
    }
}
