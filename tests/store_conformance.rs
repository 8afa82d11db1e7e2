//! Every promise of `Store`, asked of every engine.

// The exceptions that tests have in `clippy.toml` do not reach the helpers of an integration test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod engine_support;
#[cfg(feature = "redis")]
mod redis_support;

use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::bytes::sha256;
use countersign::clock::Timestamp;
use countersign::limit::budget::{
    Budget, BudgetError, MAX_AMOUNT, Measure, Refusal, Spending, Tally,
};
use countersign::limit::period::{Every, Period, UtcOffset};
use countersign::limit::{Admission, Limit};
use countersign::store::{
    Insertion, MAX_BUDGETS, MAX_NAME_BYTES, MAX_RECEIPT_BYTES, MAX_TOGETHER, MAX_VALUE_BYTES, Once,
    Origin, SKEW_MS, Store, StoreError,
};
use engine_support::{Engine, START, Subject, at};

fn key(n: u64) -> [u8; 32] {
    sha256(&n.to_be_bytes())
}

/// A thing of this site, issued when any engine has begun to take what is issued.
fn once(n: u64, keep_ms: u64) -> Once<'static> {
    Once {
        key: key(n),
        origin: Origin::Local,
        issued: at(SKEW_MS + 1),
        keep_until: at(keep_ms),
        receipt: b"",
    }
}

/// The receipt of a thing; `None` if it is not recorded. Asked beside a thing that is, so that nothing is
/// written.
fn receipt(store: &dyn Store, n: u64, now: u64) -> Option<Vec<u8>> {
    let known = once(u64::MAX, 900_000_000);
    let _ = store.insert_once(&known, at(now)).unwrap();
    match store.insert_together(&[once(n, now), known], at(now)) {
        Ok(Insertion::Again { index: 0, receipt }) => Some(receipt),
        Ok(Insertion::Again { index: 1, receipt }) if receipt.is_empty() => None,
        other => panic!("{other:?}"),
    }
}

fn limit(n: u64, max: u16, window_ms: u64) -> Limit {
    Limit::new(key(n), max, window_ms).unwrap()
}

