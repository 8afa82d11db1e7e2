//! Why an operation of the vault fails.

use crate::entropy::EntropyError;
use crate::reason::Reason;

/// What went wrong: nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// Refused, with the reason.
    #[error("{}", .0.message())]
    Refused(Reason),
    /// An argument that the operation does not take: a mistake in the calling code.
    #[error("{0}")]
    Misuse(&'static str),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

impl From<Reason> for VaultError {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}
