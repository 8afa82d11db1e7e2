//! A seal and the line it is written as.

use serde::{Deserialize, Serialize};

use crate::audit::AuditError;
use crate::audit::tree::{Hash, MAX_SIZE};
use crate::bytes::{from_hex, hex, pae};
use crate::clock::Timestamp;

/// The seal of one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The number of the epoch, from 0.
    pub epoch: u64,
    /// The number of entries in the log at the end of the epoch.
    pub size: u64,
    /// The root over those entries.
    pub root: Hash,
    /// The beginning of the epoch.
    pub from: Timestamp,
    /// The end of the epoch, exclusive.
    pub until: Timestamp,
    /// The MAC of the previous seal; zeros for the first.
    pub previous: Hash,
    /// HMAC-SHA256 under the key of the epoch.
    pub mac: Hash,
}

/// The line of a seal in an export. The order of the fields is the order of the bytes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seal: u64,
    size: u64,
    root: String,
    from: Timestamp,
    until: Timestamp,
    previous: String,
    mac: String,
}

impl Seal {
    pub(super) fn message(&self, origin: &str) -> Vec<u8> {
        pae(&[
            b"countersign/audit/seal/v1",
            origin.as_bytes(),
            &self.epoch.to_be_bytes(),
            &self.size.to_be_bytes(),
            &self.root,
            &self.from.millis().to_be_bytes(),
            &self.until.millis().to_be_bytes(),
            &self.previous,
        ])
    }

    /// Returns the seal as one line of JSON, without its newline, as an export contains it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = Line {
            seal: self.epoch,
            size: self.size,
            root: hex(&self.root),
            from: self.from,
            until: self.until,
            previous: hex(&self.previous),
            mac: hex(&self.mac),
        };
        // Serialising numbers and strings cannot fail.
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads [`Seal::to_text`]. Only that exact spelling is accepted.
    ///
    /// # Errors
    /// [`AuditError::Seal`] for any other text.
    pub fn from_text(text: &str) -> Result<Self, AuditError> {
        let line: Line = serde_json::from_str(text).map_err(|_| AuditError::Seal)?;
        let seal = Self {
            epoch: line.seal,
            size: line.size,
            root: from_hex(&line.root).ok_or(AuditError::Seal)?,
            from: line.from,
            until: line.until,
            previous: from_hex(&line.previous).ok_or(AuditError::Seal)?,
            mac: from_hex(&line.mac).ok_or(AuditError::Seal)?,
        };
        if seal.size <= MAX_SIZE && seal.to_text() == text {
            Ok(seal)
        } else {
            Err(AuditError::Seal)
        }
    }
}
