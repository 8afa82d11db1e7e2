//! Rate limits, an exact rolling window; and [`budget`]s of calendar days and months.
//!
//! "N per window" is taken literally: in no stretch of time as long as the window are more than N
//! calls admitted, not even around the border between two minutes. That is why every limit keeps the
//! moments of its admissions (at most 256) instead of a counter. The algorithm is in `window`; it
//! knows neither a clock nor a store. [`Store::admit`](crate::store::Store::admit) runs it for all
//! limits of a request at once.

mod address;
pub mod budget;
pub mod call;
pub mod period;
#[cfg(test)]
mod random;
pub(crate) mod window;

pub use address::address_key;

use crate::decision::{Decision, Denial};
use crate::reason::Reason;

/// The most admissions a window can have: so many moments are kept for a limit.
pub const MAX_ADMISSIONS: u16 = 256;

/// The longest window: 31 days, in milliseconds.
pub const MAX_WINDOW_MS: u64 = 31 * 24 * 60 * 60 * 1000;

/// A limit that means nothing: see [`Limit::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// The number of admissions is not within 1 to 256.
    #[error("a limit is of 1 to 256 admissions")]
    Max,
    /// The window is not within 1 millisecond to 31 days.
    #[error("a window is of 1 millisecond to 31 days")]
    Window,
}

/// At most so many admissions in any stretch of time as long as the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    key: [u8; 32],
    max: u16,
    window_ms: u64,
}

impl Limit {
    /// A limit of `max` admissions per `window_ms` milliseconds.
    ///
    /// `key` says what is counted: a digest of its kind and its identity, so that two kinds never
    /// share a history. The history belongs to the key alone; `max` and the window may differ from
    /// call to call, and the newest ones apply to the history as it is.
    ///
    /// # Errors
    /// [`LimitError`] when `max` is not within 1 to [`MAX_ADMISSIONS`], or the window not within 1 to
    /// [`MAX_WINDOW_MS`].
    pub const fn new(key: [u8; 32], max: u16, window_ms: u64) -> Result<Self, LimitError> {
        if max == 0 || max > MAX_ADMISSIONS {
            return Err(LimitError::Max);
        }
        if window_ms == 0 || window_ms > MAX_WINDOW_MS {
            return Err(LimitError::Window);
        }
        Ok(Self {
            key,
            max,
            window_ms,
        })
    }

    /// What is counted.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The most admissions in a window.
    #[must_use]
    pub const fn max(&self) -> u16 {
        self.max
    }

    /// The window's length in milliseconds.
    #[must_use]
    pub const fn window_ms(&self) -> u64 {
        self.window_ms
    }
}

/// What is left of one limit, in the terms of the `RateLimit-*` headers
/// ([draft-ietf-httpapi-ratelimit-headers](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The most admissions in a window.
    pub limit: u16,
    /// How many more calls would be admitted now.
    pub remaining: u16,
    /// Seconds, rounded up, until `remaining` is one more than now. After a refusal this is
    /// `retry_after`, as the draft asks for.
    pub reset_seconds: u32,
}

/// What [`Store::admit`](crate::store::Store::admit) decided about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a limit that nobody looks at limits nothing"]
pub enum Admission {
    /// Every limit had room, and the call was counted in each.
    Admitted {
        /// The limit with the fewest calls left; of several, the one that recovers last.
        tightest: Quota,
    },
    /// At least one limit had no room. The call was counted in none and makes nobody wait longer.
    Refused {
        /// Which of the given limits: of those without room, the one that takes longest to recover.
        index: usize,
        /// Seconds after which the same call would be admitted if none came between: rounded up, at
        /// least 1.
        retry_after: u32,
        /// True once per burst: no refusal was noted for this limit during the last window. Only
        /// such a refusal is worth an audit entry.
        first_of_burst: bool,
        /// The limit of `index`, with nothing remaining.
        tightest: Quota,
    },
}

impl Admission {
    /// The answer to a call, with `reason` for a no.
    pub const fn decision(&self, reason: Reason) -> Decision {
        match self {
            Self::Admitted { .. } => Decision::Allow,
            Self::Refused { retry_after, .. } => Decision::Deny(Denial {
                reason,
                retry_after: Some(*retry_after),
            }),
        }
    }

    /// What is left: see `tightest` of both cases.
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

    /// Whether the call may go on.
    #[must_use]
    pub const fn is_admitted(&self) -> bool {
        matches!(self, Self::Admitted { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_of_1_to_256_in_1_millisecond_to_31_days() {
        let new = |max, window_ms| Limit::new([7; 32], max, window_ms).map(|_| ());
        for (max, window_ms) in [(1, 1), (256, 1), (1, 2_678_400_000), (256, 2_678_400_000)] {
            let limit = Limit::new([7; 32], max, window_ms).unwrap();
            assert_eq!((limit.max(), limit.window_ms()), (max, window_ms));
            assert_eq!(limit.key(), &[7; 32]);
        }
        for max in [0, 257, u16::MAX] {
            assert_eq!(new(max, 1), Err(LimitError::Max), "{max}");
        }
        for window_ms in [0, 2_678_400_001, u64::MAX] {
            assert_eq!(new(1, window_ms), Err(LimitError::Window), "{window_ms}");
        }
    }
}
