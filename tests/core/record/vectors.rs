//! Vectors of records for all languages: `tests/vectors/record/valid/`, one file for each fault in `invalid/`, and the
//! bytes of a witness in `witness/`. To write them again after a change of the format:
//! `COUNTERSIGN_BLESS=1 cargo test --features cli,redis --test core record::vectors`.

use countersign::bytes::{base64url, from_base64url, hex, pae};
use countersign::keyring::{Keyring, Purpose, SiteId};
use countersign::reason::Reason;
use countersign::record::sealed::Sealed;
use countersign::record::witness::{WitnessOf, WitnessTable};
use countersign::record::{FINAL_VERSION, Lineage, RecordEntry, RecordKind};
use countersign::secret::{derive, mac};
use serde_json::{Value, json};

use super::support::name;
use crate::support::vectors::{Vectors, same_as_files};

const SITE: &str = "0123456789abcdef";
const MATERIAL: &str = "vectors only: forty-eight bytes that guard nothing";
const LEAF: [u8; 32] = [0xab; 32];

fn keyring(material: &str) -> Keyring {
    Keyring::open(SiteId::parse(SITE).unwrap(), material.as_bytes(), &[]).unwrap()
}

fn sealed(kind: RecordKind, id: u64, version: u64, data: &str) -> Sealed {
    Sealed {
        name: name(kind, id),
        version,
        data: data.to_owned(),
        entry: Some(RecordEntry {
            sequence: 41,
            leaf: LEAF,
        }),
        lineage: None,
    }
}

fn connection() -> Sealed {
    let data = r#"{"epoch":3,"groups":["read"],"name":"Assistant é","state":"active"}"#;
    sealed(RecordKind::Connection, 4_611_686_018_427_387_905, 2, data)
}