macro_rules! conformance {
    ($($test:ident)*) => {
        mod memory { $(#[test] fn $test() { super::$test::<super::engine_support::Memory>(); })* }
        mod lmdb { $(#[test] fn $test() { super::$test::<super::engine_support::Lmdb>(); })* }
        #[cfg(feature = "redis")]
        mod redis { $(#[test] fn $test() { super::$test::<super::engine_support::Redis>(); })* }
    };
}

conformance! {
    a_thing_is_first_once
    exactly_one_thread_is_first
    a_record_lives_until_its_last_moment_inclusive
    a_record_that_lapsed_by_argument_is_refused
    what_was_issued_before_the_start_is_refused
    a_clock_behind_is_refused_for_things_and_not_for_limits
    a_clock_far_ahead_and_back_admits_no_replay
    a_receipt_lives_as_long_as_its_record
    a_first_receipt_is_written_with_its_record
    things_are_used_together_or_not_at_all
    the_first_that_was_used_is_told
    each_of_several_is_checked
    together_is_for_a_few_that_differ
    a_full_store_records_none_of_several
    exactly_one_thread_is_first_of_several
    receipts_are_bounded
    lapsed_records_are_pruned
    a_full_store_refuses_and_keeps_what_lives
    a_full_store_recovers_when_records_lapse
    a_full_store_makes_room_from_afar
    what_a_full_store_pruned_is_told_by_its_clock
    a_flood_of_limits_takes_no_room_from_things
    forgotten_histories_are_pruned
    a_limit_holds_between_threads
    limits_admit_together_or_not_at_all
    of_several_refusals_the_longest_is_told
    a_refused_call_extends_nothing
    the_first_refusal_of_a_burst_is_told_once
    an_edited_limit_applies_to_its_history
    calls_that_make_no_sense_are_misuse
    a_budget_holds_between_threads
    budgets_count_together_or_not_at_all
    a_used_up_budget_is_told_once_a_period
    of_several_used_up_the_longest_is_told
    a_call_that_never_fits_is_not_told_to_wait
    a_budget_survives_a_restart
    a_period_never_reopens
    a_clock_far_ahead_is_not_believed_for_ever
    what_a_call_cost_takes_the_place_of_its_estimate
    a_correction_after_the_period_gives_nothing_back
    a_correction_after_a_restart_goes_on_from_what_is_known
    budgets_are_apart_by_name_period_and_measure
    budgets_that_make_no_sense_are_misuse
    counts_of_past_periods_are_pruned
    a_flood_of_budgets_takes_no_room_from_others
    values_are_set_replaced_and_removed
    exactly_one_thread_replaces
    values_are_bounded
    the_status_counts
}

fn a_thing_is_first_once<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for n in 0..300 {
        assert_eq!(store.insert_once(&once(n, 60_000), at(2)), Ok(true), "{n}");
    }
    for n in 0..300 {
        assert_eq!(store.insert_once(&once(n, 60_000), at(3)), Ok(false), "{n}");
        // A later end makes it no other thing.
        assert_eq!(
            store.insert_once(&once(n, 90_000), at(60_000)),
            Ok(false),
            "{n}"
        );
    }
}

fn exactly_one_thread_is_first<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let firsts = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..500 {
                    if store.insert_once(&once(n, 60_000), at(2)).unwrap() {
                        firsts.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(firsts.into_inner(), 500);
}

fn a_record_lives_until_its_last_moment_inclusive<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.insert_once(&once(1, 5000), at(2)), Ok(true));
    for now in [3, 2500, 4999, 5000] {
        assert_eq!(
            store.insert_once(&once(1, 5000), at(now)),
            Ok(false),
            "{now}"
        );
    }
    assert_eq!(store.insert_once(&once(1, 9000), at(5001)), Ok(true));
    assert_eq!(store.insert_once(&once(1, 9000), at(5001)), Ok(false));
}

fn a_receipt_lives_as_long_as_its_record<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let beside = |n, now| receipt(&*store, n, now);
    assert_eq!(beside(1, 2), None);
    assert_eq!(store.settle(&key(1), b"done"), Ok(false));
    assert_eq!(beside(1, 2), None);
    assert_eq!(store.insert_once(&once(1, 5000), at(2)), Ok(true));
    assert_eq!(beside(1, 2), Some(Vec::new()));
    for receipt in [&b"begun"[..], b"done", b""] {
        assert_eq!(store.settle(&key(1), receipt), Ok(true));
        assert_eq!(beside(1, 2), Some(receipt.to_vec()));
    }
    assert_eq!(store.settle(&key(1), b"done"), Ok(true));
    // A receipt makes the thing no other, and keeps it no longer.
    assert_eq!(store.insert_once(&once(1, 9000), at(5000)), Ok(false));
    assert_eq!(beside(1, 5000), Some(b"done".to_vec()));
    assert_eq!(store.insert_once(&once(2, 9000), at(5001)), Ok(true));
    assert_eq!(beside(1, 5001), None);
    assert_eq!(store.settle(&key(1), b"late"), Ok(false));
    assert_eq!(beside(2, 5001), Some(Vec::new()));
}

/// A thing with its first receipt.
fn with<'a>(once: Once<'static>, receipt: &'a [u8]) -> Once<'a> {
    Once { receipt, ..once }
}

fn a_first_receipt_is_written_with_its_record<E: Engine>() {
    static LONG: [u8; MAX_RECEIPT_BYTES + 1] = [7; MAX_RECEIPT_BYTES + 1];
    let Subject { store, _folder } = E::ample();
    let insert =
        |n, keep, receipt: &[u8], now| store.insert_once(&with(once(n, keep), receipt), at(now));
    assert_eq!(insert(1, 1000, b"one", 2), Ok(true));
    assert_eq!(insert(1, 1000, b"two", 2), Ok(false));
    assert_eq!(insert(1, 1000, b"", 2), Ok(false));
    assert_eq!(receipt(&*store, 1, 2), Some(b"one".to_vec()));
    let (longest, longer) = (&LONG[1..], &LONG[..]);
    assert_eq!(insert(2, 1000, longest, 2), Ok(true));
    assert_eq!(receipt(&*store, 2, 2), Some(longest.to_vec()));
    assert_eq!(insert(3, 1000, longer, 2), Err(StoreError::Misuse));
    assert_eq!(receipt(&*store, 3, 2), None);
    // Lapsed, it is forgotten with its receipt.
    assert_eq!(insert(1, 3000, b"", 1001), Ok(true));
    assert_eq!(receipt(&*store, 1, 1001), Some(Vec::new()));
    assert_eq!(insert(2, 3000, b"two", 1001), Ok(true));
    assert_eq!(receipt(&*store, 2, 1001), Some(b"two".to_vec()));
}

fn again(index: usize, receipt: &[u8]) -> Result<Insertion, StoreError> {
    let receipt = receipt.to_vec();
    Ok(Insertion::Again { index, receipt })
}

fn things_are_used_together_or_not_at_all<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let both = [with(once(1, 5000), b"one"), with(once(2, 9000), b"")];
    let first = store.insert_together(&both, at(2));
    assert_eq!(first, Ok(Insertion::First));
    assert_eq!(store.insert_together(&both, at(2)), again(0, b"one"));
    assert_eq!(store.status().unwrap().seen, 2);
    for n in [1, 2] {
        assert_eq!(store.insert_once(&once(n, 9000), at(2)), Ok(false), "{n}");
    }
    // One is new: it stays so, and what is recorded stays as it was.
    for things in [
        [once(3, 9000), once(2, 90_000)],
        [once(1, 9000), once(3, 9000)],
    ] {
        let things = things.map(|once| with(once, b"other"));
        assert!(matches!(
            store.insert_together(&things, at(3)),
            Ok(Insertion::Again { .. })
        ));
        assert_eq!(store.status().unwrap().seen, 2);
    }
    assert_eq!(receipt(&*store, 1, 3), Some(b"one".to_vec()));
    assert_eq!(receipt(&*store, 2, 3), Some(Vec::new()));
    assert_eq!(receipt(&*store, 3, 3), None);
    // Each lapses for itself.
    let third = [
        with(once(3, 9000), b"three"),
        with(once(1, 20_000), b"anew"),
    ];
    assert_eq!(store.insert_together(&third, at(5000)), again(1, b"one"));
    assert_eq!(
        store.insert_together(&third, at(5001)),
        Ok(Insertion::First)
    );
    assert_eq!(receipt(&*store, 1, 5001), Some(b"anew".to_vec()));
    assert_eq!(receipt(&*store, 2, 9000), Some(Vec::new()));
    assert_eq!(receipt(&*store, 3, 9000), Some(b"three".to_vec()));
    assert_eq!(receipt(&*store, 2, 9001), None);
    assert_eq!(receipt(&*store, 3, 9001), None);
    assert_eq!(receipt(&*store, 1, 20_000), Some(b"anew".to_vec()));
    assert_eq!(receipt(&*store, 1, 20_001), None);
}

fn the_first_that_was_used_is_told<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for (n, receipt) in [(1, &b"one"[..]), (2, b"two")] {
        let thing = with(once(n, 60_000), receipt);
        assert_eq!(store.insert_once(&thing, at(2)), Ok(true));
    }
    for (things, index, receipt) in [
        ([1, 2, 3], 0, &b"one"[..]),
        ([2, 1, 3], 0, b"two"),
        ([3, 2, 1], 1, b"two"),
        ([4, 3, 1], 2, b"one"),
    ] {
        let things = things.map(|n| once(n, 60_000));
        let told = store.insert_together(&things, at(3));
        assert_eq!(told, again(index, receipt));
    }
    assert_eq!(store.settle(&key(2), b"done"), Ok(true));
    let things = [once(3, 60_000), once(2, 60_000)];
    assert_eq!(store.insert_together(&things, at(3)), again(1, b"done"));
}

fn each_of_several_is_checked<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let good = once(1, 60_000);
    let refused = |other, now, error| {
        for things in [[good, other], [other, good]] {
            assert_eq!(store.insert_together(&things, at(now)), Err(error));
        }
    };
    let old = Once {
        issued: at(0),
        ..once(2, 60_000)
    };
    let remote = Once {
        origin: Origin::Remote,
        issued: at(SKEW_MS),
        ..old
    };
    refused(old, 2, StoreError::Restarted);
    refused(remote, 2, StoreError::Restarted);
    refused(once(2, 999), 1000, StoreError::Lapsed);
    assert_eq!(store.status().unwrap().seen, 0);
    assert_eq!(store.insert_once(&once(3, 90_000), at(40_000)), Ok(true));
    refused(once(2, 60_000), 9_999, StoreError::ClockStepped);
    assert_eq!(store.status().unwrap().seen, 1);
    assert_eq!(store.insert_once(&good, at(40_000)), Ok(true));
}

