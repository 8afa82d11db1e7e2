//! The names of records: their kind and their id.

use crate::bytes::sha256_pae;
use crate::words::words;

/// The largest id and the largest version: PHP's largest int.
pub(super) const MAX_NUMBER: u64 = i64::MAX as u64;

words! {
    /// What a record decides.
    pub enum RecordKind {
        /// The site: its epoch and its address.
        Site = "site",
        /// Whether all agents are stopped.
        KillSwitch = "kill_switch",
        /// The settings that bound agents.
        Settings = "settings",
        /// A connection of an agent.
        Connection = "connection",
        /// What a person granted to a client. It never changes.
        Grant = "grant",
        /// A client that has a secret or is stored.
        Client = "client",
        /// A copy of the witness.
        Beacon = "beacon",
        /// What the site watches: its files of code and configuration, and its administrators, as they were last.
        Watch = "watch",
    }
}

impl RecordKind {
    /// Returns whether the site has only one record of this kind, with the id 0.
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(
            self,
            Self::Site | Self::KillSwitch | Self::Settings | Self::Beacon | Self::Watch
        )
    }
}

/// The name of a record: its kind, and an id from 1 to 2^63 - 1, or 0 if the site has only one of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordName {
    kind: RecordKind,
    id: u64,
}

impl RecordName {
    /// Returns the name; `None` for an id that the kind cannot have.
    #[must_use]
    pub const fn new(kind: RecordKind, id: u64) -> Option<Self> {
        if (id == 0) == kind.is_single() && id <= MAX_NUMBER {
            Some(Self { kind, id })
        } else {
            None
        }
    }

    /// Returns the name of the only record of its kind.
    pub(super) const fn single(kind: RecordKind) -> Self {
        Self { kind, id: 0 }
    }

    /// Returns the kind.
    #[must_use]
    pub const fn kind(self) -> RecordKind {
        self.kind
    }

    /// Returns the id.
    #[must_use]
    pub const fn id(self) -> u64 {
        self.id
    }

    /// Returns the 16 bytes that stand for the name in a witness.
    #[must_use]
    pub fn digest(self) -> [u8; 16] {
        let parts = [
            b"countersign/record/name/v1".as_slice(),
            self.kind.word().as_bytes(),
            &self.id.to_be_bytes(),
        ];
        let mut out = [0; 16];
        let hash = sha256_pae(&parts);
        out.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        out
    }
}

impl std::fmt::Display for RecordName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_records_have_the_id_0_and_others_have_not() {
        for kind in RecordKind::ALL {
            assert_eq!(RecordName::new(*kind, 0).is_some(), kind.is_single());
            assert_eq!(RecordName::new(*kind, 7).is_some(), !kind.is_single());
            assert_eq!(RecordName::new(*kind, MAX_NUMBER + 1), None);
        }
        let name = RecordName::new(RecordKind::Connection, 1234).unwrap();
        assert_eq!(name.to_string(), "connection:1234");
    }

    #[test]
    fn names_have_different_digests() {
        let name = |kind, id| RecordName::new(kind, id).unwrap().digest();
        let digests = [
            name(RecordKind::Connection, 1),
            name(RecordKind::Connection, 2),
            name(RecordKind::Grant, 1),
            name(RecordKind::Site, 0),
            name(RecordKind::KillSwitch, 0),
        ];
        let distinct: std::collections::HashSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
    }
}
