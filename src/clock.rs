//! Time as an argument. Only the binding and the command line read the clock; every rule takes a [`Timestamp`].

use serde::{Deserialize, Serialize};

/// How far the clocks of two machines may differ, in milliseconds: 30 seconds.
///
/// The whole crate uses this one tolerance: tokens and signed messages from up to this far in the future are
/// accepted, records that prevent replays are kept this much longer, and an audit entry may lie this far outside
/// the epoch of its seal. Two parts with different tolerances would disagree about the same message: one would
/// forget it while the other still accepts it. Machines that run NTP differ by far less than a second; 30 seconds
/// also cover a clock that nothing has set for two weeks.
pub const SKEW_MS: u64 = 30_000;

/// A moment in milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Returns the moment `millis` milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Returns the moment `seconds` seconds after 1970-01-01T00:00:00Z; at most the largest moment.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Returns the whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// Returns the moment `millis` milliseconds later; at most the largest moment.
    #[must_use]
    pub const fn plus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Returns the moment `seconds` seconds later; at most the largest moment.
    #[must_use]
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        self.plus_millis(seconds.saturating_mul(1000))
    }

    /// Returns the milliseconds from `earlier` to this moment; 0 if `earlier` is the later one.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A source of the current moment, for the binding and the command line.
pub trait Clock: Send + Sync {
    /// Returns the current moment.
    fn now(&self) -> Timestamp;
}

/// The wall clock of the machine.
#[cfg(has_os)]
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[cfg(has_os)]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}