fn together_is_for_a_few_that_differ<E: Engine>() {
    static LONG: [u8; MAX_RECEIPT_BYTES + 1] = [7; MAX_RECEIPT_BYTES + 1];
    let Subject { store, _folder } = E::ample();
    let many: Vec<Once<'_>> = (0..=MAX_TOGETHER as u64).map(|n| once(n, 60_000)).collect();
    let long = with(once(1, 60_000), &LONG);
    for things in [
        &[][..],
        &many,
        &[
            many[0],
            many[1],
            Once {
                receipt: b"x",
                ..many[0]
            },
        ],
        &[many[0], long],
    ] {
        let misused = store.insert_together(things, at(2));
        assert_eq!(misused, Err(StoreError::Misuse));
    }
    assert_eq!(store.status().unwrap().seen, 0);
    let most = store.insert_together(&many[1..], at(2));
    assert_eq!(most, Ok(Insertion::First));
    assert_eq!(store.status().unwrap().seen, MAX_TOGETHER as u64);
}

fn a_full_store_records_none_of_several<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let pair = |n| {
        [
            once(2 * n, 60_000),
            with(once(2 * n + 1, 60_000), b"beside"),
        ]
    };
    let full = (0..50_000)
        .find(|n| match store.insert_together(&pair(*n), at(2)) {
            Ok(insertion) => {
                assert_eq!(insertion, Insertion::First);
                false
            }
            Err(error) => {
                assert_eq!(error, StoreError::Full);
                true
            }
        })
        .expect("an end");
    assert_eq!(store.status().unwrap().seen, 2 * full);
    for n in 0..full {
        assert_eq!(store.insert_together(&pair(n), at(60_000)), again(0, b""));
    }
    // When those lapse, there is room for as many.
    for n in 0..full {
        let fresh = pair(full + n).map(|thing| Once {
            keep_until: at(300_000),
            ..thing
        });
        let insertion = store.insert_together(&fresh, at(60_001));
        assert_eq!(insertion, Ok(Insertion::First), "{n}");
    }
}

/// Threads that each use a thing of all together with one of their own: who is first with the one has both.
fn exactly_one_thread_is_first_of_several<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let firsts = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..8_u64 {
            let (store, firsts) = (&store, &firsts);
            scope.spawn(move || {
                for n in 0..300 {
                    let own = 1_000 * (thread + 1) + n;
                    let things = [own, n].map(|n| once(n, 60_000));
                    match store.insert_together(&things, at(2)).unwrap() {
                        Insertion::First => {
                            firsts.fetch_add(1, Ordering::Relaxed);
                            assert_eq!(store.insert_once(&things[0], at(2)), Ok(false));
                        }
                        Insertion::Again { index, .. } => {
                            assert_eq!(index, 1);
                            assert_eq!(store.insert_once(&things[0], at(2)), Ok(true));
                        }
                    }
                }
            });
        }
    });
    assert_eq!(firsts.into_inner(), 300);
    assert_eq!(store.status().unwrap().seen, 300 + 8 * 300);
}

fn receipts_are_bounded<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.insert_once(&once(1, 5000), at(2)), Ok(true));
    let large = vec![b'x'; MAX_RECEIPT_BYTES];
    assert_eq!(store.settle(&key(1), &large), Ok(true));
    assert_eq!(receipt(&*store, 1, 2), Some(large.clone()));
    let larger = [&large[..], b"x"].concat();
    assert_eq!(store.settle(&key(1), &larger), Err(StoreError::Misuse));
    assert_eq!(receipt(&*store, 1, 2), Some(large));
}

fn a_record_that_lapsed_by_argument_is_refused<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.insert_once(&once(1, 5000), at(5000)), Ok(true));
    assert_eq!(
        store.insert_once(&once(2, 5000), at(5001)),
        Err(StoreError::Lapsed)
    );
    // The latest moment counts, not a reading of the clock a little behind it.
    assert_eq!(store.insert_once(&once(3, 9000), at(8000)), Ok(true));
    assert_eq!(
        store.insert_once(&once(2, 7000), at(6000)),
        Err(StoreError::Lapsed)
    );
}

fn what_was_issued_before_the_start_is_refused<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let insert = |n, origin, issued| {
        let (key, keep_until) = (key(n), at(900_000));
        let once = Once {
            key,
            origin,
            issued,
            keep_until,
            receipt: b"",
        };
        store.insert_once(&once, at(31_000))
    };
    let before = Timestamp::from_millis(START - 1);
    for issued in [Timestamp::from_millis(0), before, at(0)] {
        assert_eq!(insert(1, Origin::Local, issued), Err(StoreError::Restarted));
        assert_eq!(
            insert(1, Origin::Remote, issued),
            Err(StoreError::Restarted)
        );
    }
    let local = insert(1, Origin::Local, at(E::LOCAL_MS));
    assert_eq!(local, Err(StoreError::Restarted));
    let local = insert(1, Origin::Local, at(E::LOCAL_MS + 1));
    assert_eq!(local, Ok(true));
    assert_eq!(insert(2, Origin::Remote, at(1)), Err(StoreError::Restarted));
    assert_eq!(
        insert(2, Origin::Remote, at(SKEW_MS)),
        Err(StoreError::Restarted)
    );
    assert_eq!(insert(2, Origin::Remote, at(SKEW_MS + 1)), Ok(true));
}

fn a_clock_behind_is_refused_for_things_and_not_for_limits<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let insert = |n, now| store.insert_once(&once(n, 900_000), at(now));
    assert_eq!(insert(1, 100_000), Ok(true));
    assert_eq!(insert(2, 70_000), Ok(true));
    assert_eq!(insert(3, 69_999), Err(StoreError::ClockStepped));
    assert_eq!(insert(1, 69_999), Err(StoreError::ClockStepped));
    // Nothing was recorded, and a clock that is right again goes on.
    assert_eq!(insert(3, 70_000), Ok(true));

    let limits = [limit(1, 1, 1000)];
    assert!(store.admit(&limits, at(100_000)).unwrap().is_admitted());
    assert!(!store.admit(&limits, at(10)).unwrap().is_admitted());
    assert!(!store.admit(&limits, at(1009)).unwrap().is_admitted());
    assert!(store.admit(&limits, at(1010)).unwrap().is_admitted());
}

fn a_clock_far_ahead_and_back_admits_no_replay<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let year = 365 * 24 * 3_600_000;
    for n in 0..50 {
        assert_eq!(store.insert_once(&once(n, 60_000), at(100)), Ok(true));
    }
    // A year ahead: all of it lapses, and some is pruned.
    for n in 50..60 {
        assert_eq!(
            store.insert_once(&once(n, year + 60_000), at(year)),
            Ok(true)
        );
    }
    for n in 0..60 {
        let again = store.insert_once(&once(n, 60_000), at(200));
        assert_eq!(again, Err(StoreError::ClockStepped), "{n}");
    }
}

