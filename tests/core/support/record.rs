//! Opened records, as a site in order or in a bad state gives them.

use std::sync::Arc;

use countersign::clock::Timestamp;
use countersign::keyring::{Keyring, SiteId};
use countersign::reason::Reason;
use countersign::record::sealed::{RecordEntry, Sealed};
use countersign::record::{FoundRecord, Record, RecordKind, RecordName, Records};
use countersign::store::MemoryStore;
use serde_json::{Value, json};

const ADDRESS: &str = "example.org/";

fn sealed(keyring: &Keyring, kind: RecordKind, id: u64, data: &Value) -> String {
    let entry = RecordEntry {
        sequence: 0,
        leaf: [7; 32],
    };
    Sealed {
        name: RecordName::new(kind, id).unwrap(),
        version: 1,
        data: data.to_string(),
        entry: Some(entry),
        lineage: None,
    }
    .seal(keyring)
    .unwrap()
}

fn open(epoch: u64, address: &str, kind: RecordKind, id: u64, data: &Value) -> Record {
    let keyring = Arc::new(Keyring::open(SiteId::new([1; 8]), &[b'k'; 64], &[]).unwrap());
    let store = Arc::new(MemoryStore::new(Timestamp::from_seconds(1_800_000_000)));
    let site = json!({ "address": ADDRESS, "epoch": epoch });
    let site = sealed(&keyring, RecordKind::Site, 0, &site);
    let records =
        |address| Records::new(Arc::clone(&keyring), store.clone(), Some(&site), address).unwrap();
    // Makes the witness.
    records(ADDRESS).committed(&[&site], None).unwrap();
    let text = sealed(&keyring, kind, id, data);
    let name = RecordName::new(kind, id).unwrap();
    records(address).open(name, Some(&text)).unwrap()
}

/// Returns a record of a site in order, whose epoch is 0.
pub fn genuine(kind: RecordKind, id: u64, data: &Value) -> Record {
    open(0, ADDRESS, kind, id, data)
}

/// Returns a record of a site whose epoch is `epoch`.
pub fn genuine_at(epoch: u64, kind: RecordKind, id: u64, data: &Value) -> Record {
    open(epoch, ADDRESS, kind, id, data)
}

/// Returns a record of a site with another address than it had, so that nobody may act on it.
pub fn of_moved_site(kind: RecordKind, id: u64, data: &Value) -> Record {
    open(0, "copy.example/", kind, id, data)
}

/// Returns what was found if opening a record was denied for `reason`.
pub fn denied<'a>(reason: Reason) -> FoundRecord<'a> {
    FoundRecord::Denied(reason.into())
}

/// Returns what was found, if anything.
pub fn found(record: Option<&Record>) -> FoundRecord<'_> {
    record.map_or(FoundRecord::Missing, FoundRecord::Genuine)
}
