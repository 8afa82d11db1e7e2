//! A change of a record, before it is explained and sealed.

use super::ending::{FINAL_VERSION, ends};
use super::error::RecordError;
use super::name::{RecordKind, RecordName};
use crate::json::{self, RawJson};

/// A new version of a record.
#[derive(Debug, Clone, Copy)]
pub struct RecordChange<'a> {
    /// The name of the record.
    pub name: RecordName,
    /// The new version.
    pub version: u64,
    /// The new data: JSON, an object.
    pub data: &'a str,
}

impl RecordChange<'_> {
    /// Returns the canonical form of the data.
    ///
    /// # Errors
    /// [`RecordError::Misuse`] if no record can have this name, version or data.
    pub(super) fn canonical_data(&self) -> Result<String, RecordError> {
        if self.name.kind() == RecordKind::Beacon {
            return Err(RecordError::Misuse("a beacon is sealed by beacon() only"));
        }
        if !(1..=FINAL_VERSION).contains(&self.version) {
            return Err(RecordError::Misuse(
                "the version of a record is from 1 to 2^53 - 1",
            ));
        }
        if (self.version == FINAL_VERSION) != ends(self.name, self.data) {
            return Err(RecordError::Misuse(
                "a revoked connection has the final version, 2^53 - 1, and no other record has it",
            ));
        }
        if self.name.kind() == RecordKind::Grant && self.version != 1 {
            return Err(RecordError::Misuse("a grant has version 1 only"));
        }
        let is_object = self.data.trim_start().starts_with('{');
        let value: Option<RawJson> = (is_object && json::check(self.data).is_ok())
            .then(|| serde_json::from_str(self.data).ok())
            .flatten();
        match value {
            Some(value) => Ok(json::canonical(&value)),
            None => Err(RecordError::Misuse(
                "the data of a record must be a JSON object in which no member occurs twice",
            )),
        }
    }
}
