//! The sealed text of a record.
//!
//! Layout: `csr1.`, then base64url of the id of the key (4 bytes), the tag (32 bytes) and the canonical JSON
//! `{"data","entry","id","kind","lineage","site","version"}`. The text has no character that an export, a search for
//! addresses or a conversion of the character set would change. The tag is HMAC-SHA256 over the pre-authentication
//! encoding of a label and the JSON, and is verified over the bytes as received. The member `countersignature` is reserved
//! for the signature of a person.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::lineage::Lineage;
use super::name::{MAX_NUMBER, RecordKind, RecordName};
use crate::audit::tree::Hash;
use crate::bytes::{base64url_into, from_base64url, from_hex, hex, pae};
use crate::json;
use crate::keyring::{KeyId, Keyring};
use crate::reason::Reason;
use crate::secret::same;

/// The length of the longest sealed text, in bytes.
pub const MAX_TEXT: usize = 1 << 20;

const PREFIX: &str = "csr1.";
const DOMAIN: &[u8] = b"countersign/record/v1";

/// The entry of the audit log that explains a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordEntry {
    /// The position of the entry in the log.
    pub sequence: u64,
    /// The leaf hash of the entry.
    pub leaf: Hash,
}

/// The content of a sealed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The name of the record.
    pub name: RecordName,
    /// The version, from 1.
    pub version: u64,
    /// Canonical JSON, an object.
    pub data: String,
    /// The entry that explains the record. A beacon has none.
    pub entry: Option<RecordEntry>,
    /// The lineage of the site for which it was sealed. The record of the site has none: its data name it.
    pub lineage: Option<Lineage>,
}

// The order of the members is the canonical one.
#[derive(Serialize)]
struct Written<'a> {
    data: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<WrittenEntry>,
    id: u64,
    kind: RecordKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    lineage: Option<Lineage>,
    site: String,
    version: u64,
}

#[derive(Serialize)]
struct WrittenEntry {
    leaf: String,
    sequence: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read<'a> {
    #[serde(default, rename = "countersignature")]
    _countersignature: IgnoredAny,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(borrow, default)]
    entry: Option<ReadEntry<'a>>,
    id: u64,
    kind: RecordKind,
    #[serde(default)]
    lineage: Option<Lineage>,
    #[serde(borrow)]
    site: &'a str,
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadEntry<'a> {
    #[serde(borrow)]
    leaf: &'a str,
    sequence: u64,
}

impl Sealed {
    /// Seals the record for the site of `keyring`. Returns `None` if `data` is not JSON or the text would be longer than
    /// [`MAX_TEXT`].
    #[must_use]
    pub fn seal(&self, keyring: &Keyring) -> Option<String> {
        let written = Written {
            data: serde_json::from_str(&self.data).ok()?,
            entry: self.entry.map(|entry| WrittenEntry {
                leaf: hex(&entry.leaf),
                sequence: entry.sequence,
            }),
            id: self.name.id(),
            kind: self.name.kind(),
            lineage: self.lineage,
            site: keyring.site().to_string(),
            version: self.version,
        };
        let json = json::raw(&written);
        let json = json.get().as_bytes();
        let key = keyring.record_key();
        let tag = key.key.mac(&pae(&[DOMAIN, json]));
        let bytes = [key.id.0.as_slice(), &tag, json].concat();
        let mut text = PREFIX.to_owned();
        base64url_into(&mut text, &bytes);
        (text.len() <= MAX_TEXT).then_some(text)
    }

    /// Opens a sealed text of the site of `keyring`.
    ///
    /// # Errors
    /// * [`Reason::KeysChanged`]: the text names a key that the keyring does not have.
    /// * [`Reason::RecordForged`]: anything else is not as it was sealed.
    pub fn open(keyring: &Keyring, text: &str) -> Result<Self, Reason> {
        Self::read(keyring, text)?.ok_or(Reason::RecordForged)
    }

    fn read(keyring: &Keyring, text: &str) -> Result<Option<Self>, Reason> {
        let Some(body) = text
            .strip_prefix(PREFIX)
            .filter(|_| text.len() <= MAX_TEXT)
            .and_then(|body| from_base64url(body.as_bytes()))
        else {
            return Ok(None);
        };
        let Some((id, rest)) = body.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let Some((tag, json)) = rest.split_first_chunk::<32>() else {
            return Ok(None);
        };
        let key = keyring
            .record_key_of(KeyId(*id))
            .ok_or(Reason::KeysChanged)?;
        if !same(tag, &key.mac(&pae(&[DOMAIN, json]))) {
            return Ok(None);
        }
        Ok(Self::parse(keyring, json))
    }

    fn parse(keyring: &Keyring, json: &[u8]) -> Option<Self> {
        let read: Read<'_> = serde_json::from_slice(json).ok()?;
        let entry = match read.entry {
            Some(entry) => Some(RecordEntry {
                sequence: entry.sequence,
                leaf: from_hex(entry.leaf)?,
            }),
            None => None,
        };
        let is_of_site = from_hex(read.site) == Some(*keyring.site().as_bytes());
        let is_numbered = (1..=MAX_NUMBER).contains(&read.version);
        let is_explained = entry.is_some() != (read.kind == RecordKind::Beacon);
        (is_of_site && is_numbered && is_explained).then_some(Self {
            name: RecordName::new(read.kind, read.id)?,
            version: read.version,
            data: read.data.get().to_owned(),
            entry,
            lineage: read.lineage,
        })
    }
}
