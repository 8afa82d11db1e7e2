//! The beacon: a sealed copy of the witness in the database, made every hour.

use serde::{Deserialize, Serialize};

use super::lineage::Lineage;
use super::name::{MAX_NUMBER, RecordKind, RecordName};
use super::sealed::Sealed;
use super::witness::WitnessTable;
use crate::bytes::{base64url, from_base64url};
use crate::clock::{SKEW_MS, Timestamp};
use crate::json;
use crate::keyring::Keyring;

/// How old a beacon may be to replace a witness without a person, in milliseconds: two hours.
const FRESH_MS: u64 = 2 * 60 * 60 * 1000;

/// The content of a beacon.
pub(super) struct Beacon {
    pub(super) table: WitnessTable,
    address: String,
    time: Timestamp,
}

// The order of the members is the canonical one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BeaconData {
    address: String,
    entries: String,
    floor: u64,
    time: Timestamp,
}

/// Seals the table of the witness at `address`. Returns `None` if it is too large for a sealed text.
pub(super) fn seal(
    keyring: &Keyring,
    table: &WitnessTable,
    address: &str,
    lineage: Option<Lineage>,
    now: Timestamp,
) -> Option<String> {
    let data = BeaconData {
        address: address.to_owned(),
        entries: base64url(&table.entries()),
        floor: table.floor(),
        time: now,
    };
    let sealed = Sealed {
        name: RecordName::single(RecordKind::Beacon),
        version: now.millis().clamp(1, MAX_NUMBER),
        data: json::raw(&data).get().to_owned(),
        entry: None,
        lineage,
    };
    sealed.seal(keyring)
}

impl Beacon {
    /// Opens a beacon of a site of `lineage`; `None` for any other text.
    pub(super) fn open(keyring: &Keyring, text: &str, lineage: Option<Lineage>) -> Option<Self> {
        let sealed = Sealed::open(keyring, text).ok()?;
        if sealed.name.kind() != RecordKind::Beacon || sealed.lineage != lineage {
            return None;
        }
        let data: BeaconData = serde_json::from_str(&sealed.data).ok()?;
        let mut table = WitnessTable::from_entries(&from_base64url(data.entries.as_bytes())?)?;
        table.raise_floor(data.floor);
        Some(Self {
            table,
            address: data.address,
            time: data.time,
        })
    }

    /// Returns whether the beacon was made at `address` less than two hours before `now`.
    pub(super) fn is_fresh(&self, address: &str, now: Timestamp) -> bool {
        self.address == address
            && now.millis_since(self.time) < FRESH_MS
            && self.time.millis_since(now) <= SKEW_MS
    }
}
