//! Calendar dates and times of day, in UTC, for the years 1970 to 9999.
//!
//! The calendar is the proleptic Gregorian one, as in ISO 8601. The arithmetic is that of the `time`
//! crate; this module fixes the range and the two spellings that Countersign writes. Days are counted
//! from 1970-01-01, which is day 0.

use time::{Date, Month};

use crate::clock::Timestamp;

/// The day 9999-12-31, the last one that can be written with a year of four digits.
pub const LAST_DAY: u32 = 2_932_896;

/// The length of a day in milliseconds. UTC as Unix counts it has no leap seconds.
pub const DAY_MS: u64 = 86_400_000;

/// Julian day number of 1970-01-01.
const UNIX_EPOCH: i32 = 2_440_588;

/// Returns year, month (1 to 12) and day of the month (1 to 31) of a day counted from 1970-01-01.
///
/// Days after [`LAST_DAY`] give the date of [`LAST_DAY`].
#[must_use]
pub fn date_of(day: u32) -> (u32, u32, u32) {
    let julian = i32::try_from(day.min(LAST_DAY))
        .unwrap_or_default()
        .saturating_add(UNIX_EPOCH);
    let date = Date::from_julian_day(julian).unwrap_or(Date::MAX);
    let (year, month, day) = date.to_calendar_date();
    (year.unsigned_abs(), u8::from(month).into(), day.into())
}

/// Returns the number of days from 1970-01-01 to a date, or `None` if there is no such date or it lies
/// outside the years 1970 to 9999.
#[must_use]
pub fn day_of(year: u32, month: u32, day: u32) -> Option<u32> {
    let year = i32::try_from(year).ok()?;
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()?;
    let number = u32::try_from(date.to_julian_day().checked_sub(UNIX_EPOCH)?).ok()?;
    (number <= LAST_DAY).then_some(number)
}

/// Writes a moment as `2027-01-15T08:00:00Z` ([RFC 3339](https://www.rfc-editor.org/rfc/rfc3339)), in
/// UTC and to the second. Returns `None` for moments after the year 9999.
#[must_use]
pub fn rfc3339(moment: Timestamp) -> Option<String> {
    let (date, rest) = split(moment)?;
    Some(format!("{date}T{}Z", time_of_day(rest)))
}

/// Writes a moment as `2027-01-15T08:00:00.000Z` ([RFC 3339](https://www.rfc-editor.org/rfc/rfc3339)),
/// in UTC and to the millisecond. Returns `None` for moments after the year 9999.
#[must_use]
pub fn rfc3339_millis(moment: Timestamp) -> Option<String> {
    let (date, rest) = split(moment)?;
    Some(format!("{date}T{}.{:03}Z", time_of_day(rest), rest % 1000))
}

/// Returns the date as text, and the milliseconds since midnight.
fn split(moment: Timestamp) -> Option<(String, u64)> {
    let day = u32::try_from(moment.millis() / DAY_MS).ok()?;
    if day > LAST_DAY {
        return None;
    }
    let (year, month, of_month) = date_of(day);
    Some((
        format!("{year:04}-{month:02}-{of_month:02}"),
        moment.millis() % DAY_MS,
    ))
}

fn time_of_day(millis: u64) -> String {
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares every day until 9999 with a calendar that counts one day after the other.
    #[test]
    fn every_day_has_its_date() {
        let (mut year, mut month, mut of_month) = (1970, 1, 1);
        for number in 0..=LAST_DAY {
            assert_eq!(date_of(number), (year, month, of_month));
            assert_eq!(day_of(year, month, of_month), Some(number));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u32::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            of_month += 1;
            if of_month > length {
                assert_eq!(day_of(year, month, of_month), None);
                (month, of_month) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!((year, month, of_month), (10_000, 1, 1));
    }

    #[test]
    fn dates_outside_the_range_are_refused() {
        for (year, month, day) in [
            (10_000, 1, 1),
            (u32::MAX, 1, 1),
            (1969, 12, 31),
            (0, 1, 1),
            (2026, 0, 1),
            (2026, 13, 1),
            (2026, 257, 1),
            (2026, 1, 0),
            (2026, 1, 32),
            (2026, 1, 257),
        ] {
            assert_eq!(day_of(year, month, day), None, "{year}-{month}-{day}");
        }
        for day in [LAST_DAY, LAST_DAY + 1, u32::MAX] {
            assert_eq!(date_of(day), (9999, 12, 31));
        }
    }

    #[test]
    fn moments_are_written_to_the_second() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (1_800_000_000, "2027-01-15T08:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let moment = Timestamp::from_seconds(seconds);
            assert_eq!(rfc3339(moment).as_deref(), Some(expected));
        }
        assert_eq!(rfc3339(Timestamp::from_seconds(253_402_300_800)), None);
        assert_eq!(rfc3339(Timestamp::from_millis(u64::MAX)), None);
    }

    #[test]
    fn moments_are_written_to_the_millisecond() {
        for (millis, expected) in [
            (0, Some("1970-01-01T00:00:00.000Z")),
            (951_782_399_999, Some("2000-02-28T23:59:59.999Z")),
            (951_782_400_000, Some("2000-02-29T00:00:00.000Z")),
            (1_700_000_000_123, Some("2023-11-14T22:13:20.123Z")),
            (4_107_542_400_000, Some("2100-03-01T00:00:00.000Z")),
            (253_402_300_799_999, Some("9999-12-31T23:59:59.999Z")),
            (253_402_300_800_000, None),
        ] {
            let text = rfc3339_millis(Timestamp::from_millis(millis));
            assert_eq!(text.as_deref(), expected);
        }
    }
}
