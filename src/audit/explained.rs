//! The records that an entry explains: see [`crate::record`].

use serde::{Deserialize, Serialize};

use crate::bytes::{from_hex, hex};

/// The greatest number of records in one entry.
pub const MAX_RECORDS: usize = 32;

/// A version of a record that an entry explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Text", into = "Text")]
pub struct ExplainedRecord {
    /// The name of the record, such as `connection:12`.
    pub name: String,
    /// Its version, from 1.
    pub version: u64,
    /// The SHA-256 of its canonical data.
    pub digest: [u8; 32],
}

/// The stored form. The order of the fields is the order of the bytes.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    name: String,
    version: u64,
    digest: String,
}

impl TryFrom<Text> for ExplainedRecord {
    type Error = &'static str;

    fn try_from(text: Text) -> Result<Self, Self::Error> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b":_".contains(&byte);
        if !(1..=64).contains(&text.name.len()) || !text.name.bytes().all(is_plain) {
            return Err("not the name of a record");
        }
        Ok(Self {
            digest: from_hex(&text.digest).ok_or("not a digest")?,
            name: text.name,
            version: text.version,
        })
    }
}

impl From<ExplainedRecord> for Text {
    fn from(record: ExplainedRecord) -> Self {
        Self {
            name: record.name,
            version: record.version,
            digest: hex(&record.digest),
        }
    }
}