fn lapsed_records_are_pruned<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for n in 1..6000 {
        let now = n * 10;
        // A hundred are alive at any moment.
        assert_eq!(store.insert_once(&once(n, now + 1000), at(now)), Ok(true));
    }
    let seen = store.status().unwrap().seen;
    assert!((101..200).contains(&seen), "{seen}");
}

/// Fills the store with things kept until `keep_ms`; how many went in.
fn fill(store: &dyn Store, keep_ms: u64, now: u64) -> u64 {
    let full = (0..100_000).find(|n| match store.insert_once(&once(*n, keep_ms), at(now)) {
        Ok(first) => {
            assert!(first, "{n}");
            false
        }
        Err(error) => {
            assert_eq!(error, StoreError::Full);
            true
        }
    });
    full.expect("an end")
}

fn a_full_store_refuses_and_keeps_what_lives<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let count = fill(&*store, 60_000, 2);
    assert!(count >= 200, "{count}");
    // A page may still have room for some.
    let more = count..count + 100;
    let refused = more.filter(|n| store.insert_once(&once(*n, 60_000), at(3)).is_err());
    assert!(refused.count() > 0);
    for n in 0..count {
        assert_eq!(
            store.insert_once(&once(n, 60_000), at(60_000)),
            Ok(false),
            "{n}"
        );
    }
    assert!(store.status().unwrap().seen >= count);
}

fn a_full_store_recovers_when_records_lapse<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let count = fill(&*store, 60_000, 2);
    let next = once(count, 300_000);
    assert_eq!(store.insert_once(&next, at(60_000)), Err(StoreError::Full));
    for n in 0..count {
        let fresh = once(count + n, 300_000);
        assert_eq!(store.insert_once(&fresh, at(60_001)), Ok(true), "{n}");
    }
}

fn a_full_store_makes_room_from_afar<E: Engine>() {
    let Subject { store, _folder } = E::small();
    // The lower half of the keys lapses, the upper half lives.
    let lower = |n: u64| key(n)[0] < 128;
    let keep = |n| once(n, if lower(n) { 60_000 } else { 900_000 });
    let full = (0..)
        .find(|n| store.insert_once(&keep(*n), at(2)).is_err())
        .unwrap();
    for n in (full..full + full / 4).filter(|n| !lower(*n)) {
        assert_eq!(store.insert_once(&keep(n), at(60_001)), Ok(true), "{n}");
    }
}

fn what_a_full_store_pruned_is_told_by_its_clock<E: Engine>() {
    let Subject { store, _folder } = E::small();
    assert_eq!(store.insert_once(&once(0, 60_000), at(2)), Ok(true));
    let mut rest = (1..).map(|n| once(n, 900_000));
    let refused = rest
        .find(|once| store.insert_once(once, at(2)).is_err())
        .unwrap();
    // Thing 0 is pruned for its sake, in an engine with pages in vain.
    let _ = store.insert_once(&refused, at(100_000));
    assert_eq!(
        store.insert_once(&once(0, 60_000), at(50_000)),
        Err(StoreError::ClockStepped)
    );
}

fn a_flood_of_limits_takes_no_room_from_things<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let full = (0..100_000).find_map(|n| store.admit(&[limit(n, 60, 60_000)], at(2)).err());
    assert_eq!(full, Some(StoreError::Full));
    for n in 0..150 {
        assert_eq!(store.insert_once(&once(n, 60_000), at(2)), Ok(true), "{n}");
    }
    store.put(b"name", b"value").unwrap();
    // A minute later there is room for other addresses.
    for n in 200_000..200_150 {
        let other = [limit(n, 60, 60_000)];
        assert!(store.admit(&other, at(60_002)).unwrap().is_admitted());
    }
}

fn forgotten_histories_are_pruned<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for n in 1..6000 {
        let limits = [limit(n, 60, 1000)];
        assert!(store.admit(&limits, at(n * 10)).unwrap().is_admitted());
    }
    let limits = store.status().unwrap().limits;
    assert!((100..200).contains(&limits), "{limits}");
}

fn a_limit_holds_between_threads<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let admitted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..100 {
                    let limits = [limit(1, 60, 60_000)];
                    if store.admit(&limits, at(n)).unwrap().is_admitted() {
                        admitted.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(admitted.into_inner(), 60);
}

fn limits_admit_together_or_not_at_all<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let limits = [
        limit(1, 10, 60_000),
        limit(2, 3, 60_000),
        limit(3, 10, 60_000),
    ];
    for n in 0..3_u16 {
        let Admission::Admitted { tightest } = store.admit(&limits, at(100)).unwrap() else {
            panic!("there was room")
        };
        assert_eq!((tightest.limit, tightest.remaining), (3, 2 - n));
        assert_eq!(tightest.reset_seconds, 60);
    }
    for _ in 0..20 {
        let refused = store.admit(&limits, at(1100)).unwrap();
        let Admission::Refused {
            index,
            retry_after,
            tightest,
            ..
        } = refused
        else {
            panic!("there was no room")
        };
        assert_eq!((index, retry_after), (1, 59));
        assert_eq!(
            (tightest.limit, tightest.remaining, tightest.reset_seconds),
            (3, 0, 59)
        );
    }
    // The refused calls were counted in neither of the others: 7 of 10 are left.
    for other in [limits[0], limits[2]] {
        for _ in 0..7 {
            assert!(store.admit(&[other], at(1200)).unwrap().is_admitted());
        }
        assert!(!store.admit(&[other], at(1200)).unwrap().is_admitted());
    }
}

fn of_several_refusals_the_longest_is_told<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let limits = [
        limit(1, 1, 2000),
        limit(2, 1, 9000),
        limit(3, 1, 9000),
        limit(4, 1, 3000),
    ];
    assert!(store.admit(&limits, at(0)).unwrap().is_admitted());
    let refused = store.admit(&limits, at(0)).unwrap();
    let Admission::Refused {
        index, retry_after, ..
    } = refused
    else {
        panic!("there was no room")
    };
    assert_eq!((index, retry_after), (1, 9));
}

fn a_refused_call_extends_nothing<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let limits = [limit(1, 1, 1000)];
    assert!(store.admit(&limits, at(0)).unwrap().is_admitted());
    for now in 1..1000 {
        assert!(
            !store.admit(&limits, at(now)).unwrap().is_admitted(),
            "{now}"
        );
    }
    assert!(store.admit(&limits, at(1000)).unwrap().is_admitted());
}

