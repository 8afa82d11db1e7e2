//! The expectations that a file is compared with, and the report on its verification.

use std::ops::Range;

use serde::Serialize;

use crate::audit::note::VerifierKey;
use crate::audit::seal::FirstKey;
use crate::audit::tree::Hash;
use crate::audit::verify::LogVerdict;
use crate::clock::Timestamp;
use crate::words::words;

/// What the person who verifies knows from other sources. It must not be taken from the file.
#[derive(Default)]
pub struct Expectations {
    /// The verifier keys of the site. Without one, checkpoints and the signature of the file prove nothing.
    pub keys: Vec<VerifierKey>,
    /// Size and root of trusted checkpoints or of other trusted records.
    pub roots: Vec<(u64, Hash)>,
    /// The first sealing key. With it every epoch must have its seal.
    pub seal: Option<FirstKey>,
    /// When the file was made, by a trusted clock. The log must have been sealed up to then.
    pub taken: Option<Timestamp>,
}

words! {
    /// An observation that is not a fault, such as a part of the file that was not proved.
    pub enum Remark {
        /// No known root and no checkpoint signed by a known key agreed with the file.
        SelfConsistent = "self_consistent",
        /// The last entries come after the last trusted root.
        UnsignedTail = "unsigned_tail",
        /// The last entries come after the last seal, in an epoch that may not be over.
        UnsealedTail = "unsealed_tail",
        /// Seals were not checked, because the sealing key is not known.
        SealsUnchecked = "seals_unchecked",
        /// The header, and with it range and filter, is not signed by a known key.
        HeaderUnsigned = "header_unsigned",
        /// The file contains part of the log: a range or a filter left entries out.
        Selection = "selection",
        /// Bodies were deleted by retention, and the log records this.
        Pruned = "pruned",
        /// Texts of entries were erased, or are not in the file.
        TextsErased = "texts_erased",
        /// The file states that bodies were pruned, but the part of the log that would record it is not in the file.
        PruningUnproved = "pruning_unproved",
        /// A checkpoint, seal or known root lies within a stretch of hashes, so it could not be compared.
        RootNotMet = "root_not_met",
        /// The time of an entry is earlier than that of the previous entry.
        ClockRegression = "clock_regression",
        /// An administrator acknowledged that the log was set back.
        RollbackAcknowledged = "rollback_acknowledged",
    }
}

impl Remark {
    /// Returns one sentence for a person.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::SelfConsistent => {
                "The file is only consistent with itself. To prove more, give the verifier key of the site or a checkpoint that you kept."
            }
            Self::UnsignedTail => "No checkpoint or signature covers these last entries.",
            Self::UnsealedTail => "These last entries are not sealed yet.",
            Self::SealsUnchecked => {
                "The seals were not checked, because the first sealing key was not given."
            }
            Self::HeaderUnsigned => {
                "The header is not signed by a known key, so range and filter may have been changed after the export."
            }
            Self::Selection => {
                "This file contains only a part of the log. That it contains every matching entry is stated by the site and cannot be proved."
            }
            Self::Pruned => {
                "The contents of these entries were deleted by retention. Their hashes match."
            }
            Self::TextsErased => {
                "Texts of these entries were erased, such as personal data. The entries themselves are unchanged, and no other text can take their place."
            }
            Self::PruningUnproved => {
                "The file states that these entries were deleted by retention, but the entry that records it is not in the file."
            }
            Self::RootNotMet => {
                "Some checkpoints or seals could not be compared, because the file contains only hashes at that place."
            }
            Self::ClockRegression => {
                "The clock of the server was set back while the log was written."
            }
            Self::RollbackAcknowledged => {
                "An administrator acknowledged that the log was set back, for example by restoring a backup."
            }
        }
    }
}

/// A remark, and the entries that it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRemark {
    /// The kind of remark.
    pub remark: Remark,
    /// The first entry that is concerned.
    pub first: Option<u64>,
    /// The first later entry that is not concerned.
    pub until: Option<u64>,
    /// How often the remark applies.
    pub count: u64,
}

/// A fault of the file, and the entries and the line that it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FileFinding {
    /// What is wrong.
    pub verdict: LogVerdict,
    /// The first entry that is or may be concerned.
    pub first_bad: Option<u64>,
    /// The first later entry that is not concerned.
    pub until: Option<u64>,
    /// The line of the file it was found at, from 1.
    pub line: u64,
}

/// The result of verifying a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The verdict of the gravest finding; of equally grave ones, of the first.
    pub verdict: LogVerdict,
    /// The first entry that this finding concerns.
    pub first_bad: Option<u64>,
    /// The first later entry that it does not concern.
    pub until: Option<u64>,
    /// The line of the file it was found at, from 1.
    pub line: Option<u64>,
    /// The name of the log in the header. Untrusted text.
    pub origin: String,
    /// The description of the filter in the header. Untrusted text.
    pub filter: Option<String>,
    /// The range of entries that was exported.
    pub range: Range<u64>,
    /// The number of entries whose bodies were hashed.
    pub entries: u64,
    /// The size of the tree that was built.
    pub size: u64,
    /// The root of that tree, serialised in hexadecimal.
    #[serde(serialize_with = "as_hex")]
    pub root: Hash,
    /// The file agrees up to this size with a root that was given or that a known key signed.
    pub vouched: u64,
    /// The file agrees up to this size with a root that was given, which even the keys of the site cannot forge.
    pub witnessed: u64,
    /// The number of seals that were checked with the sealing key.
    pub seals: u64,
    /// The first [`MAX_FINDINGS`](crate::audit::verify::MAX_FINDINGS) findings, in the order they were found.
    pub findings: Vec<FileFinding>,
    /// The number of findings beyond those.
    pub more: u64,
    /// Observations that are not faults.
    pub remarks: Vec<FileRemark>,
}

fn as_hex<S: serde::Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&crate::bytes::hex(hash))
}

impl FileReport {
    /// Returns whether nothing is wrong and a trusted root covers the last entry.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.verdict == LogVerdict::Ok && self.vouched == self.size && self.size > 0
    }

    /// Returns whether nothing is wrong with the file.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.verdict == LogVerdict::Ok
    }

    /// Returns the remark of this kind, if it was made.
    #[must_use]
    pub fn remark(&self, remark: Remark) -> Option<&FileRemark> {
        self.remarks.iter().find(|made| made.remark == remark)
    }
}
