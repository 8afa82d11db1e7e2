//! The answer to a call under rate limits.

use crate::decision::{Decision, Denial};
use crate::reason::Reason;

/// The remaining calls of one limit, in the terms of the `RateLimit-*` headers
/// ([draft-ietf-httpapi-ratelimit-headers](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The maximum number of admissions per window.
    pub limit: u16,
    /// How many more calls would be admitted now.
    pub remaining: u16,
    /// Seconds, rounded up, until `remaining` grows by one. After a refusal this equals `retry_after`, as the draft
    /// requires.
    pub reset_seconds: u32,
}

/// The decision of [`Store::admit`](crate::store::Store::admit) about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a limit has no effect if its decision is ignored"]
pub enum Admission {
    /// Every limit had room, and the call was counted under each.
    Admitted {
        /// The limit with the fewest calls left; among equals, the one that recovers last.
        tightest: Quota,
    },
    /// At least one limit had no room. The call was counted under none and extends no waiting time.
    Refused {
        /// The index of the limit that refuses; among several, the one that takes longest to recover.
        index: usize,
        /// Seconds after which the same call is admitted if no other call is made in between; rounded up, at least 1.
        retry_after: u32,
        /// True once per burst: during the last window no other refusal was recorded for this limit. Only such a
        /// refusal is worth an audit entry.
        first_of_burst: bool,
        /// The quota of the limit at `index`, with nothing remaining.
        tightest: Quota,
    },
}

impl Admission {
    /// Returns the decision about the call: allowed, or denied with `reason` and the waiting time in seconds.
    pub const fn decision(&self, reason: Reason) -> Decision {
        match self {
            Self::Admitted { .. } => Decision::Allow,
            Self::Refused { retry_after, .. } => Decision::Deny(Denial {
                reason,
                retry_after: Some(*retry_after),
            }),
        }
    }

    /// Returns the quota to report to the client: `tightest` of either variant.
    #[must_use]
    pub const fn tightest(&self) -> Quota {
        match self {
            Self::Admitted { tightest } | Self::Refused { tightest, .. } => *tightest,
        }
    }

    /// Returns the index of the limit that refused the call; `None` if the call was admitted.
    #[must_use]
    pub const fn refused_index(&self) -> Option<usize> {
        match self {
            Self::Admitted { .. } => None,
            Self::Refused { index, .. } => Some(*index),
        }
    }

    /// Returns whether this is the first refusal of a burst, which is the one that deserves an audit entry.
    #[must_use]
    pub const fn is_first_of_burst(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                first_of_burst: true,
                ..
            }
        )
    }

    /// Returns whether the call may be made.
    #[must_use]
    pub const fn is_admitted(&self) -> bool {
        matches!(self, Self::Admitted { .. })
    }
}