fn the_first_refusal_of_a_burst_is_told_once<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let limits = [limit(1, 1, 1000)];
    assert!(store.admit(&limits, at(0)).unwrap().is_admitted());
    let first = |now| match store.admit(&limits, at(now)).unwrap() {
        Admission::Refused { first_of_burst, .. } => first_of_burst,
        Admission::Admitted { .. } => panic!("there was no room at {now}"),
    };
    assert!(first(100));
    assert!(!first(100));
    assert!(!first(999));
    assert!(store.admit(&limits, at(1000)).unwrap().is_admitted());
    // Still the same burst: a refusal was noted less than a window ago.
    assert!(!first(1099));
    assert!(first(1100));
    assert!(!first(1101));
}

fn an_edited_limit_applies_to_its_history<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let admitted = |max, window, now| {
        let limits = [limit(1, max, window)];
        store.admit(&limits, at(now)).unwrap().is_admitted()
    };
    for n in 0..10 {
        assert!(admitted(10, 1000, n * 100));
    }
    assert!(!admitted(10, 1000, 950));
    assert!(
        !admitted(5, 1000, 1400),
        "lowered: five of the ten are still in the window"
    );
    assert!(admitted(5, 1000, 1500));
    assert!(
        admitted(12, 2000, 1500),
        "raised, with a longer window: eleven are in it"
    );
    assert!(!admitted(12, 2000, 1500));
    assert!(admitted(12, 2000, 2000), "the first has left it");
}

fn calls_that_make_no_sense_are_misuse<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let many: Vec<_> = (0..17).map(|n| limit(n, 1, 1)).collect();
    let twice = [limit(1, 1, 1), limit(1, 2, 2)];
    for limits in [&[], &many[..], &twice] {
        assert_eq!(store.admit(limits, at(1)), Err(StoreError::Misuse));
    }
    assert!(store.admit(&many[..16], at(1)).unwrap().is_admitted());
    let long = vec![b'n'; MAX_NAME_BYTES + 1];
    for name in [&b""[..], &long] {
        assert_eq!(store.get(name), Err(StoreError::Misuse));
        assert_eq!(store.put(name, b""), Err(StoreError::Misuse));
        assert_eq!(store.replace(name, None, b""), Err(StoreError::Misuse));
        assert_eq!(store.remove(name), Err(StoreError::Misuse));
    }
}

fn values_are_set_replaced_and_removed<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.get(b"a"), Ok(None));
    assert_eq!(store.remove(b"a"), Ok(false));
    assert_eq!(store.replace(b"a", Some(b""), b"1"), Ok(false));
    assert_eq!(store.get(b"a"), Ok(None));
    assert_eq!(store.replace(b"a", None, b"1"), Ok(true));
    assert_eq!(store.replace(b"a", None, b"2"), Ok(false));
    assert_eq!(store.replace(b"a", Some(b"2"), b"3"), Ok(false));
    assert_eq!(store.get(b"a"), Ok(Some(b"1".to_vec())));
    assert_eq!(store.replace(b"a", Some(b"1"), b""), Ok(true));
    assert_eq!(store.get(b"a"), Ok(Some(Vec::new())));
    store.put(b"a", b"4").unwrap();
    store.put(b"a\0", b"5").unwrap();
    assert_eq!(store.get(b"a"), Ok(Some(b"4".to_vec())));
    assert_eq!(store.remove(b"a"), Ok(true));
    assert_eq!(store.get(b"a"), Ok(None));
    assert_eq!(store.get(b"a\0"), Ok(Some(b"5".to_vec())));
}

fn exactly_one_thread_replaces<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    store.put(b"n", &0_u64.to_be_bytes()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut done = 0;
                while done < 250 {
                    let old = store.get(b"n").unwrap().unwrap();
                    let count = u64::from_be_bytes(old.as_slice().try_into().unwrap());
                    let new = (count + 1).to_be_bytes();
                    done += u64::from(store.replace(b"n", Some(&old), &new).unwrap());
                }
            });
        }
    });
    assert_eq!(store.get(b"n"), Ok(Some(1000_u64.to_be_bytes().to_vec())));
}

fn values_are_bounded<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let (most, more) = (vec![7; MAX_VALUE_BYTES], vec![7; MAX_VALUE_BYTES + 1]);
    let name = [b'n'; MAX_NAME_BYTES];
    store.put(&name, &most).unwrap();
    assert_eq!(store.put(&name, &more), Err(StoreError::Misuse));
    assert_eq!(
        store.replace(&name, Some(&most), &more),
        Err(StoreError::Misuse)
    );
    assert_eq!(store.get(&name), Ok(Some(most)));

    let Subject { store, _folder } = E::small();
    let full = (0..10_000_u32).find_map(|n| store.put(&n.to_be_bytes(), &[1; 100]).err());
    assert_eq!(full, Some(StoreError::Full));
    assert_eq!(store.insert_once(&once(1, 60_000), at(2)), Ok(true));
    assert_eq!(store.remove(&0_u32.to_be_bytes()), Ok(true));
    store.put(&0_u32.to_be_bytes(), &[1; 100]).unwrap();
}

fn the_status_counts<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.insert_once(&once(1, 60_000), at(2)), Ok(true));
    assert_eq!(store.insert_once(&once(2, 60_000), at(2)), Ok(true));
    assert!(store.admit(&[limit(1, 1, 1)], at(2)).unwrap().is_admitted());
    store.put(b"a", b"").unwrap();
    let status = store.status().unwrap();
    assert_eq!(status.opened_at, at(0));
    assert_eq!((status.seen, status.limits, status.values), (2, 1, 1));
    assert!(["memory", "lmdb", "redis"].contains(&status.engine));
}

// ---- Budgets --------------------------------------------------------------------------------

const HOUR: u64 = 3_600_000;
/// From START, 2027-01-15 at 8 in the morning of UTC, to midnight.
const MIDNIGHT: u64 = 16 * HOUR;
const UTC: i32 = 0;

fn offset(seconds: i32) -> UtcOffset {
    UtcOffset::new(seconds).unwrap()
}

fn budget(n: u64, every: Every, measure: Measure, cap: u64) -> Budget {
    Budget::new(&n.to_be_bytes(), every, measure, cap, None).unwrap()
}

fn calls(n: u64, cap: u64) -> Budget {
    budget(n, Every::Day, Measure::Calls, cap)
}

