//! A record opens only as it was sealed, and only at its own place.

use std::sync::Arc;

use countersign::keyring::{Keyring, SiteId};
use countersign::reason::Reason;
use countersign::record::sealed::Sealed;
use countersign::record::{RecordChange, RecordError, RecordKind, Records};

use super::support::{CONNECTION, Explained, Site, keys, memory, name, site, switch};

const DATA: &str = r#"{ "state": "active", "name": "\u00e9", "epoch": 3 }"#;

#[test]
fn record_opens_as_it_was_sealed() {
    let (mut site, _) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let change = RecordChange {
        name: connection,
        version: 1,
        data: DATA,
    };
    let append = site.log.append(&[change]);
    let text = site.records().seal(&append, &change, None, None).unwrap();
    assert!(text.starts_with("csr1."));
    assert!(
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    );
    let record = site.records().open(connection, Some(&text)).unwrap();
    assert_eq!(record.data(), r#"{"epoch":3,"name":"é","state":"active"}"#);
    assert_eq!((record.id(), record.version()), (7, 1));
    assert_eq!(record.entry().sequence, append.rows[0].seq);
    assert!(record.is_explained_by(&append.rows[0].body));
    assert!(record.site_state().is_allowed());
    let other = site.log.append(&[change]);
    assert!(!record.is_explained_by(&other.rows[0].body));
    assert!(!record.is_explained_by(b"{}"));
}

#[test]
fn changed_text_is_forged_or_of_another_key() {
    let (mut site, _) = Site::new(memory());
    let text = site.commit(name(CONNECTION, 7), 1, DATA);
    let records = site.records();
    let why = |text: &str| records.open(name(CONNECTION, 7), Some(text)).err();
    for at in 0..text.len() {
        for bit in 0..7 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let changed = String::from_utf8(bytes).unwrap();
            let reason = why(&changed).expect("a changed text opened");
            let is_key = (5..11).contains(&at) && reason == Reason::KeysChanged;
            assert!(is_key || reason == Reason::RecordForged, "{at} {bit}");
        }
        assert!(
            matches!(
                why(&text[..at]),
                Some(Reason::RecordForged | Reason::RecordUnsealed | Reason::RecordMissing)
            ),
            "{at}"
        );
    }
    for more in [" ", "A", "=", "\n", "AAAA"] {
        assert_eq!(why(&format!("{text}{more}")), Some(Reason::RecordForged));
        assert_eq!(why(&format!("{more}{text}")), Some(Reason::RecordForged));
    }
    assert_eq!(why(&text), None);
}

#[test]
fn record_of_another_kind_id_or_site_is_forged() {
    let (mut site, _) = Site::new(memory());
    let text = site.commit(name(CONNECTION, 7), 1, DATA);
    let records = site.records();
    for other in [
        name(CONNECTION, 8),
        name(RecordKind::Grant, 7),
        name(RecordKind::Client, 7),
        switch(),
    ] {
        let why = records.open(other, Some(&text)).err();
        assert_eq!(why, Some(Reason::RecordForged), "{other}");
    }
    // A key that belongs to another site is another key.
    let why = Sealed::open(&keys([2; 8], b'm'), &text).err();
    assert_eq!(why, Some(Reason::KeysChanged));
}

#[test]
fn record_of_a_replaced_key_opens_while_the_key_is_known() {
    let (mut site, _) = Site::new(memory());
    let text = site.commit(name(CONNECTION, 7), 1, DATA);
    let why = Sealed::open(&keys([1; 8], b'n'), &text).err();
    assert_eq!(why, Some(Reason::KeysChanged));
    let both = Keyring::open(SiteId::new([1; 8]), &[b'n'; 64], &[&[b'm'; 64]]).unwrap();
    assert!(Sealed::open(&both, &text).is_ok());
    let file = Some(countersign::secret::Secret::new([9; 32]));
    let why = Sealed::open(&both.with_record_file(file), &text).err();
    assert_eq!(why, Some(Reason::KeysChanged));
}

#[test]
fn record_needs_an_entry_that_explains_exactly_it() {
    let (mut site, _) = Site::new(memory());
    let change = |version, data| RecordChange {
        name: name(CONNECTION, 7),
        version,
        data,
    };
    let append = site.log.append(&[change(1, DATA)]);
    let records = site.records();
    let seal = |change| records.seal(&append, &change, None, None).err();
    let unexplained = Some(RecordError::Refused(Reason::RecordUnexplained));
    assert_eq!(seal(change(2, DATA)), unexplained);
    assert_eq!(seal(change(1, r#"{"epoch":3}"#)), unexplained);
    let other = RecordChange {
        name: name(CONNECTION, 8),
        ..change(1, DATA)
    };
    assert_eq!(seal(other), unexplained);
    assert_eq!(seal(change(1, DATA)), None);
}

#[test]
fn data_and_versions_that_no_record_has_are_misuse() {
    let (mut site, _) = Site::new(memory());
    let draft = r#"{"kind":"connection","actor":{"kind":"admin"},"action":"test"}"#;
    for (kind, id, version, data) in [
        (CONNECTION, 7, 0, "{}"),
        (CONNECTION, 7, 1 << 63, "{}"),
        (CONNECTION, 7, 1, "[]"),
        (CONNECTION, 7, 1, ""),
        (CONNECTION, 7, 1, r#"{"a":1,"a":2}"#),
        (RecordKind::Grant, 7, 2, "{}"),
        (RecordKind::Beacon, 0, 1, "{}"),
    ] {
        let change = RecordChange {
            name: name(kind, id),
            version,
            data,
        };
        let refused = Records::explain(draft, &[change]);
        assert!(matches!(refused, Err(RecordError::Misuse(_))), "{data}");
    }
    let many = [RecordChange {
        name: name(CONNECTION, 7),
        version: 1,
        data: "{}",
    }; 33];
    assert!(Records::explain(draft, &many).is_err());
    assert!(Records::explain(draft, &many[..32]).is_ok());
    let refused = site.seal(self::site(), 2, r#"{"address":"evil.example","epoch":2}"#);
    assert!(matches!(refused, Err(RecordError::Misuse(_))));
    let keyring = keys([1; 8], b'm');
    let _ = Explained::new(&keyring);
    let (keyring, store) = (Arc::clone(&keyring), memory());
    assert!(Records::new(keyring, store, None, "").is_err());
}
