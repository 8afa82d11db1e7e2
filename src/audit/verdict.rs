//! The verdicts of verification, for the log in the database and for an export.

use crate::words::words;

words! {
    /// What verification found. [`LogVerdict::weight`] gives its severity.
    pub enum LogVerdict {
        /// Nothing is wrong.
        Ok = "ok",
        /// A column for filtering differs from the entry. The entry itself is intact.
        IndexColumnMismatch = "index_column_mismatch",
        /// A checkpoint is not signed by a known key.
        UnknownKey = "unknown_key",
        /// A checkpoint is malformed, belongs to another log, or its signature does not verify.
        CheckpointInvalid = "checkpoint_invalid",
        /// The bytes of an entry do not match its leaf hash, or are not an entry.
        EntryModified = "entry_modified",
        /// A text beside an entry is not the one that the entry was written with. A text that was erased is no fault.
        TextModified = "text_modified",
        /// Entries are missing between others.
        MissingRange = "missing_range",
        /// A row is not where it was written: it was added, doubled, moved, comes from another site or lies after the head.
        Inserted = "inserted",
        /// Entries are missing at the end.
        TruncatedTail = "truncated_tail",
        /// A known root is not the root of these entries: history was rewritten.
        Fork = "fork",
        /// The head row, or the head in the header of an export, is not the head of these entries.
        HeadMismatch = "head_mismatch",
        /// An epoch has no seal although the log is sealed.
        SealGap = "seal_gap",
        /// A seal was not made with the key of its epoch, or seals another root.
        SealInvalid = "seal_invalid",
        /// The time of an entry lies outside the epoch in which it is sealed.
        OutsideEpoch = "outside_epoch",
        /// An export does not contain what its header or its last line states.
        HeaderMismatch = "header_mismatch",
        /// A line of an export is damaged, too long, doubled or out of order.
        FileMalformed = "file_malformed",
    }
}

impl LogVerdict {
    /// Returns the severity: 0 if nothing is wrong; 1 if the columns for filtering cannot be trusted; 2 if a checkpoint or
    /// the header of an export cannot be trusted; 3 if the log cannot be trusted.
    #[must_use]
    pub const fn weight(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::IndexColumnMismatch => 1,
            Self::UnknownKey | Self::CheckpointInvalid | Self::HeaderMismatch => 2,
            _ => 3,
        }
    }
}
