//! Every promise of `Store`, asked of every engine.

mod budgets;
mod engine;
mod limits;
mod things;
mod together;
mod values;

use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::bytes::sha256;
use countersign::clock::{SKEW_MS, Timestamp};
use countersign::limit::budget::{
    Budget, BudgetError, BudgetRefusal, MAX_AMOUNT, Measure, Spending, Tally,
};
use countersign::limit::period::{Period, PeriodUnit, UtcOffset};
use countersign::limit::{Admission, Limit};
use countersign::store::{
    Insertion, MAX_BUDGETS, MAX_NAME_BYTES, MAX_RECEIPT_BYTES, MAX_TOGETHER, MAX_VALUE_BYTES,
    OneTimeUse, Origin, Store, StoreError,
};
use engine::{Engine, START, Subject, at};

fn key(n: u64) -> [u8; 32] {
    sha256(&n.to_be_bytes())
}

/// A thing of this site, issued when any engine has begun to take what is issued.
fn once(n: u64, keep_ms: u64) -> OneTimeUse<'static> {
    OneTimeUse {
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

/// A thing with its first receipt.
fn with<'a>(once: OneTimeUse<'static>, receipt: &'a [u8]) -> OneTimeUse<'a> {
    OneTimeUse { receipt, ..once }
}

macro_rules! conformance {
    ($($subject:ident { $($test:ident)* })*) => {
        conformance! { @engine memory Memory $($subject { $($test)* })* }
        conformance! { @engine lmdb Lmdb $($subject { $($test)* })* }
        #[cfg(feature = "redis")]
        conformance! { @engine redis Redis $($subject { $($test)* })* }
    };
    (@engine $name:ident $engine:ident $($subject:ident { $($test:ident)* })*) => {
        mod $name {
            use super::engine::$engine;
            $($(#[test] fn $test() { super::$subject::$test::<$engine>(); })*)*
        }
    };
}

conformance! {
    things {
        a_thing_is_first_once
        exactly_one_thread_is_first
        a_record_lives_until_its_last_moment_inclusive
        a_record_that_lapsed_by_argument_is_refused
        what_was_issued_before_the_start_is_refused
        a_clock_behind_is_refused_for_things_and_not_for_limits
        a_clock_far_ahead_and_back_admits_no_replay
        a_receipt_lives_as_long_as_its_record
        a_first_receipt_is_written_with_its_record
        receipts_are_bounded
        lapsed_records_are_pruned
        a_full_store_refuses_and_keeps_what_lives
        a_full_store_recovers_when_records_lapse
        a_full_store_makes_room_from_afar
        what_a_full_store_pruned_is_told_by_its_clock
    }
    together {
        things_are_used_together_or_not_at_all
        the_first_that_was_used_is_told
        each_of_several_is_checked
        together_is_for_a_few_that_differ
        a_full_store_records_none_of_several
        exactly_one_thread_is_first_of_several
    }
    limits {
        a_flood_of_limits_takes_no_room_from_things
        forgotten_histories_are_pruned
        a_limit_holds_between_threads
        limits_admit_together_or_not_at_all
        of_several_refusals_the_longest_is_told
        a_refused_call_extends_nothing
        the_first_refusal_of_a_burst_is_told_once
        an_edited_limit_applies_to_its_history
        calls_that_make_no_sense_are_misuse
    }
    budgets {
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
    }
    values {
        values_are_set_replaced_and_removed
        exactly_one_thread_replaces
        values_are_bounded
        the_status_counts
    }
}
