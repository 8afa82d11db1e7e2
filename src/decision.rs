//! A decision: allowed, or denied with a reason.

use crate::reason::Reason;

/// Whether a request is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a request is not refused if its decision is ignored"]
pub enum Decision {
    /// The request is allowed.
    Allow,
    /// The request is refused.
    Deny(Denial),
}

/// An expected refusal, as opposed to an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denial {
    /// The reason, which has a stable code.
    pub reason: Reason,
    /// Seconds after which the same request may succeed; `None` if waiting does not help or the time is unknown.
    pub retry_after: Option<u32>,
}

impl Denial {
    /// Returns a refusal without a waiting time.
    #[must_use]
    pub const fn new(reason: Reason) -> Self {
        Self {
            reason,
            retry_after: None,
        }
    }
}

impl From<Reason> for Denial {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

impl Decision {
    /// Returns whether the request is allowed.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allow)
    }
}

impl From<Reason> for Decision {
    fn from(reason: Reason) -> Self {
        Self::Deny(reason.into())
    }
}