fn cost(n: u64, cap: u64) -> Budget {
    budget(n, Every::Day, Measure::Cost, cap)
}

fn spend(store: &dyn Store, budgets: &[Budget], cost: u64, ms: u64) -> Spending {
    store.spend(budgets, cost, offset(UTC), at(ms)).unwrap()
}

/// What each budget has counted.
fn used(spending: &Spending) -> Vec<u64> {
    let standings = spending.standings.iter();
    standings.map(|standing| standing.tally.used).collect()
}

fn announced(spending: &Spending) -> Vec<bool> {
    let standings = spending.standings.iter();
    standings.map(|standing| standing.announce).collect()
}

fn a_budget_holds_between_threads<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let (counted, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..50 {
                    let spending = spend(&*store, &[calls(1, 500), cost(1, 700)], 7, n);
                    if spending.refused.is_none() {
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                    for announce in announced(&spending) {
                        told.fetch_add(usize::from(announce), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!((counted.into_inner(), told.into_inner()), (100, 1));
    let end = spend(&*store, &[calls(1, 500), cost(1, 700)], 7, 60);
    assert_eq!(used(&end), [100, 700]);
}

fn budgets_count_together_or_not_at_all<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let budgets = [
        calls(1, 10),
        cost(1, 100),
        budget(1, Every::Month, Measure::Calls, 3),
        budget(1, Every::Month, Measure::Cost, 1000),
    ];
    for n in 1..=3 {
        let spending = spend(&*store, &budgets, 30, 5);
        assert_eq!(spending.refused, None);
        assert_eq!(used(&spending), [n, 30 * n, n, 30 * n]);
        let left: Vec<u64> = spending.standings.iter().map(|one| one.remaining).collect();
        assert_eq!(left, [10 - n, 100 - 30 * n, 3 - n, 1000 - 30 * n]);
    }
    for _ in 0..5 {
        // 90 of 100 are spent: 10 fit, and the month has no call left.
        let spending = spend(&*store, &budgets, 10, 6);
        assert_eq!(spending.refused.unwrap().index, 2);
        assert_eq!(used(&spending), [3, 90, 3, 90]);
        let refused: Vec<bool> = spending.standings.iter().map(|one| one.refused).collect();
        assert_eq!(refused, [false, false, true, false]);
    }
    // A cap that is raised or lowered applies to the count as it is.
    let raised = budget(1, Every::Month, Measure::Calls, 4);
    let spending = spend(&*store, &[raised, cost(1, 100)], 10, 7);
    assert_eq!((spending.refused, used(&spending)), (None, vec![4, 100]));
    let lowered = spend(&*store, &[cost(1, 50)], 0, 7);
    assert_eq!(lowered.standings[0].remaining, 0);
    assert!(lowered.refused.is_some());
}

fn a_used_up_budget_is_told_once_a_period<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for (day, midnight) in [(0, MIDNIGHT), (MIDNIGHT, MIDNIGHT + 24 * HOUR)] {
        let budgets = [calls(1, 2), cost(1, 10)];
        assert_eq!(used(&spend(&*store, &budgets, 9, day)), [1, 9]);
        // A call that does not fit is told; a smaller one that does is still counted.
        let large = spend(&*store, &budgets, 2, day + 1);
        assert_eq!(announced(&large), [false, true]);
        assert_eq!(announced(&spend(&*store, &budgets, 2, day + 1)), [false; 2]);
        assert_eq!(used(&spend(&*store, &budgets, 1, day + 2)), [2, 10]);
        let both = spend(&*store, &budgets, 0, day + 3);
        assert_eq!(announced(&both), [true, false]);
        assert!(
            both.standings
                .iter()
                .all(|one| one.refused && one.tally.told)
        );
        for n in 4..9 {
            let again = spend(&*store, &budgets, 1, midnight - n);
            assert_eq!(
                (announced(&again), used(&again)),
                (vec![false; 2], vec![2, 10])
            );
        }
    }
}

fn of_several_used_up_the_longest_is_told<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let budgets = [
        calls(1, 1),
        budget(1, Every::Month, Measure::Calls, 1),
        cost(1, 9),
    ];
    assert_eq!(spend(&*store, &budgets, 9, 0).refused, None);
    let now = MIDNIGHT - 1500;
    let month = Refusal {
        index: 1,
        retry_after: Some(16 * 24 * 3600 + 2),
    };
    assert_eq!(spend(&*store, &budgets, 9, now).refused, Some(month));
    let day = Refusal {
        index: 1,
        retry_after: Some(2),
    };
    let without = [budgets[2], budgets[0]];
    let refused = spend(&*store, &without, 9, now).refused;
    assert_eq!(refused, Some(Refusal { index: 0, ..day }));
    // An hour east, midnight was 58 minutes ago; an hour west, it is in an hour.
    let west = store
        .spend(&[calls(1, 1)], 0, offset(-3600), at(now))
        .unwrap();
    assert_eq!(west.refused.unwrap().retry_after, Some(3602));
    let east = store
        .spend(&[calls(1, 1)], 0, offset(3600), at(now))
        .unwrap();
    assert_eq!(east.refused, None);
}

fn a_call_that_never_fits_is_not_told_to_wait<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for (budget, price) in [(cost(1, 10), 11), (cost(2, 0), 0), (calls(3, 0), 5)] {
        let spending = spend(&*store, &[calls(9, 100), budget], price, 0);
        let never = Refusal {
            index: 1,
            retry_after: None,
        };
        assert_eq!(spending.refused, Some(never), "{price}");
        assert_eq!(used(&spending), [0, 0]);
    }
    // What is left of today is too little, and tomorrow there is enough.
    assert_eq!(spend(&*store, &[cost(1, 10)], 1, 0).refused, None);
    let spending = spend(&*store, &[cost(1, 10)], 10, 0);
    assert_eq!(spending.refused.unwrap().retry_after, Some(16 * 3600));
}

