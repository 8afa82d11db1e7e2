//! The errors of the vault.

use crate::entropy::EntropyError;
use crate::reason::Reason;

/// Why an operation of the vault failed. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The operation is refused with this reason.
    #[error("{}", .0.message())]
    Refused(Reason),
    /// An argument is not acceptable, which is a mistake in the calling code. The text says which values
    /// are accepted.
    #[error("{0}")]
    Misuse(&'static str),
    /// The operating system provides no random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

impl From<Reason> for VaultError {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}
