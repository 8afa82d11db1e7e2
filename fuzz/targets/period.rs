//! Days and months as text: an accepted period has exactly one spelling, and it ends when the next one begins.
#![no_main]

use countersign::clock::Timestamp;
use countersign::limit::period::{MAX_OFFSET, Period, PeriodUnit, UtcOffset};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for every in [PeriodUnit::Day, PeriodUnit::Month] {
        let Some(period) = Period::parse(every, text) else {
            continue;
        };
        assert_eq!(period.to_string(), text);
        // The last period has no next one.
        let forever = Timestamp::from_millis(u64::MAX);
        if period == Period::at(every, forever, UtcOffset::default()) {
            continue;
        }
        for seconds in [-MAX_OFFSET, 0, MAX_OFFSET] {
            let offset = UtcOffset::new(seconds).expect("the offset is in range");
            let end = period.ends(offset);
            assert_ne!(
                Period::at(every, end, offset),
                period,
                "the period has ended"
            );
        }
    }
});
