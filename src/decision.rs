//! Yes, or no with a reason.

use crate::reason::Reason;

/// The answer to "may this happen?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a decision that nobody looks at protects nothing"]
pub enum Decision {
    /// It may.
    Allow,
    /// It may not.
    Deny(Denial),
}

/// A refusal that was expected, as opposed to an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denial {
    /// Why, as a stable code.
    pub reason: Reason,
    /// Seconds after which the same request may succeed, where that is known.
    pub retry_after: Option<u32>,
}

impl Denial {
    /// A refusal that waiting will not mend.
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
    /// Whether it may happen.
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
