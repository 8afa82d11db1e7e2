//! An opened record: a handle that only [`Records`](super::Records) makes.

use super::name::{RecordKind, RecordName};
use super::sealed::{RecordEntry, Sealed};
use crate::audit::entry::Entry;
use crate::audit::tree::leaf_hash;
use crate::bytes::sha256;
use crate::decision::Decision;

/// A record that is as it was sealed and not behind its witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    sealed: Sealed,
    entry: RecordEntry,
    site_epoch: u64,
    site_state: Decision,
}

impl Record {
    pub(super) const fn new(
        sealed: Sealed,
        entry: RecordEntry,
        site_epoch: u64,
        site_state: Decision,
    ) -> Self {
        Self {
            sealed,
            entry,
            site_epoch,
            site_state,
        }
    }

    /// Returns the name.
    #[must_use]
    pub const fn name(&self) -> RecordName {
        self.sealed.name
    }

    /// Returns the kind.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        self.sealed.name.kind()
    }

    /// Returns the id, 0 for a record of which the site has only one.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.sealed.name.id()
    }

    /// Returns the version, from 1.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.sealed.version
    }

    /// Returns the data: canonical JSON, an object.
    #[must_use]
    pub fn data(&self) -> &str {
        &self.sealed.data
    }

    /// Returns the entry that explains the record.
    #[must_use]
    pub const fn entry(&self) -> RecordEntry {
        self.entry
    }

    /// Returns the epoch of the site when the record was opened. It is added to the epoch of a connection.
    #[must_use]
    pub const fn site_epoch(&self) -> u64 {
        self.site_epoch
    }

    /// Returns whether agents may act on the site at all, as [`Records::state`](super::Records::state) told when the record
    /// was opened. A record grants nothing if they may not.
    pub const fn site_state(&self) -> Decision {
        self.site_state
    }

    /// Returns whether `body`, the stored bytes of an audit entry, is the entry that this record names, and explains this
    /// version and these data.
    #[must_use]
    pub fn is_explained_by(&self, body: &[u8]) -> bool {
        if leaf_hash(body) != self.entry.leaf {
            return false;
        }
        Entry::parse(body).is_ok_and(|entry| {
            entry.seq == self.entry.sequence && self.sealed.is_explained_in(&entry)
        })
    }
}

impl Sealed {
    /// Returns whether `entry` explains this version and these data.
    pub(super) fn is_explained_in(&self, entry: &Entry) -> bool {
        let (name, digest) = (self.name.to_string(), sha256(self.data.as_bytes()));
        entry.records.iter().any(|record| {
            record.name == name && record.version == self.version && record.digest == digest
        })
    }
}
