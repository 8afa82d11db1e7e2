//! The answers of the MCP server.

use crate::http;

/// An answer to an MCP client, and the audit entry that belongs to it.
pub type McpReply = http::Reply<ToRecord>;

/// The audit entry that must be appended before the answer is sent.
#[derive(Default)]
pub struct ToRecord {
    entry: Option<String>,
}

impl McpReply {
    /// Returns the draft of the audit entry, an outcome or a refusal, as JSON. Returns `None` if there is
    /// nothing to record.
    #[must_use]
    pub fn entry(&self) -> Option<&str> {
        self.duty.entry.as_deref()
    }

    pub(super) fn with_entry(mut self, entry: Option<String>) -> Self {
        self.duty.entry = entry;
        self
    }
}
