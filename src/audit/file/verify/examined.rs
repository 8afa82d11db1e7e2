//! The examination of one line: everything that can be computed without the lines around it.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use crate::audit::entry::{Entry, EntryKind};
use crate::audit::file::scan;
use crate::audit::prune;
use crate::audit::text::Commitments;
use crate::audit::tree::Hash;

/// The action of the entry by which an administrator accepts a log that was set back.
const ROLLBACK: &str = "audit.rollback_acknowledged";

/// The result of hashing and reading one line. This is the expensive part of verification, and any thread can do it.
pub(super) struct Examined {
    /// The RFC 6962 leaf hash of the line.
    pub(super) leaf: Hash,
    /// The fields of the entry, or `None` for a line that is not an entry.
    pub(super) fields: Option<Fields>,
}

/// The fields of an entry that verification needs.
pub(super) struct Fields {
    pub(super) seq: u64,
    /// In milliseconds.
    pub(super) time: u64,
    pub(super) site: [u8; 8],
    pub(super) event: Option<Event>,
    /// The commitments to the texts of the entry, if it has any.
    pub(super) texts: Option<Box<Commitments>>,
}

/// An event in the life of the log itself.
pub(super) enum Event {
    /// The bodies of these entries were pruned.
    Pruned(Range<u64>),
    /// A log that was set back was accepted.
    RollbackAcknowledged,
}

impl Examined {
    /// Hashes and reads a line, which has no newline.
    pub(super) fn of(line: &[u8]) -> Self {
        let leaf = Sha256::new()
            .chain_update([0])
            .chain_update(line)
            .finalize()
            .into();
        let fields = |seq, time, site, kind, action: &str, texts| Fields {
            seq,
            time,
            site,
            event: match action {
                prune::ACTION => prune::pruned_range(line).map(Event::Pruned),
                ROLLBACK if kind == EntryKind::System => Some(Event::RollbackAcknowledged),
                _ => None,
            },
            texts,
        };
        // The fast reader accepts the usual spelling only. The strict reader decides about all other lines.
        let scanned = scan(line).and_then(|found| {
            let texts = match found.texts {
                None => None,
                Some(texts) => Some(Box::new(Commitments::from_json(texts)?)),
            };
            let (seq, time, site) = (found.seq, found.time, found.site);
            Some(fields(seq, time, site, found.kind, found.action, texts))
        });
        let fields = scanned.or_else(|| {
            let entry = Entry::parse(line).ok()?;
            let summary = entry.summary;
            let (time, action) = (summary.time.millis(), &summary.action);
            let texts = (!entry.texts.is_empty()).then(|| Box::new(entry.texts));
            Some(fields(
                entry.seq,
                time,
                entry.site,
                summary.kind,
                action,
                texts,
            ))
        });
        Self { leaf, fields }
    }
}
