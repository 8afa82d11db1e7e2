//! The two directions of the format. A message of one direction is never valid in the other.

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Domain {
    /// From operator to site: an action to run.
    Action,
    /// From site to operator: a report of the site's state.
    Heartbeat,
}

impl Domain {
    /// Both directions.
    pub const ALL: &'static [Self] = &[Self::Action, Self::Heartbeat];

    /// Returns the label with direction and version: the first part of the signed bytes.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Action => "countersign/action/v1",
            Self::Heartbeat => "countersign/heartbeat/v1",
        }
    }

    /// Returns the part of the text form before the first dot.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Action => "csaction",
            Self::Heartbeat => "csheartbeat",
        }
    }
}
