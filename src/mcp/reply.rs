//! An answer, ready to send.

use crate::decision::Decision;

/// Status, headers and body of an answer, what was decided, and what to record of it.
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    pub(super) decision: Decision,
    pub(super) entry: Option<String>,
}

impl Reply {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// All headers; no name stands twice.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// JSON; or, in a stream, the last event; or nothing.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Yes, or no with a reason: the true one, which the client may not be told.
    pub const fn decision(&self) -> Decision {
        self.decision
    }

    /// The draft of the audit entry: an outcome or a refusal.
    #[must_use]
    pub fn entry(&self) -> Option<&str> {
        self.entry.as_deref()
    }
}
