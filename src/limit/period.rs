//! Calendar days and months. Clock and time zone are arguments.
//!
//! A time zone is represented by its offset at the moment of the call; the caller knows the rules of the zone and
//! passes another offset when it changes. Dates are those of the proleptic Gregorian calendar, counted from 1970, and
//! end with the year 9999. Later moments count in its last day or month.

use std::fmt;

use crate::calendar::{DAY_MS, LAST_DAY, date_of, day_of};
use crate::clock::Timestamp;
use crate::words::words;

/// The month of [`LAST_DAY`], 9999-12, counted from 1970-01.
const LAST_MONTH: u32 = 96_359;

/// The largest offset of a zone from UTC in either direction: 14 hours, in seconds.
pub const MAX_OFFSET: i32 = 14 * 3600;

/// How far local time is ahead of UTC, in seconds. Zones west of Greenwich have a negative offset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UtcOffset(i32);

impl UtcOffset {
    /// Returns the offset of `seconds`; `None` for more than [`MAX_OFFSET`] in either direction.
    #[must_use]
    pub const fn new(seconds: i32) -> Option<Self> {
        if seconds < -MAX_OFFSET || seconds > MAX_OFFSET {
            return None;
        }
        Some(Self(seconds))
    }

    /// Returns the offset in seconds.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.0
    }

    fn millis(self) -> i64 {
        i64::from(self.0) * 1000
    }
}

words! {
    /// Whether a period is a day or a month.
    pub enum PeriodUnit {
        /// A calendar day.
        Day = "day",
        /// A calendar month.
        Month = "month",
    }
}

/// One calendar day or month. It is written `2026-11-24` or `2026-11`.
///
/// ```
/// use countersign::clock::Timestamp;
/// use countersign::limit::period::{Period, PeriodUnit, UtcOffset};
///
/// let now = Timestamp::from_seconds(1_774_999_800); // 2026-03-31T23:30:00Z
/// let utc = Period::at(PeriodUnit::Day, now, UtcOffset::default());
/// let berlin = Period::at(PeriodUnit::Day, now, UtcOffset::new(7200).unwrap());
/// assert_eq!(utc.to_string(), "2026-03-31");
/// assert_eq!(berlin.to_string(), "2026-04-01");
/// assert_eq!(Period::parse(PeriodUnit::Day, "2026-03-31"), Some(utc));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    every: PeriodUnit,
    /// Days since 1970-01-01, or months since 1970-01.
    number: u32,
}

impl Period {
    /// Returns the period that contains `now` in a zone with this `offset`.
    #[must_use]
    pub fn at(every: PeriodUnit, now: Timestamp, offset: UtcOffset) -> Self {
        let local = now.millis().saturating_add_signed(offset.millis());
        let day = u32::try_from(local / DAY_MS).unwrap_or(LAST_DAY);
        Self::from_number(
            every,
            match every {
                PeriodUnit::Day => day,
                PeriodUnit::Month => {
                    let (year, month, _) = date_of(day);
                    (year - 1970) * 12 + month - 1
                }
            },
        )
    }

    /// Returns the period with this number; a number beyond the last period gives the last one.
    pub(crate) fn from_number(every: PeriodUnit, number: u32) -> Self {
        let last = match every {
            PeriodUnit::Day => LAST_DAY,
            PeriodUnit::Month => LAST_MONTH,
        };
        Self {
            every,
            number: number.min(last),
        }
    }

    /// Returns whether it is a day or a month.
    #[must_use]
    pub const fn every(self) -> PeriodUnit {
        self.every
    }

    /// Days since 1970-01-01, or months since 1970-01.
    pub(crate) const fn number(self) -> u32 {
        self.number
    }

    /// Returns the moment at which the next period begins in a zone with this `offset`.
    #[must_use]
    pub fn ends(self, offset: UtcOffset) -> Timestamp {
        let next = self.number + 1;
        let day = match self.every {
            PeriodUnit::Day => next,
            // The month after the last one has no date. It begins after the last day.
            PeriodUnit::Month => day_of(1970 + next / 12, next % 12 + 1, 1).unwrap_or(LAST_DAY + 1),
        };
        let local = u64::from(day) * DAY_MS;
        Timestamp::from_millis(local.saturating_add_signed(-offset.millis()))
    }

