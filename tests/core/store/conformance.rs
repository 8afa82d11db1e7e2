//! The conformance suite: every guarantee of `Store`, tested with every engine.

mod budgets;
mod engine;
mod limits;
mod one_time_items;
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

/// An item of this site, issued when every engine accepts new items.
fn once(n: u64, keep_ms: u64) -> OneTimeUse<'static> {
    OneTimeUse {
        key: key(n),
        origin: Origin::Local,
        issued: at(SKEW_MS + 1),
        keep_until: at(keep_ms),
        receipt: b"",
    }
}

/// Returns the receipt of an item; `None` if it is not recorded. It is requested together with an item that is
/// recorded, so that nothing is written.
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

/// Returns an item with its first receipt.
fn with<'a>(once: OneTimeUse<'static>, receipt: &'a [u8]) -> OneTimeUse<'a> {
    OneTimeUse { receipt, ..once }
}

macro_rules! conformance {
    ($($subject:ident { $($test:ident)* })*) => {
        conformance! { @engine memory Memory $($subject { $($test)* })* }
        conformance! { @engine site_memory SiteMemory $($subject { $($test)* })* }
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
    one_time_items {
        an_item_is_accepted_once
        exactly_one_thread_uses_an_item
        a_record_is_kept_until_its_last_moment_inclusive
        an_item_that_has_already_expired_is_refused
        items_issued_before_the_start_are_refused
        a_clock_that_is_behind_is_refused_for_items_and_accepted_for_limits
        a_clock_that_was_far_ahead_admits_no_replay
        a_receipt_is_kept_as_long_as_its_record
        a_first_receipt_is_written_with_its_record
        receipts_have_a_maximum_length
        expired_records_are_pruned
        a_full_store_refuses_new_records_and_keeps_live_ones
        a_full_store_accepts_new_records_when_old_ones_expire
        a_full_store_prunes_records_far_from_the_new_one
        a_full_store_records_the_moment_by_which_it_pruned
    }
    together {
        items_are_used_together_or_not_at_all
        the_first_used_item_and_its_receipt_are_reported
        each_of_several_items_is_checked
        too_many_or_equal_items_and_long_receipts_are_misuse
        a_full_store_records_none_of_several_items
        exactly_one_thread_uses_several_items_together
    }
    limits {
        a_flood_of_limits_takes_no_room_from_items
        forgotten_histories_are_pruned
        threads_share_one_limit
        limits_admit_together_or_not_at_all
        the_longest_of_several_refusals_is_reported
        a_refused_call_extends_no_waiting_time
        the_first_refusal_of_a_burst_is_reported_once
        a_changed_limit_applies_to_its_history
        invalid_lists_of_limits_and_invalid_names_are_misuse
    }
    budgets {
        threads_share_one_budget
        budgets_count_together_or_not_at_all
        a_used_up_budget_is_announced_once_per_period
        the_budget_that_refuses_for_the_longest_time_is_reported
        a_call_that_never_fits_has_no_waiting_time
        a_kept_tally_survives_a_restart_of_the_store
        a_period_never_reopens
        a_count_of_a_clock_that_was_far_ahead_moves_to_the_current_period
        the_real_cost_replaces_the_estimate
        a_correction_after_the_period_gives_nothing_back
        a_correction_after_a_restart_continues_from_the_known_tally
        budgets_differ_by_name_period_and_measure
        invalid_budgets_are_misuse
        counts_of_past_periods_are_pruned
        a_flood_of_budgets_takes_no_room_from_others
    }
    values {
        values_are_set_replaced_and_removed
        concurrent_replacements_lose_no_update
        values_and_their_total_size_are_bounded
        the_status_reports_the_number_of_records
    }
}
