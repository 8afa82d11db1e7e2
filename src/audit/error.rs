//! What can go wrong in the audit log.

use crate::reason::Reason;

/// What can go wrong in the audit log. Never carries text that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The draft is not JSON of the documented form.
    #[error("the draft is not JSON with the fields of an audit entry")]
    Draft,
    /// The action of the draft is empty after control characters were removed.
    #[error("the draft has no action")]
    Action,
    /// The correlation id is not 8 to 64 lower-case hexadecimal digits.
    #[error("the correlation id is not 8 to 64 lower-case hexadecimal digits")]
    Correlation,
    /// `ref` does not name an earlier entry.
    #[error("ref must be the sequence number of an earlier entry")]
    Reference,
    /// Stored bytes are not a version 1 entry.
    #[error("the stored bytes are not an audit entry")]
    Body,
    /// Size, root and frontier of the stored head do not agree.
    #[error("the stored head is damaged: its size, root and frontier do not agree")]
    Head,
    /// The log has [`MAX_SIZE`](super::tree::MAX_SIZE) entries.
    #[error("the log has reached its largest size")]
    Full,
    /// A position, size or range lies outside the tree.
    #[error("the position or range lies outside the log")]
    Range,
    /// An inclusion or consistency proof does not lead to the root.
    #[error("the proof does not lead to the root of the log")]
    Proof,
    /// A host, key name, origin or filter description that a note or a header cannot carry.
    #[error("the name is empty, too long or has characters that a signed note cannot carry")]
    Name,
    /// A verifier key is not `name+id+key` of a valid Ed25519 key.
    #[error("the verifier key is malformed")]
    Key,
    /// The text is not a signed note.
    #[error("the text is not a signed note")]
    Note,
    /// No known key has signed the note.
    #[error("no known key has signed the note")]
    UnknownKey,
    /// A signature that names a known key does not verify.
    #[error("a signature does not match its key")]
    Signature,
    /// The note's text is not a checkpoint of this log.
    #[error("the text is not a checkpoint of this log")]
    Checkpoint,
    /// A known root was given after the verifier had passed its size.
    #[error("a known root must be given before the rows that it covers")]
    Late,
    /// The saved state of a verifier was changed, or was saved with another key.
    #[error("the saved state was changed or was saved with another key")]
    State,
    /// The text is not a seal, a sealing key or the saved state of a sealer.
    #[error("the text is not a seal or a sealing key")]
    Seal,
    /// The seal was not made with this key, or is not the next one.
    #[error("the seal is not the next one of this key")]
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
    /// Every failure of the log has the same consequence for a request: an action that cannot be recorded is not done.
    fn from(_: AuditError) -> Self {
        Self::AuditUnavailable
    }
}
