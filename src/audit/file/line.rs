//! The lines that are not entries: one type and one spelling for each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::audit::tree::Hash;

/// The version of the format.
pub const VERSION: u8 = 1;

/// The largest number of entries between two `leaves` lines.
pub const TILE: usize = 256;

/// The length of the longest line in bytes, without its newline: room for the longest note.
pub const MAX_LINE: usize = 256 * 1024;

/// The first line: the log, and the part of it that was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderLine {
    pub countersign_audit: u8,
    pub origin: String,
    pub site: String,
    /// The first entry of the range that was exported.
    pub from: u64,
    /// The end of that range, exclusive.
    pub until: u64,
    /// The description of the filter, or null if all entries of the range were exported.
    pub filter: Option<String>,
    /// The size and the root of the log at the time of the export.
    pub size: u64,
    pub root: String,
}

/// The texts of the entry in the line before: path, salt in hexadecimal, and value as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextsLine {
    /// The entry that they belong to.
    pub texts: u64,
    pub values: Vec<(String, String, String)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeavesLine {
    /// The first entry that the hashes belong to.
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
    /// The size in the checkpoint.
    pub checkpoint: u64,
    pub note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    /// The size of the log up to here.
    pub end: u64,
    /// The number of entries in the file.
    pub entries: u64,
    /// SHA-256 over the other lines that are not entries, with their newlines.
    pub frame: String,
    /// The signature of the site, as a signed note with [`end_text`].
    pub note: Option<String>,
}

/// How the line of an entry begins.
pub(super) const ENTRY: &[u8] = b"{\"v\":";

/// Returns the text of the note in the last line. Its first line is not the origin of any log, so it cannot be mistaken for
/// a checkpoint.
pub(super) fn end_text(origin: &str, end: &EndLine) -> String {
    format!(
        "{origin}/export\n{}\n{}\n{}\n",
        end.end, end.entries, end.frame
    )
}

pub(super) fn write<T: Serialize>(line: &T) -> Vec<u8> {
    // Serialising numbers and strings cannot fail. Every reader would refuse an empty line.
    serde_json::to_vec(line).unwrap_or_default()
}

/// Reads a line. Returns `None` unless it has exactly the spelling that [`write`](write()) gives it.
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