    /// Reads a day written as `2026-11-24`, or a month written as `2026-11`. Returns `None` for any other spelling and
    /// for a date that does not exist.
    #[must_use]
    pub fn parse(every: PeriodUnit, text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
        let (year, month) = (parts.next()??, parts.next()??);
        let valid = (1970..=9999).contains(&year) && (1..=12).contains(&month);
        let number = match every {
            _ if !valid => return None,
            PeriodUnit::Day => day_of(year, month, parts.next()??)?,
            PeriodUnit::Month => (year - 1970) * 12 + month - 1,
        };
        let period = Self::from_number(every, number);
        (period.to_string() == text).then_some(period)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.every {
            PeriodUnit::Day => {
                let (year, month, day) = date_of(self.number);
                write!(f, "{year:04}-{month:02}-{day:02}")
            }
            PeriodUnit::Month => write!(
                f,
                "{:04}-{:02}",
                1970 + self.number / 12,
                self.number % 12 + 1
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(hours: i32) -> UtcOffset {
        UtcOffset::new(hours * 3600).unwrap()
    }

    #[test]
    fn a_period_ends_where_the_next_begins() {
        for every in [PeriodUnit::Day, PeriodUnit::Month] {
            for hours in [-14, -5, 0, 1, 14] {
                let offset = offset(hours);
                let mut now = Timestamp::from_seconds(1_700_000_000);
                for _ in 0..100 {
                    let period = Period::at(every, now, offset);
                    let end = period.ends(offset);
                    let last = Timestamp::from_millis(end.millis() - 1);
                    assert_eq!(Period::at(every, last, offset), period);
                    let next = Period::at(every, end, offset);
                    assert_eq!(next.number(), period.number() + 1);
                    now = end;
                }
            }
        }
    }

    #[test]
    fn the_offset_decides_which_day_it_is() {
        // 2026-03-31T23:30:00Z.
        let now = Timestamp::from_seconds(1_774_999_800);
        let told = |every, hours| Period::at(every, now, offset(hours)).to_string();
        assert_eq!(told(PeriodUnit::Day, 0), "2026-03-31");
        assert_eq!(told(PeriodUnit::Day, 1), "2026-04-01");
        assert_eq!(told(PeriodUnit::Month, 1), "2026-04");
        assert_eq!(told(PeriodUnit::Month, -8), "2026-03");
    }

    #[test]
    fn moments_outside_the_calendar_count_as_its_first_and_last_period() {
        for (now, hours, expected) in [(0, -14, "1970-01-01"), (u64::MAX, 14, "9999-12-31")] {
            let now = Timestamp::from_millis(now);
            let period = Period::at(PeriodUnit::Day, now, offset(hours));
            assert_eq!(period.to_string(), expected);
            let month = Period::at(PeriodUnit::Month, now, offset(hours));
            assert_eq!(month.to_string(), expected[..7]);
            assert!(month.ends(offset(0)) >= period.ends(offset(0)));
        }
    }

    #[test]
    fn a_unit_is_read_from_its_word_only() {
        assert_eq!(PeriodUnit::from_word("day"), Some(PeriodUnit::Day));
        assert_eq!(PeriodUnit::from_word("month"), Some(PeriodUnit::Month));
        for word in ["", "Day", "days", "year"] {
            assert_eq!(PeriodUnit::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_period_is_read_from_one_spelling_only() {
        for (every, text) in [
            (PeriodUnit::Day, "2026-11-24"),
            (PeriodUnit::Day, "2024-02-29"),
            (PeriodUnit::Day, "1970-01-01"),
            (PeriodUnit::Month, "2026-11"),
            (PeriodUnit::Month, "9999-12"),
        ] {
            let period = Period::parse(every, text).unwrap();
            assert_eq!(period.to_string(), text);
            assert_eq!(period.every(), every);
        }
        for (every, text) in [
            (PeriodUnit::Day, "2026-11"),
            (PeriodUnit::Day, "2026-02-29"),
            (PeriodUnit::Day, "2026-11-00"),
            (PeriodUnit::Day, "2026-11-32"),
            (PeriodUnit::Day, "2026-13-01"),
            (PeriodUnit::Day, "2026-00-01"),
            (PeriodUnit::Day, "1969-12-31"),
            (PeriodUnit::Day, "10000-01-01"),
            (PeriodUnit::Day, "2026-11-4294967295"),
            (PeriodUnit::Day, "2026-1-1"),
            (PeriodUnit::Day, "2026-11-24 "),
            (PeriodUnit::Day, "+2026-11-24"),
            (PeriodUnit::Day, "2026-11-24-01"),
            (PeriodUnit::Day, ""),
            (PeriodUnit::Month, "2026-11-24"),
            (PeriodUnit::Month, "2026-1"),
            (PeriodUnit::Month, "2026-00"),
            (PeriodUnit::Month, "2026"),
            (PeriodUnit::Month, "1969-12"),
            (PeriodUnit::Month, "1970-00"),
            (PeriodUnit::Month, "4294967295-01"),
        ] {
            assert_eq!(Period::parse(every, text), None, "{text:?}");
        }
        assert_eq!(UtcOffset::new(MAX_OFFSET + 1), None);
        assert_eq!(UtcOffset::new(-MAX_OFFSET - 1), None);
        assert_eq!(UtcOffset::new(-MAX_OFFSET).unwrap().seconds(), -50_400);
    }
}
