//! Sealed records, witnesses and beacons: arbitrary bytes never open, and a sealed record opens as it was sealed and not
//! with any bit flipped.
#![no_main]

use countersign::record::sealed::Sealed;
use countersign::record::witness::{WitnessOf, WitnessTable};
use countersign::record::{Lineage, RecordEntry, RecordKind, RecordName};
use countersign_fuzz::{Fields, SITE, flipped, stranger};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let keys = stranger();
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(Sealed::open(&keys, text).is_err());
    }
    let of = WitnessOf::new(SITE, "shop.example/");
    if let Ok(table) = WitnessTable::decode(data, &of) {
        assert_eq!(table.encode(&of).as_deref(), Ok(data));
    }
    if let Some(mut table) = WitnessTable::from_entries(data) {
        assert_eq!(table.entries(), data);
        let bytes = table
            .encode(&of)
            .expect("a table that was read is not too large");
        assert_eq!(WitnessTable::decode(&bytes, &of).as_ref(), Ok(&table));
        let before = table.clone();
        table.merge(&before);
        assert_eq!(table, before);
    }

    let mut fields = Fields(data);
    let [kind] = fields.array();
    let kind = RecordKind::ALL[usize::from(kind) % RecordKind::ALL.len()];
    let id = if kind.is_single() {
        0
    } else {
        fields.number() >> 1 | 1
    };
    let sealed = Sealed {
        name: RecordName::new(kind, id).expect("a name"),
        version: (fields.number() >> 1).max(1),
        data: format!("{{\"n\":{}}}", fields.number()),
        // A beacon is the only record without an entry.
        entry: (kind != RecordKind::Beacon).then(|| RecordEntry {
            sequence: fields.number(),
            leaf: fields.array(),
        }),
        lineage: (kind != RecordKind::Site).then(|| Lineage::new(fields.array())),
    };
    let text = sealed.seal(&keys).expect("short data are sealed");
    assert_eq!(Sealed::open(&keys, &text).as_ref(), Ok(&sealed));
    let other = flipped(text.as_bytes(), fields.number()).expect("a text is not empty");
    if let Ok(other) = std::str::from_utf8(&other) {
        assert!(Sealed::open(&keys, other).is_err());
    }
});
