//! The answers of the MCP server.

use crate::http;

/// An answer to an MCP client, and what the caller has to do before it sends the answer.
pub type McpReply = http::Reply<McpFollowUp>;

/// The audit entry to append and the change to make before the answer is sent.
#[derive(Default)]
pub struct McpFollowUp {
    /// The entries of items, and after them that of the call or refusal.
    entries: Vec<String>,
    change: Option<String>,
}

impl McpReply {
    /// Returns the draft of the audit entry, an outcome or a refusal, as JSON. Returns `None` if there is
    /// nothing to record.
    #[must_use]
    pub fn entry(&self) -> Option<&str> {
        self.duty.entries.last().map(String::as_str)
    }

    /// Returns the drafts of the entries of the items of a call on many, as JSON, in the order in which they were done. They
    /// are appended before the [`entry`](Self::entry), in one transaction with it.
    #[must_use]
    pub fn items(&self) -> &[String] {
        let entries = self.duty.entries.split_last();
        entries.map_or_else(Default::default, |(_, items)| items)
    }

    /// Returns the change to make before the answer is sent, in one transaction with the entry, as JSON:
    /// `{"connection": id, "pause": reason, "raise_epoch": n}`. Unless the connection is revoked, pause it with this reason,
    /// and set the epoch of its record to `n` if it is lower. Returns `None` if there is nothing to change.
    #[must_use]
    pub fn change(&self) -> Option<&str> {
        self.duty.change.as_deref()
    }

    pub(super) fn with_change(mut self, change: Option<String>) -> Self {
        self.duty.change = change;
        self
    }

    /// Sets the entries: those of items, and then the entry itself.
    pub(super) fn with_entries(mut self, items: &[String], entry: String) -> Self {
        self.duty.entries = [items, &[entry]].concat();
        self
    }

    pub(super) fn with_entry(mut self, entry: Option<String>) -> Self {
        self.duty.entries = entry.into_iter().collect();
        self
    }
}
