//! Why a record could not be sealed, or the witness not be changed.

use super::witness::WitnessError;
use crate::reason::Reason;

/// The error of an operation on records. It contains no input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The operation was refused.
    #[error("{}", .0.message())]
    Refused(Reason),
    /// The witness could not be read or written.
    #[error("{message} Cause: {0}", message = Reason::WitnessUnusable.message())]
    Witness(#[from] WitnessError),
    /// The caller used the interface incorrectly.
    #[error("{0}")]
    Misuse(&'static str),
}

impl From<Reason> for RecordError {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

impl RecordError {
    /// Returns why the operation failed, or `None` for misuse.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Refused(reason) => Some(reason),
            Self::Witness(_) => Some(Reason::WitnessUnusable),
            Self::Misuse(_) => None,
        }
    }
}
