//! What can go wrong in the audit log.

use crate::reason::Reason;

/// What goes wrong in the audit log. Never carries what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The caller's draft is not JSON of the documented form.
    #[error("the draft does not have the form of an audit entry")]
    Draft,
    /// The draft's action is empty once control characters are gone.
    #[error("the draft names no action")]
    Action,
    /// The correlation id is not 8 to 64 lower-case hexadecimal digits.
    #[error("the correlation id is not 8 to 64 lower-case hexadecimal digits")]
    Correlation,
    /// `ref` names an entry that is not earlier than this one.
    #[error("the linked entry is not an earlier one")]
    Reference,
    /// Stored bytes are not a version 1 entry.
    #[error("the stored bytes are not an audit entry")]
    Body,
    /// The head row contradicts itself.
    #[error("the stored head does not hold together")]
    Head,
    /// The log has [`MAX_SIZE`](super::tree::MAX_SIZE) entries.
    #[error("the log has reached its largest size")]
    Full,
    /// A position or size lies outside the tree.
    #[error("the position lies outside the tree")]
    Range,
    /// An inclusion or consistency proof does not lead to the root.
    #[error("the proof does not lead to the root")]
    Proof,
    /// A host, key name or origin that a note cannot carry.
    #[error("the name cannot stand in a signed note")]
    Name,
    /// A verifier key is not `name+id+key` of a sound Ed25519 key.
    #[error("the verifier key is malformed")]
    Key,
    /// The text is not a signed note.
    #[error("the text is not a signed note")]
    Note,
    /// No signature on the note is by a known key.
    #[error("no signature is by a known key")]
    UnknownKey,
    /// A signature that names a known key was not made with it.
    #[error("a signature does not match its key")]
    Signature,
    /// The note's text is not a checkpoint of this log.
    #[error("the text is not a checkpoint of this log")]
    Checkpoint,
    /// An anchor was handed in after the verifier had passed its size.
    #[error("the verifier has already passed that size")]
    Late,
    /// Saved verifier state was changed, or saved under another key.
    #[error("the saved state is not one that was exported with this key")]
    State,
    /// Text that is not a seal, a sealing key or the state of one.
    #[error("the text is not a seal or a key for seals")]
    Seal,
    /// A seal that does not belong to the key, or is not the next one.
    #[error("the seal is not the one that comes next")]
    SealOrder,
}

impl AuditError {
    /// Returns why an operation on the log failed, or `None` if the caller passed something that the log does not take.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Draft
            | Self::Action
            | Self::Correlation
            | Self::Reference
            | Self::Range
            | Self::Body
            | Self::Note
            | Self::Seal
            | Self::Name => None,
            Self::Head
            | Self::Full
            | Self::Proof
            | Self::Key
            | Self::UnknownKey
            | Self::Signature
            | Self::Checkpoint
            | Self::Late
            | Self::State
            | Self::SealOrder => Some(Reason::AuditUnavailable),
        }
    }
}

impl From<AuditError> for Reason {
    /// For a request, every fault of the log is one: nothing is done that cannot be recorded.
    fn from(_: AuditError) -> Self {
        Self::AuditUnavailable
    }
}
