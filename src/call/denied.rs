//! A refused call.

use crate::reason::Reason;

/// A tool call that may not happen.
pub(crate) struct DeniedCall {
    pub(crate) reason: Reason,
    /// What the caller can correct, one line for each error. The text never contains input.
    pub(crate) detail: Option<String>,
}

impl From<Reason> for DeniedCall {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            detail: None,
        }
    }
}
