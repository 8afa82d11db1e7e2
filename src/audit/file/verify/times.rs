//! The times of entries: steps of the clock, and the extremes of an epoch.

use crate::audit::verify::ClockRemark;

/// A time in milliseconds, with the entry it is from.
pub(super) type TimeOf = (u64, u64);

/// The times of the entries since the last seal.
#[derive(Default, Clone, Copy)]
pub(super) struct EpochTimes {
    pub(super) earliest: Option<TimeOf>,
    pub(super) latest: Option<TimeOf>,
}

/// Follows the times of entries, in their order in the file.
#[derive(Default)]
pub(super) struct Times {
    pub(super) epoch: EpochTimes,
    pub(super) clock: ClockRemark,
    last: Option<u64>,
}

impl Times {
    /// Takes the time of the next entry, in milliseconds.
    pub(super) fn entry(&mut self, seq: u64, time: u64) {
        let back = self.last.map_or(0, |last| last.saturating_sub(time));
        if back > 0 {
            self.clock.regressions += 1;
            self.clock.first = self.clock.first.or(Some(seq));
            self.clock.longest = self.clock.longest.max(back);
        }
        self.last = Some(time);
        let EpochTimes { earliest, latest } = &mut self.epoch;
        if earliest.is_none_or(|(earliest, _)| time < earliest) {
            *earliest = Some((time, seq));
        }
        if latest.is_none_or(|(latest, _)| time > latest) {
            *latest = Some((time, seq));
        }
    }

    /// Ends the epoch and returns the times in it.
    pub(super) fn end_epoch(&mut self) -> EpochTimes {
        std::mem::take(&mut self.epoch)
    }
}
