//! What is known from outside the file, and what its verification says.

use std::ops::Range;

use serde::Serialize;

use crate::audit::note::VerifierKey;
use crate::audit::seal::FirstKey;
use crate::audit::tree::Hash;
use crate::audit::verify::LogVerdict;
use crate::clock::Timestamp;
use crate::words::words;

/// What whoever verifies knows from elsewhere: nothing of it comes from the file.
#[derive(Default)]
pub struct Expectations {
    /// The site's verifier keys. Without one, checkpoints and the signature on the file prove nothing.
    pub keys: Vec<VerifierKey>,
    /// Size and root of trusted checkpoints, or of marks kept otherwise.
    pub roots: Vec<(u64, Hash)>,
    /// The first sealing key: with it every epoch must have its seal.
    pub seal: Option<FirstKey>,
    /// When the file was taken, by a clock that is trusted: the log must have been sealed up to then.
    pub taken: Option<Timestamp>,
}

words! {
    /// What a reader must know although it is not wrong: above all what was not proved.
    pub enum Remark {
        /// No root from outside and no checkpoint by a known key agreed with the file.
        SelfConsistent = "self_consistent",
        /// The last entries lie behind the last root that anybody vouches for.
        UnsignedTail = "unsigned_tail",
        /// The last entries lie behind the last seal, in an epoch that may not be over.
        UnsealedTail = "unsealed_tail",
        /// Seals were not held against a sealing key.
        SealsUnchecked = "seals_unchecked",
        /// Header and selection are not signed by a known key.
        HeaderUnsigned = "header_unsigned",
        /// The file holds part of the log: entries were left out by range or filter.
        Selection = "selection",
        /// Bodies were deleted by retention, and the log records it.
        Pruned = "pruned",
        /// Bodies are said to be pruned, but the part of the log that would record it is not in the file.
        PruningUnproved = "pruning_unproved",
        /// A checkpoint, seal or known root lies inside a stretch of which only hashes are there.
        RootNotMet = "root_not_met",
        /// An entry's time is earlier than that of the one before.
        ClockRegression = "clock_regression",
        /// A restored backup was acknowledged.
        RollbackAcknowledged = "rollback_acknowledged",
    }
}

impl Remark {
    /// One sentence for a person.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::SelfConsistent => {
                "Nothing beyond self-consistency was proved: give the site's verifier key or a checkpoint you kept."
            }
            Self::UnsignedTail => "Nothing vouches for these last entries.",
            Self::UnsealedTail => "These last entries are not sealed yet.",
            Self::SealsUnchecked => "Seals were not checked: give the first sealing key.",
            Self::HeaderUnsigned => {
                "The header is not signed by a known key: whoever gave you the file may have changed what it says of range and filter."
            }
            Self::Selection => {
                "This is a part of the log: that no fitting entry was left out is the site's word."
            }
            Self::Pruned => {
                "The bodies of these entries were deleted by retention; their hashes fit."
            }
            Self::PruningUnproved => {
                "These entries are said to be pruned; the entry that records it is not in the file."
            }
            Self::RootNotMet => {
                "Some roots lie where the file has only hashes, and were not compared."
            }
            Self::ClockRegression => "The clock of the machine that wrote the log went back.",
            Self::RollbackAcknowledged => {
                "An administrator acknowledged a log that was set back, such as by a restored backup."
            }
        }
    }
}

/// A remark with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRemark {
    /// What.
    pub remark: Remark,
    /// The first entry concerned.
    pub first: Option<u64>,
    /// The first entry behind it that is not.
    pub until: Option<u64>,
    /// How often.
    pub count: u64,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FileFinding {
    /// What is wrong.
    pub verdict: LogVerdict,
    /// The first entry that is or may be concerned.
    pub first_bad: Option<u64>,
    /// The first entry behind it that is not concerned.
    pub until: Option<u64>,
    /// The line of the file it was found at, from 1.
    pub line: u64,
}

/// The result of a file's verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The gravest finding's verdict.
    pub verdict: LogVerdict,
    /// The first entry of that finding.
    pub first_bad: Option<u64>,
    /// Where it ends, exclusive.
    pub until: Option<u64>,
    /// The line of the file it was found at, from 1.
    pub line: Option<u64>,
    /// The log's name, as the header has it.
    pub origin: String,
    /// What the entries were picked by, in the header's words. Untrusted text.
    pub filter: Option<String>,
    /// The stretch asked for.
    pub range: Range<u64>,
    /// Entries whose bodies were hashed.
    pub entries: u64,
    /// Size of the tree that was built.
    pub size: u64,
    /// Its root.
    #[serde(serialize_with = "as_hex")]
    pub root: Hash,
    /// The file agrees up to this size with a root that was given, or that a known key signed.
    pub vouched: u64,
    /// The file agrees up to this size with a root that was given: what even the site's own keys cannot forge.
    pub witnessed: u64,
    /// Seals that were checked against the sealing key.
    pub seals: u64,
    /// The first [`MAX_FINDINGS`](crate::audit::verify::MAX_FINDINGS) findings, in the order they were found.
    pub findings: Vec<FileFinding>,
    /// Findings there were beyond those.
    pub more: u64,
    /// What else is to be known.
    pub remarks: Vec<FileRemark>,
}

fn as_hex<S: serde::Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&crate::bytes::hex(hash))
}

impl FileReport {
    /// Nothing is wrong, and roots reach to the last entry.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.verdict == LogVerdict::Ok && self.vouched == self.size && self.size > 0
    }

    /// Returns whether nothing is wrong with the file.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.verdict == LogVerdict::Ok
    }

    /// The remark of this kind, if it was made.
    #[must_use]
    pub fn remark(&self, remark: Remark) -> Option<&FileRemark> {
        self.remarks.iter().find(|made| made.remark == remark)
    }
}
