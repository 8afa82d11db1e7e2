//! The lines that are no entries: one type each, one spelling each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::audit::tree::Hash;

/// Version of the format.
pub const VERSION: u8 = 1;

/// Most entries between two `leaves` lines.
pub const TILE: usize = 256;

/// Longest line, in bytes and without its newline: room for the largest note.
pub const MAX_LINE: usize = 256 * 1024;

/// What the file says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderLine {
    pub countersign_audit: u8,
    pub origin: String,
    pub site: String,
    /// The stretch asked for.
    pub from: u64,
    pub until: u64,
    /// What the entries were picked by, in words; null for all of the stretch.
    pub filter: Option<String>,
    /// The head it was taken under.
    pub size: u64,
    pub root: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeavesLine {
    /// The first entry they belong to.
    pub leaves: u64,
    pub hashes: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrunedLine {
    pub pruned: [u64; 2],
    pub hashes: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutsideLine {
    pub outside: [u64; 2],
    pub hashes: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckpointLine {
    /// The size it is about.
    pub checkpoint: u64,
    pub note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    /// The size of the log up to here.
    pub end: u64,
    /// Entries in the file.
    pub entries: u64,
    /// SHA-256 over the other lines that are no entries, with their newlines.
    pub frame: String,
    /// The site's signature over it: a signed note.
    pub note: Option<String>,
}

/// The text of the note in the last line. Its first line is no log's origin, so it can never be taken for a
/// checkpoint.
pub(super) fn end_text(origin: &str, end: &EndLine) -> String {
    format!(
        "{origin}/export\n{}\n{}\n{}\n",
        end.end, end.entries, end.frame
    )
}

pub(super) fn write<T: Serialize>(line: &T) -> Vec<u8> {
    // Numbers and texts always serialise; an empty line would be refused by every reader.
    serde_json::to_vec(line).unwrap_or_default()
}

/// Reads a line; `None` unless it is spelled as [`write`] spells it.
pub(super) fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let line: T = serde_json::from_slice(bytes).ok()?;
    (write(&line) == bytes).then_some(line)
}

pub(super) fn hashes_to_text(hashes: impl IntoIterator<Item = Hash>) -> String {
    let bytes: Vec<u8> = hashes.into_iter().flatten().collect();
    STANDARD.encode(bytes)
}

pub(super) fn hashes_from_text(text: &str) -> Option<Vec<Hash>> {
    let bytes = STANDARD.decode(text).ok()?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.to_vec())
}
