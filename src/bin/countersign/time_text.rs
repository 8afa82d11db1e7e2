//! Times and durations as text.

use countersign::calendar;
use countersign::clock::Timestamp;

/// Writes a moment in UTC to the second ([RFC 3339](https://www.rfc-editor.org/rfc/rfc3339)), and one after the year
/// 9999 as Unix seconds.
pub(crate) fn utc(moment: Timestamp) -> String {
    calendar::rfc3339(moment).unwrap_or_else(|| moment.seconds().to_string())
}

/// Returns a duration in seconds as text, in its largest whole unit, such as `2 hours`.
pub(crate) fn span(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_after_9999_is_written_in_seconds() {
        assert_eq!(utc(Timestamp::from_seconds(0)), "1970-01-01T00:00:00Z");
        let late = Timestamp::from_seconds(253_402_300_800);
        assert_eq!(utc(late), "253402300800");
    }

    #[test]
    fn duration_is_written_in_one_unit() {
        assert_eq!(span(1), "1 second");
        assert_eq!(span(150), "2 minutes");
        assert_eq!(span(7_300), "2 hours");
        assert_eq!(span(86_400 * 3), "3 days");
    }
}