fn a_budget_survives_a_restart<E: Engine>() {
    let (first, second) = (E::ample(), E::ample());
    let mut kept = None;
    for n in 1..=7 {
        let spending = spend(&*first.store, &[cost(1, 10)], 1, n);
        kept = Some(spending.standings[0].tally);
    }
    let kept = kept.unwrap();
    assert_eq!(kept.period.to_string(), "2027-01-15");
    // Empty, as after a reboot.
    let known = cost(1, 10).with_known(kept);
    assert_eq!(used(&spend(&*second.store, &[known], 1, 20)), [8]);
    // The same again is nothing new: what is stored is larger.
    assert_eq!(used(&spend(&*second.store, &[known], 1, 21)), [9]);
    // A head that knows more.
    let more = Tally { used: 10, ..kept };
    let refused = spend(&*second.store, &[known.with_known(more)], 1, 22);
    assert_eq!(
        (used(&refused), announced(&refused)),
        (vec![10], vec![true])
    );
    assert!(refused.standings[0].tally.told);
    // What was told before the restart is not told again, and what was refused only by what its caller
    // knew is not in the store.
    let third = E::ample();
    let told = Tally { told: true, ..more };
    let refused = spend(&*third.store, &[known.with_known(told)], 1, 23);
    assert_eq!(
        (used(&refused), announced(&refused)),
        (vec![10], vec![false])
    );
    assert_eq!(used(&spend(&*third.store, &[cost(1, 10)], 1, 24)), [1]);
    // Of yesterday nothing counts.
    let tomorrow = spend(&*third.store, &[known.with_known(told)], 1, MIDNIGHT);
    assert_eq!(
        (used(&tomorrow), announced(&tomorrow)),
        (vec![1], vec![false])
    );
    // A month's tally is of its month.
    let month = Tally {
        period: Period::parse(Every::Month, "2027-01").unwrap(),
        ..more
    };
    let monthly = budget(1, Every::Month, Measure::Cost, 10).with_known(month);
    assert!(spend(&*third.store, &[monthly], 1, 25).refused.is_some());
}

fn a_period_never_reopens<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let budgets = [calls(1, 3), budget(1, Every::Month, Measure::Calls, 5)];
    let run = |seconds: i32, ms: u64| {
        let spending = store.spend(&budgets, 0, offset(seconds), at(ms)).unwrap();
        let [day, _] = &spending.standings[..] else {
            panic!("two budgets")
        };
        let period = day.tally.period.to_string();
        (spending.refused.is_none(), period, day.tally.used)
    };
    let day = |n: u32| format!("2027-01-{n}");
    assert_eq!(run(3600, MIDNIGHT - HOUR - 1), (true, day(15), 1));
    // Half past midnight by summer time; then the clocks are put back, and it is the day before again.
    assert_eq!(run(3600, MIDNIGHT - HOUR / 2), (true, day(16), 1));
    assert_eq!(run(0, MIDNIGHT - HOUR / 3), (true, day(16), 2));
    // A machine's clock that goes back over midnight.
    assert_eq!(run(0, MIDNIGHT + 1), (true, day(16), 3));
    assert_eq!(run(0, MIDNIGHT - 2), (false, day(16), 3));
    assert_eq!(run(0, MIDNIGHT + 24 * HOUR - 1), (false, day(16), 3));
    // The month has had four.
    assert_eq!(run(0, MIDNIGHT + 24 * HOUR), (true, day(17), 1));
    assert_eq!(run(0, MIDNIGHT + 24 * HOUR), (false, day(17), 1));
    // Nor after a restart, when the caller has kept the later period.
    let other = E::ample();
    let kept = Tally {
        period: Period::parse(Every::Day, "2027-01-16").unwrap(),
        used: 3,
        told: false,
    };
    let refused = spend(
        &*other.store,
        &[calls(1, 3).with_known(kept)],
        0,
        MIDNIGHT - 5,
    );
    assert_eq!(used(&refused), [3]);
    let until = refused.refused.unwrap().retry_after;
    assert_eq!(until, Some(24 * 3600 + 1));
    // Of a stored and a known tally the later period counts, with its own count.
    let Subject { store, _folder } = E::ample();
    assert_eq!(used(&spend(&*store, &[calls(2, 9)], 0, 0)), [1]);
    let ahead = calls(2, 9).with_known(Tally { used: 5, ..kept });
    assert_eq!(used(&spend(&*store, &[ahead], 0, 1)), [6]);
    let behind = Tally {
        period: Period::parse(Every::Day, "2027-01-15").unwrap(),
        used: 8,
        ..kept
    };
    let behind = calls(2, 9).with_known(behind);
    assert_eq!(used(&spend(&*store, &[behind], 0, 2)), [7]);
}

fn a_clock_far_ahead_is_not_believed_for_ever<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let year = 365 * 24 * HOUR;
    let budgets = [calls(1, 2), budget(1, Every::Month, Measure::Calls, 9)];
    assert_eq!(used(&spend(&*store, &budgets, 0, year)), [1, 1]);
    assert_eq!(used(&spend(&*store, &budgets, 0, year)), [2, 2]);
    // Right again: what was counted is kept, and the period is that of now.
    let refused = spend(&*store, &budgets, 0, 0);
    assert_eq!(used(&refused), [2, 2]);
    assert_eq!(refused.standings[0].tally.period.to_string(), "2027-01-15");
    assert_eq!(refused.refused.unwrap().retry_after, Some(16 * 3600));
    let tomorrow = spend(&*store, &budgets, 0, MIDNIGHT);
    assert_eq!((tomorrow.refused, used(&tomorrow)), (None, vec![1, 3]));
    // Also where it was told already, so that there is nothing else to write.
    let told = [calls(2, 1)];
    assert_eq!(used(&spend(&*store, &told, 0, year)), [1]);
    assert_eq!(announced(&spend(&*store, &told, 0, year)), [true]);
    assert_eq!(announced(&spend(&*store, &told, 0, 0)), [false]);
    assert_eq!(spend(&*store, &told, 0, MIDNIGHT).refused, None);
}

fn what_a_call_cost_takes_the_place_of_its_estimate<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let budgets = [
        calls(1, 100),
        cost(1, 100),
        budget(1, Every::Month, Measure::Cost, 1000),
    ];
    let counted = |estimate| {
        let spending = spend(&*store, &budgets, estimate, 5);
        assert_eq!(spending.refused, None);
        let standings = budgets.iter().zip(&spending.standings);
        standings
            .map(|(budget, standing)| budget.with_known(standing.tally))
            .collect::<Vec<Budget>>()
    };
    let correct = |counted: &[Budget], estimate, cost| {
        let standings = store
            .correct(counted, estimate, cost, offset(UTC), at(6))
            .unwrap();
        assert!(standings.iter().all(|one| !one.refused && !one.announce));
        let used: Vec<u64> = standings.iter().map(|one| one.tally.used).collect();
        used
    };
    // Two at once, corrected in the order in which they came: neither brings back what the other gave.
    let (a, b) = (counted(10), counted(10));
    assert_eq!(correct(&a, 10, 0), [2, 10, 10]);
    assert_eq!(correct(&b, 10, 5), [2, 5, 5]);
    let c = counted(0);
    assert_eq!(correct(&c, 0, 7), [3, 12, 12]);
    // More than was estimated passes the cap once, and then it stops.
    let d = counted(80);
    assert_eq!(correct(&d, 80, 200), [4, 212, 212]);
    let refused = spend(&*store, &budgets, 0, 7);
    assert_eq!(refused.refused.unwrap().index, 1);
    assert_eq!(refused.standings[1].remaining, 0);
    assert_eq!(announced(&refused), [false, true, false]);
    // And a correction does not forget that it was told.
    assert_eq!(correct(&d, 80, 90), [4, 222, 222]);
    assert_eq!(announced(&spend(&*store, &budgets, 0, 8)), [false; 3]);
    // No count is larger than the largest.
    let e = cost(2, MAX_AMOUNT);
    let spending = spend(&*store, &[e], MAX_AMOUNT, 9);
    let e = e.with_known(spending.standings[0].tally);
    assert_eq!(correct(&[e], 0, MAX_AMOUNT), [MAX_AMOUNT]);
}

