//! HTTP answers, ready to send.

use std::fmt;

use crate::decision::Decision;
use crate::reason::Reason;

/// Refuses a request that did not arrive over HTTPS: its tokens and codes can be read on the way.
///
/// `secure` comes from the caller, who knows the connection. It is also true for a request that never
/// leaves the machine.
///
/// # Errors
/// [`Reason::HttpsRequired`] if `secure` is false.
pub(crate) const fn require_https(secure: bool) -> Result<(), Reason> {
    if secure {
        Ok(())
    } else {
        Err(Reason::HttpsRequired)
    }
}

/// Status, headers and body of an answer, and what was decided. `Duty` is what the caller has to do before
/// it sends the answer: each protocol has its own.
///
/// Printing it shows status and decision alone: headers and body may hold tokens and secrets.
pub struct Reply<Duty> {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) decision: Decision,
    pub(crate) duty: Duty,
}

impl<Duty> Reply<Duty> {
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

    /// The body: JSON, the last event of a stream, or nothing.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Yes, or no with a reason: the true one, which the client may not be told.
    pub const fn decision(&self) -> Decision {
        self.decision
    }
}

impl<Duty: Default> Reply<Duty> {
    /// An answer that is allowed, and leaves nothing to do.
    pub(crate) fn new(status: u16, headers: Vec<(&'static str, String)>, body: String) -> Self {
        Self {
            status,
            headers,
            body,
            decision: Decision::Allow,
            duty: Duty::default(),
        }
    }
}

impl<Duty> fmt::Debug for Reply<Duty> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("decision", &self.decision)
            .finish_non_exhaustive()
    }
}
