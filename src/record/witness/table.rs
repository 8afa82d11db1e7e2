//! The content of a witness, and its bytes.
//!
//! Layout: `CSWITNS1`, the site id (8 bytes), the digest of the address (16), the floor (8), the number of entries (4), the
//! entries, and the SHA-256 of everything before it. An entry is the digest of a name (16) and the least version (8). Numbers are
//! big-endian. Entries are sorted by their digests, each of which occurs once.

use super::error::WitnessError;
use super::owner::WitnessOf;
use crate::bytes::{ByteReader, sha256};
use crate::record::name::{MAX_NUMBER, RecordKind, RecordName};

const MAGIC: &[u8; 8] = b"CSWITNS1";

/// The length of an entry, in bytes.
pub(in crate::record) const ENTRY: usize = 24;

/// The length of everything but the entries, in bytes.
pub(super) const AROUND: usize = 76;

/// The greatest number of entries.
pub(super) const MAX_ENTRIES: usize = 1 << 18;

/// The least versions of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WitnessTable {
    entries: Vec<([u8; 16], u64)>,
    /// The least version of every record that has no entry. It is not 0 if a witness was lost: what the lost one knew of
    /// records that the database did not show then is known by nobody, so nothing older than that time is believed.
    floor: u64,
}

impl WitnessTable {
    /// Returns the least version of a record; `None` if the witness does not know the record.
    #[must_use]
    pub fn least(&self, name: RecordName) -> Option<u64> {
        let digest = name.digest();
        let at = self
            .entries
            .binary_search_by_key(&digest, |entry| entry.0)
            .ok()?;
        self.entries.get(at).map(|entry| entry.1)
    }

    /// Returns whether this version of a record is older than the witness allows. A grant has only one version, and the site
    /// counts its own, so the floor is not for them.
    #[must_use]
    pub fn is_behind(&self, name: RecordName, version: u64) -> bool {
        let has_floor = !matches!(name.kind(), RecordKind::Grant | RecordKind::Site);
        match self.least(name) {
            Some(least) => version < least,
            None => has_floor && version < self.floor,
        }
    }

    /// Returns the least version of every record that has no entry.
    #[must_use]
    pub const fn floor(&self) -> u64 {
        self.floor
    }

    /// Raises the least version of every record that has no entry.
    pub fn raise_floor(&mut self, floor: u64) {
        self.floor = self.floor.max(floor.min(MAX_NUMBER));
    }

    /// Raises the least version of a record and returns whether it was lower.
    pub fn raise(&mut self, name: RecordName, version: u64) -> bool {
        self.raise_digest(name.digest(), version)
    }

    fn raise_digest(&mut self, digest: [u8; 16], version: u64) -> bool {
        match self.entries.binary_search_by_key(&digest, |entry| entry.0) {
            Ok(at) => match self.entries.get_mut(at) {
                Some(entry) if entry.1 < version => {
                    entry.1 = version;
                    true
                }
                _ => false,
            },
            Err(at) => {
                self.entries.insert(at, (digest, version));
                true
            }
        }
    }

    /// Raises each version to that of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (digest, version) in &other.entries {
            self.raise_digest(*digest, *version);
        }
        self.raise_floor(other.floor);
    }

    /// Returns the number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether the witness knows no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the bytes of the entries.
    #[must_use]
    pub fn entries(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.entries.len() * ENTRY);
        for (digest, version) in &self.entries {
            out.extend_from_slice(digest);
            out.extend_from_slice(&version.to_be_bytes());
        }
        out
    }

    /// Reads [`WitnessTable::entries`]. Returns `None` for any other bytes.
    #[must_use]
    pub fn from_entries(bytes: &[u8]) -> Option<Self> {
        if bytes.len() / ENTRY > MAX_ENTRIES {
            return None;
        }
        let mut entries = Vec::with_capacity(bytes.len() / ENTRY);
        let mut reader = ByteReader(bytes);
        while !reader.0.is_empty() {
            let digest: [u8; 16] = reader.array()?;
            let version = u64::from_be_bytes(reader.array()?);
            let is_sorted = entries
                .last()
                .is_none_or(|(before, _): &([u8; 16], u64)| *before < digest);
            if !is_sorted || !(1..=MAX_NUMBER).contains(&version) {
                return None;
            }
            entries.push((digest, version));
        }
        Some(Self { entries, floor: 0 })
    }

    /// Returns the bytes of the witness `of`.
    ///
    /// # Errors
    /// [`WitnessError::Full`] for too many records.
    pub fn encode(&self, of: &WitnessOf) -> Result<Vec<u8>, WitnessError> {
        if self.entries.len() > MAX_ENTRIES {
            return Err(WitnessError::Full);
        }
        let count = u32::try_from(self.entries.len()).map_err(|_| WitnessError::Full)?;
        let mut out = Vec::with_capacity(AROUND + self.entries.len() * ENTRY);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(of.site.as_bytes());
        out.extend_from_slice(&of.address);
        out.extend_from_slice(&self.floor.to_be_bytes());
        out.extend_from_slice(&count.to_be_bytes());
        out.extend_from_slice(&self.entries());
        let checksum = sha256(&out);
        out.extend_from_slice(&checksum);
        Ok(out)
    }

    /// Reads the bytes of the witness `of`.
    ///
    /// # Errors
    /// [`WitnessError::Damaged`] for any bytes that [`WitnessTable::encode`] does not return for `of`.
    pub fn decode(bytes: &[u8], of: &WitnessOf) -> Result<Self, WitnessError> {
        Self::read(bytes, of).ok_or(WitnessError::Damaged)
    }

    fn read(bytes: &[u8], of: &WitnessOf) -> Option<Self> {
        let (content, checksum) = bytes.split_last_chunk::<32>()?;
        if sha256(content) != *checksum {
            return None;
        }
        let mut reader = ByteReader(content);
        let is_of = reader.array()? == *MAGIC
            && reader.array()? == *of.site.as_bytes()
            && reader.array()? == of.address;
        let floor = u64::from_be_bytes(reader.array()?);
        let count = u32::from_be_bytes(reader.array()?);
        let mut table = Self::from_entries(reader.0)?;
        table.floor = floor;
        (is_of && floor <= MAX_NUMBER && table.len() == count as usize).then_some(table)
    }
}