fn a_correction_after_the_period_gives_nothing_back<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for (n, (cost_in_the_end, expected)) in [(5, 3), (20, 3), (25, 8)].into_iter().enumerate() {
        let one = cost(n as u64, 100);
        let spending = spend(&*store, &[one], 20, 5);
        let counted = one.with_known(spending.standings[0].tally);
        assert_eq!(used(&spend(&*store, &[one], 3, MIDNIGHT + 1)), [3]);
        let standings = store
            .correct(
                &[counted],
                20,
                cost_in_the_end,
                offset(UTC),
                at(MIDNIGHT + 2),
            )
            .unwrap();
        assert_eq!(standings[0].tally.used, expected);
        assert_eq!(standings[0].tally.period.to_string(), "2027-01-16");
        assert_eq!(
            used(&spend(&*store, &[one], 1, MIDNIGHT + 3)),
            [expected + 1]
        );
    }
}

fn a_correction_after_a_restart_goes_on_from_what_is_known<E: Engine>() {
    let (first, second) = (E::ample(), E::ample());
    assert_eq!(used(&spend(&*first.store, &[cost(1, 100)], 30, 5)), [30]);
    let spending = spend(&*first.store, &[cost(1, 100)], 20, 5);
    let counted = cost(1, 100).with_known(spending.standings[0].tally);
    let standings = second
        .store
        .correct(&[counted], 20, 25, offset(UTC), at(6))
        .unwrap();
    assert_eq!(standings[0].tally.used, 55);
    assert_eq!(used(&spend(&*second.store, &[cost(1, 100)], 1, 7)), [56]);
}

fn budgets_are_apart_by_name_period_and_measure<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let mut all = Vec::new();
    for n in [1, 2] {
        for every in [Every::Day, Every::Month] {
            for measure in [Measure::Calls, Measure::Cost] {
                all.push(budget(n, every, measure, 1000));
            }
        }
    }
    for (n, one) in all.iter().enumerate() {
        for _ in 0..=n {
            let _ = spend(&*store, &[*one], 1, 5);
        }
    }
    let end = spend(&*store, &all, 0, 6);
    assert_eq!(used(&end), [2, 2, 4, 4, 6, 6, 8, 8]);
    assert_eq!(store.status().unwrap().budgets, 8);
}

fn budgets_that_make_no_sense_are_misuse<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let misuse = |budgets: &[Budget], cost| {
        let spending = store.spend(budgets, cost, offset(UTC), at(5));
        assert_eq!(spending, Err(StoreError::Misuse));
    };
    let many: Vec<Budget> = (0..=MAX_BUDGETS as u64).map(|n| calls(n, 5)).collect();
    misuse(&[], 1);
    misuse(&many, 1);
    misuse(&[calls(1, 5), cost(1, 5), calls(1, 6)], 1);
    misuse(&[cost(1, 5)], MAX_AMOUNT + 1);
    assert!(store.spend(&many[1..], 1, offset(UTC), at(5)).is_ok());
    let known = spend(&*store, &[cost(1, 5)], 1, 5).standings[0].tally;
    let counted = cost(1, 5).with_known(known);
    for (budgets, estimated, price) in [
        (&[][..], 1, 1),
        (&[cost(1, 5)], 1, 1),
        (&[counted, counted], 1, 1),
        (&[counted], MAX_AMOUNT + 1, 1),
        (&[counted], 1, MAX_AMOUNT + 1),
    ] {
        let corrected = store.correct(budgets, estimated, price, offset(UTC), at(5));
        assert_eq!(corrected, Err(StoreError::Misuse));
    }
    assert_eq!(used(&spend(&*store, &[cost(1, 5)], 0, 6)), [1]);
    let large = Tally {
        used: MAX_AMOUNT + 1,
        ..known
    };
    let of = |every, cap, known| Budget::new(b"a", every, Measure::Cost, cap, known);
    assert_eq!(of(Every::Day, 1, Some(large)), Err(BudgetError::Amount));
    assert_eq!(
        of(Every::Day, MAX_AMOUNT + 1, None),
        Err(BudgetError::Amount)
    );
    assert_eq!(of(Every::Month, 1, Some(known)), Err(BudgetError::Period));
}

fn counts_of_past_periods_are_pruned<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for n in 1..3000 {
        let spending = spend(&*store, &[calls(n, 5)], 0, n * HOUR);
        assert_eq!(spending.refused, None);
    }
    let budgets = store.status().unwrap().budgets;
    assert!((24..200).contains(&budgets), "{budgets}");
}

fn a_flood_of_budgets_takes_no_room_from_others<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let full = (0..100_000).find_map(|n| {
        let spending = store.spend(&[calls(n, 5)], 0, offset(UTC), at(40_000));
        spending.err()
    });
    assert_eq!(full, Some(StoreError::Full));
    // Those that are counted go on.
    assert_eq!(used(&spend(&*store, &[calls(0, 5)], 0, 40_001)), [2]);
    for n in 0..150 {
        let once = Once {
            issued: at(35_000),
            ..once(n, 100_000)
        };
        assert_eq!(store.insert_once(&once, at(40_002)), Ok(true), "{n}");
    }
    assert!(
        store
            .admit(&[limit(1, 5, 1000)], at(40_003))
            .unwrap()
            .is_admitted()
    );
    // Days later there is room for others.
    for n in 200_000..200_020 {
        let other = store.spend(&[calls(n, 5)], 0, offset(UTC), at(96 * HOUR));
        assert_eq!(other.unwrap().refused, None, "{n}");
    }
}
