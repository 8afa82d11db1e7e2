//! Token vectors for all languages: one valid token of each kind in `tests/vectors/token/valid/`, and one file for
//! each fault in `tests/vectors/token/invalid/`. To write them again after a change of the format:
//! `COUNTERSIGN_BLESS=1 cargo test --test core token::vectors`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::clock::Timestamp;
use countersign::keyring::{Keyring, SiteId};
use countersign::token::{Kind, NewToken, audience, issue, verify};
use serde_json::json;

use crate::support::vectors::{Vectors, same_as_files};

const SITE: &str = "0123456789abcdef";
const MATERIAL: &str = "vectors only: forty-eight bytes that guard nothing";
const ISSUED: u64 = 1_700_000_000;
/// The vectors stay valid as long as 32 bits of seconds last.
const LIFETIME: u32 = 2_500_000_000;
const RESOURCE: &str = "https://example.org/wp-json/countersign/v1/mcp";

fn keyring(site: &str, material: &str) -> Keyring {
    Keyring::open(SiteId::parse(site).unwrap(), material.as_bytes(), &[]).unwrap()
}

fn kind_name(kind: Kind) -> String {
    format!("{kind:?}").to_lowercase()
}

fn grant(kind: Kind) -> NewToken {
    NewToken {
        kind,
        subject: 0x0001_0203_0405_0607,
        epoch: 7,
        binding: audience(RESOURCE),
        lifetime: LIFETIME,
        id: *b"vector id 12",
        issued: Timestamp::from_seconds(ISSUED),
    }
}

fn valid() -> Vectors {
    let keys = keyring(SITE, MATERIAL);
    let vector = |kind: Kind| {
        json!({
            "site": SITE, "material": MATERIAL, "kind": kind_name(kind), "binding": RESOURCE,
            "issued": ISSUED, "lifetime": LIFETIME, "id": "766563746f72206964203132",
            "subject": 0x0001_0203_0405_0607_u64, "epoch": 7, "token": issue(&keys, &grant(kind)),
        })
    };
    Kind::ALL
        .iter()
        .map(|kind| (kind_name(*kind), vector(*kind)))
        .collect()
}

/// Changes the payload of a token and corrects its checksum, as a forger would.
fn forged(text: &str, change: impl Fn(&mut Vec<u8>)) -> String {
    let (prefix, rest) = text.split_at(5);
    let mut payload = URL_SAFE_NO_PAD.decode(&rest[..rest.len() - 6]).unwrap();
    change(&mut payload);
    let body = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(&payload));
    let mut sum = crc32fast::hash(body.as_bytes());
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut tail = [0_u8; 6];
    for digit in tail.iter_mut().rev() {
        *digit = digits[(sum % 62) as usize];
        sum /= 62;
    }
    body + std::str::from_utf8(&tail).unwrap()
}

fn invalid() -> Vectors {
    let keys = keyring(SITE, MATERIAL);
    let good = issue(&keys, &grant(Kind::Access));
    let refresh = issue(&keys, &grant(Kind::Refresh));
    let expired = NewToken {
        lifetime: 1,
        ..grant(Kind::Access)
    };
    let early = NewToken {
        issued: Timestamp::from_seconds(4_200_000_000),
        ..grant(Kind::Access)
    };
    let elsewhere = NewToken {
        binding: audience("https://example.org/"),
        ..grant(Kind::Access)
    };
    let flip = |place: usize| forged(&good, |bytes| bytes[place] ^= 1);
    let cases = [
        ("empty", String::new(), "token_malformed"),
        ("prefix_only", "csat_".to_owned(), "token_malformed"),
        ("not_a_token", "a".repeat(good.len()), "token_malformed"),
        (
            "cut_by_one",
            good[..good.len() - 1].to_owned(),
            "token_malformed",
        ),
        ("one_more", format!("{good}0"), "token_malformed"),
        (
            "padded",
            format!("{}=", &good[..good.len() - 1]),
            "token_malformed",
        ),
        ("white_space_behind", format!("{good}\n"), "token_malformed"),
        (
            "upper_case_prefix",
            good.replacen("csat_", "CSAT_", 1),
            "token_malformed",
        ),
        (
            "checksum_wrong",
            format!("{}000000", &good[..good.len() - 6]),
            "token_malformed",
        ),
        (
            "version_2",
            forged(&good, |bytes| bytes[0] = 2),
            "token_malformed",
        ),
        (
            "kind_under_another_prefix",
            forged(&good, |bytes| bytes[1] = 2),
            "token_malformed",
        ),
        ("another_kind", refresh.clone(), "token_wrong_kind"),
        (
            "another_kind_renamed",
            forged(&refresh.replacen("csrt_", "csat_", 1), |bytes| bytes[1] = 1),
            "token_forged",
        ),
        ("key_id_changed", flip(2), "token_unknown_key"),
        ("site_changed", flip(6), "token_wrong_site"),
        ("issued_changed", flip(17), "token_forged"),
        ("lifetime_changed", flip(21), "token_forged"),
        ("id_changed", flip(22), "token_forged"),
        ("subject_changed", flip(41), "token_forged"),
        ("epoch_changed", flip(45), "token_forged"),
        ("binding_changed", flip(46), "token_forged"),
        ("tag_first_bit", flip(78), "token_forged"),
        ("tag_last_bit", flip(109), "token_forged"),
        (
            "another_site",
            issue(&keyring("fedcba9876543210", MATERIAL), &grant(Kind::Access)),
            "token_wrong_site",
        ),
        (
            "another_key",
            issue(
                &keyring(SITE, &MATERIAL.to_uppercase()),
                &grant(Kind::Access),
            ),
            "token_unknown_key",
        ),
        ("expired", issue(&keys, &expired), "token_expired"),
        ("not_yet_valid", issue(&keys, &early), "token_not_yet_valid"),
        (
            "another_audience",
            issue(&keys, &elsewhere),
            "token_wrong_audience",
        ),
    ];
    cases
        .into_iter()
        .map(|(name, token, reason)| {
            let vector = json!({
                "site": SITE, "material": MATERIAL, "kind": "access", "binding": RESOURCE,
                "token": token, "reason": reason,
            });
            (name.to_owned(), vector)
        })
        .collect()
}

#[test]
fn the_vectors_match_the_current_format() {
    same_as_files("token/valid", &valid());
    same_as_files("token/invalid", &invalid());
}

#[test]
fn every_invalid_vector_is_refused_with_its_reason() {
    let keys = keyring(SITE, MATERIAL);
    let now = Timestamp::from_seconds(ISSUED + 1);
    for kind in Kind::ALL {
        let token = &valid()[&kind_name(*kind)]["token"];
        let claims = verify(&keys, *kind, token.as_str().unwrap().as_bytes(), now);
        assert!(claims.unwrap().is_bound_to(&audience(RESOURCE)));
    }
    for (name, case) in invalid() {
        let token = case["token"].as_str().unwrap();
        let reason = match verify(&keys, Kind::Access, token.as_bytes(), now.plus_seconds(10)) {
            Err(reason) => reason.code(),
            Ok(claims) if !claims.is_bound_to(&audience(RESOURCE)) => "token_wrong_audience",
            Ok(_) => "accepted",
        };
        assert_eq!(reason, case["reason"], "{name}");
    }
}
