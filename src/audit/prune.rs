//! Pruning: the bodies of old entries are deleted, their hashes are kept, and the log records it.
//!
//! To prune the entries `0..until`, the caller keeps their leaf hashes, so that every old root remains provable, or only
//! [`Span`](super::span::Span)s over them, split at each size whose checkpoint must remain provable. The pruning is
//! recorded as an entry before the bodies are deleted. A verifier accepts a stretch without bodies as pruned only if a
//! later entry records it; otherwise the entries are missing.
//!
//! Each record covers everything that was pruned so far, from the first entry on, so that an earlier record may be pruned
//! too.

use std::ops::Range;

use serde::Deserialize;

use super::AuditError;
use super::draft::Draft;
use super::entry::EntryKind;

/// The action of an entry that records a pruning.
pub const ACTION: &str = "audit.pruned";

#[derive(Deserialize)]
struct Change {
    from: u64,
    until: u64,
}

/// Returns the draft, as JSON, of the entry that records that the bodies of `range` are deleted.
///
/// # Errors
/// [`AuditError::Range`] when the range is empty, or ends after [`MAX_SIZE`](super::tree::MAX_SIZE).
pub fn pruning_json(range: &Range<u64>) -> Result<String, AuditError> {
    if range.start >= range.end || range.end > super::tree::MAX_SIZE {
        return Err(AuditError::Range);
    }
    Ok(format!(
        r#"{{"kind":"system","actor":{{"kind":"system"}},"action":"{ACTION}","target":"audit","change":{{"from":{},"until":{}}}}}"#,
        range.start, range.end
    ))
}

/// Returns the draft of the entry that records that the bodies of `range` are deleted.
///
/// # Errors
/// As [`pruning_json`].
pub fn pruning_draft(range: &Range<u64>) -> Result<Draft, AuditError> {
    Draft::from_json(&pruning_json(range)?)
}

/// Returns the range of entries that the entry `body` reports as pruned, or `None` if `body` reports none. Only entries
/// before the reporting entry count.
#[must_use]
pub fn pruned_range(body: &[u8]) -> Option<Range<u64>> {
    #[derive(Deserialize)]
    struct PruningEntry<'a> {
        seq: u64,
        kind: EntryKind,
        #[serde(borrow)]
        action: std::borrow::Cow<'a, str>,
        change: Change,
    }
    let entry: PruningEntry<'_> = serde_json::from_slice(body).ok()?;
    let range = entry.change.from..entry.change.until.min(entry.seq);
    let holds = entry.kind == EntryKind::System && entry.action == ACTION && !range.is_empty();
    holds.then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn pruning_is_recorded_and_read_back() {
        let body = |seq| {
            let draft = pruning_draft(&(0..256)).unwrap();
            draft.body(seq, Timestamp::from_millis(1), [1; 8]).unwrap()
        };
        assert_eq!(pruned_range(&body(300)), Some(0..256));
        assert_eq!(pruned_range(&body(100)), Some(0..100));
        assert_eq!(pruned_range(&body(0)), None);
        let other = String::from_utf8(body(300)).unwrap();
        for wrong in [
            other.replace("audit.pruned", "audit.other"),
            other.replace(
                "\"kind\":\"system\",\"actor",
                "\"kind\":\"setting\",\"actor",
            ),
            other.replace("256", "\"256\""),
        ] {
            assert_ne!(wrong, other);
            assert_eq!(pruned_range(wrong.as_bytes()), None);
        }
        assert_eq!(pruning_draft(&(4..4)).err(), Some(AuditError::Range));
        assert!(pruning_draft(&(0..1 << 53)).is_ok());
        assert_eq!(
            pruning_draft(&(0..(1 << 53) + 1)).err(),
            Some(AuditError::Range)
        );
        assert_eq!(pruning_draft(&(0..u64::MAX)).err(), Some(AuditError::Range));
    }
}
