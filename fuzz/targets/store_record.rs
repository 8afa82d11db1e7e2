//! Records of limits and budgets from a damaged or hostile disk: each is refused, or it has the effect of a valid record.
#![no_main]

use countersign::clock::Timestamp;
use countersign::limit::budget::{Budget, MAX_AMOUNT, Measure, Tally};
use countersign::limit::period::{Period, PeriodUnit, UtcOffset};
use countersign::limit::{Admission, Limit};
use countersign::store::{MemoryStore, Store, StoreError};
use countersign_fuzz::{Fields, NOW};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // The input contains the parameters of the calls, then the record.
    let mut fields = Fields(data);
    let [max, zone, cost, steps] = fields.array();
    let window = 1 + u64::from(u32::from_be_bytes(fields.array())) % 2_678_400_000;
    let limit = Limit::new([1; 32], 1 + u16::from(max), window).expect("the limit is in range");
    let kinds = [
        (PeriodUnit::Day, Measure::Calls),
        (PeriodUnit::Day, Measure::Cost),
        (PeriodUnit::Month, Measure::Calls),
        (PeriodUnit::Month, Measure::Cost),
    ];
    let budgets = kinds.map(|(every, measure)| {
        let known = (max % 2 == 0).then(|| Tally {
            period: Period::at(every, NOW, UtcOffset::default()),
            used: fields.number() % MAX_AMOUNT,
            told: max % 3 == 0,
        });
        let cap = fields.number() % MAX_AMOUNT;
        Budget::new(b"b", every, measure, cap, known).expect("the budget is in range")
    });
    let offset = UtcOffset::new((i32::from(zone) - 128) * 390).unwrap_or_default();
    let cost = u64::from(cost);
    let store = MemoryStore::with_records(Timestamp::from_seconds(1), &[limit], &budgets, fields.0);

    let mut admitted = 0;
    for step in 0..u64::from(steps % 8) {
        // All calls are within one window, so together they never exceed the limit.
        let now = NOW.plus_millis(step.min(window - 1));
        match store.admit(&[limit], now) {
            Ok(Admission::Admitted { tightest }) => {
                admitted += 1;
                assert!(admitted <= limit.max());
                assert!(tightest.remaining <= limit.max() - admitted);
            }
            Ok(Admission::Refused { retry_after, .. }) => {
                assert!(u64::from(retry_after) <= window.div_ceil(1000));
                assert!(retry_after >= 1);
            }
            Err(error) => assert_eq!(error, StoreError::Corrupt),
        }
    }

    for budget in budgets {
        let spending = match store.spend(&[budget], cost, offset, NOW) {
            Ok(spending) => spending,
            Err(error) => {
                assert_eq!(error, StoreError::Corrupt);
                continue;
            }
        };
        let standing = spending.standings[0];
        assert_eq!(standing.refused, spending.refused.is_some());
        assert!(standing.refused || standing.tally.used <= budget.cap());
        assert!(standing.tally.used <= MAX_AMOUNT);
        let again = store
            .spend(&[budget], cost, offset, NOW)
            .expect("the record was accepted before");
        assert!(again.standings[0].tally.used >= standing.tally.used);
        if standing.refused {
            continue;
        }
        let counted = spending.counted(&[budget]);
        let corrected = store
            .correct(&counted, cost, cost / 2, offset, NOW)
            .expect("the record was accepted before");
        assert!(corrected[0].tally.used <= again.standings[0].tally.used);
    }
});