fn valid() -> Vectors {
    let keys = keyring(MATERIAL);
    let vector = |record: Sealed| {
        json!({
            "site": SITE, "material": MATERIAL, "kind": record.name.kind().word(), "id": record.name.id(),
            "version": record.version, "data": record.data, "sequence": 41, "leaf": hex(&LEAF),
            "text": record.seal(&keys).unwrap(),
        })
    };
    let site = r#"{"address":"shop.example/","epoch":0}"#;
    [
        ("connection", connection()),
        (
            "connection_revoked",
            sealed(
                RecordKind::Connection,
                8,
                FINAL_VERSION,
                r#"{"epoch":4,"state":"revoked"}"#,
            ),
        ),
        ("grant", sealed(RecordKind::Grant, 1, 1, "{}")),
        (
            "grant_of_a_lineage",
            Sealed {
                lineage: Some(Lineage::new([0x5c; 8])),
                ..sealed(RecordKind::Grant, 1, 1, "{}")
            },
        ),
        (
            "kill_switch",
            sealed(RecordKind::KillSwitch, 0, 9, r#"{"on":true}"#),
        ),
        ("site", sealed(RecordKind::Site, 0, 1, site)),
    ]
    .map(|(name, record)| (name.to_owned(), vector(record)))
    .into()
}

/// Seals any JSON under the key of records, as nobody but the extension can.
fn sealed_json(json: &str) -> String {
    let key = keyring(MATERIAL).purpose_key(Purpose::Record);
    let id = derive(key.expose(), &[], b"countersign/key-id/v1");
    let tag = mac(&key, &pae(&[b"countersign/record/v1", json.as_bytes()]));
    let bytes = [&id.expose()[..4], &tag, json.as_bytes()].concat();
    format!("csr1.{}", base64url(&bytes))
}

fn invalid() -> Vectors {
    let good = connection().seal(&keyring(MATERIAL)).unwrap();
    let bytes = from_base64url(&good.as_bytes()[5..]).unwrap();
    let json = String::from_utf8(bytes[36..].to_vec()).unwrap();
    assert_eq!(sealed_json(&json), good);
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        format!("csr1.{}", base64url(&bytes))
    };
    let replaced = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        sealed_json(&json.replace(from, to))
    };
    let other_key = connection()
        .seal(&keyring(&MATERIAL.to_uppercase()))
        .unwrap();
    let forged = "record_forged";
    let cases: Vec<(&str, String, &str)> = vec![
        ("data_changed", flipped(bytes.len() - 20), forged),
        ("tag_changed", flipped(10), forged),
        ("key_id_changed", flipped(0), "keys_changed"),
        ("other_key", other_key, "keys_changed"),
        ("cut", good[..good.len() - 4].to_owned(), forged),
        ("cut_to_the_key_id", good[..11].to_owned(), "record_forged"),
        ("longer", format!("{good}AAAA"), forged),
        ("padded", format!("{good}="), forged),
        ("other_prefix", good.replace("csr1.", "csr2."), forged),
        ("without_prefix", good[5..].to_owned(), forged),
        ("white_space", format!(" {good}"), forged),
        ("other_site", replaced(SITE, "fedcba9876543210"), forged),
        (
            "version_0",
            replaced(r#""version":2"#, r#""version":0"#),
            forged,
        ),
        (
            "other_kind",
            replaced(r#""connection""#, r#""client""#),
            forged,
        ),
        (
            "unknown_kind",
            replaced(r#""connection""#, r#""user""#),
            forged,
        ),
        (
            "other_id",
            replaced("4611686018427387905", "4611686018427387904"),
            forged,
        ),
        (
            "unknown_member",
            replaced(r#""kind""#, r#""more":1,"kind""#),
            forged,
        ),
        (
            "without_entry",
            sealed_json(&json.replace(
                &json[json.find(r#""entry""#).unwrap()..json.find(r#""id""#).unwrap()],
                "",
            )),
            forged,
        ),
        (
            "lineage_too_short",
            replaced(r#""site""#, r#""lineage":"5c5c5c5c5c5c5c5","site""#),
            forged,
        ),
        (
            "lineage_in_capitals",
            replaced(r#""site""#, r#""lineage":"5C5C5C5C5C5C5C5C","site""#),
            forged,
        ),
        ("empty", String::new(), "record_unsealed"),
    ];
    cases
        .into_iter()
        .map(|(file, text, reason)| {
            let vector = json!({
                "site": SITE, "material": MATERIAL, "kind": "connection",
                "id": 4_611_686_018_427_387_905_u64, "text": text, "reason": reason,
            });
            (file.to_owned(), vector)
        })
        .collect()
}

fn witness() -> Vectors {
    let table = |ids: std::ops::Range<u64>, floor: u64| {
        let mut table = WitnessTable::default();
        table.raise_floor(floor);
        for id in ids {
            table.raise(name(RecordKind::Connection, id), id * 3);
        }
        table
    };
    let of = WitnessOf::new(SiteId::parse(SITE).unwrap(), "shop.example/");
    let vector = |ids: std::ops::Range<u64>, floor: u64| {
        let records: Value = ids
            .clone()
            .map(|id| (format!("connection:{id}"), json!(id * 3)))
            .collect();
        json!({
            "site": SITE, "address": "shop.example/", "records": records, "floor": floor,
            "bytes": hex(&table(ids, floor).encode(&of).unwrap()),
        })
    };
    [
        ("empty", vector(1..1, 0)),
        ("three", vector(1..4, 0)),
        ("with_floor", vector(1..3, 1_800_000_000_000)),
    ]
    .map(|(file, vector)| (file.to_owned(), vector))
    .into()
}

#[test]
fn vectors_are_those_of_this_format() {
    same_as_files("record/valid", &valid());
    same_as_files("record/invalid", &invalid());
    same_as_files("record/witness", &witness());
}

#[test]
fn vectors_open_as_they_say() {
    let text = |vector: &Value| vector["text"].as_str().unwrap().to_owned();
    for (file, vector) in valid() {
        let sealed = Sealed::open(&keyring(MATERIAL), &text(&vector)).unwrap();
        assert_eq!(sealed.data, vector["data"], "{file}");
        assert_eq!(sealed.version, vector["version"], "{file}");
    }
    for (file, vector) in invalid() {
        let opened = Sealed::open(&keyring(MATERIAL), &text(&vector));
        let reason = match opened {
            Ok(sealed) if sealed.name == connection().name => panic!("{file}"),
            Ok(_) => Reason::RecordForged,
            Err(reason) => reason,
        };
        let wanted = vector["reason"].as_str().unwrap();
        assert!(
            reason.code() == wanted || wanted == "record_unsealed",
            "{file}: {reason}"
        );
    }
}
