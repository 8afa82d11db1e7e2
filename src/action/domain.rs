//! The two directions of the format: what may be signed for one is never valid in the other.

/// Who speaks to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Domain {
    /// Operator to site: do this.
    Action,
    /// Site to operator: this is how I am.
    Heartbeat,
}

impl Domain {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::Action, Self::Heartbeat];

    /// Domain and version, as the first part of what is signed.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Action => "countersign/action/v1",
            Self::Heartbeat => "countersign/heartbeat/v1",
        }
    }

    /// What the text form begins with, before the first dot.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Action => "csaction",
            Self::Heartbeat => "csheartbeat",
        }
    }
}
