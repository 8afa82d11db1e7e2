//! What goes with an answer of the MCP server.

use crate::http;

/// An answer to an MCP client, with what to record of it.
pub type Reply = http::Reply<ToRecord>;

/// The draft that has to be in the audit log before the answer is sent.
#[derive(Default)]
pub struct ToRecord {
    entry: Option<String>,
}

impl Reply {
    /// The draft of the audit entry: an outcome or a refusal.
    #[must_use]
    pub fn entry(&self) -> Option<&str> {
        self.duty.entry.as_deref()
    }

    pub(super) fn with_entry(mut self, entry: Option<String>) -> Self {
        self.duty.entry = entry;
        self
    }
}
