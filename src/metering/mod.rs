//! Counts calls and failed requests under limits and budgets in a store. All entry points share this code.
//!
//! The definitions and algorithms are in [`limit`](crate::limit), which does not depend on a store.

mod failures;

use std::cell::Cell;

use crate::clock::Timestamp;
use crate::decision::Decision;
use crate::keyring::SiteId;
use crate::limit::budget::{Budget, MAX_AMOUNT, Spending, Standing};
use crate::limit::period::UtcOffset;
use crate::limit::{Admission, CallLimit, Limit, LimitError, MAX_ADMISSIONS};
use crate::reason::Reason;
use crate::store::{Store, StoreError};
use crate::token;

pub use failures::CountedFailure;

/// Returns the limit of `max` admissions per `seconds` for `name`.
///
/// # Errors
/// [`LimitError`] if `max` is not within 1 to 256, or if `seconds` is not within 1 to 2,678,400 (31 days).
pub fn named_limit(name: &[u8], max: i64, seconds: i64) -> Result<Limit, LimitError> {
    limit_of(token::bind("limit", &[name]), max, seconds)
}

fn limit_of(key: [u8; 32], max: i64, seconds: i64) -> Result<Limit, LimitError> {
    let max = u16::try_from(max).map_err(|_| LimitError::Max)?;
    let seconds = u64::try_from(seconds).map_err(|_| LimitError::Window)?;
    Limit::new(key, max, seconds.saturating_mul(1000))
}

/// Seconds after which a client may try again if the site cannot serve agents, for example because its store cannot be
/// used.
pub(crate) const PAUSE: u32 = 60;

/// Counts the requests to one site in a store.
///
/// Several sites may share a store: those of one system user, of a network of sites, or of one Redis server. The same
/// address can send requests to all of them, and connections of older versions have the same small ids. Each site
/// therefore has counts of its own, so that a client of one site cannot use up what another site allows.
#[derive(Clone, Copy)]
pub struct SiteMeter<'a> {
    /// The site.
    pub site: SiteId,
    /// The current time.
    pub now: Timestamp,
    /// Where requests are counted.
    pub store: &'a dyn Store,
}

impl SiteMeter<'_> {
    /// Counts one request under `key` against `limit`.
    ///
    /// # Errors
    /// [`Reason::LimitUnusable`] if the limit is outside what [`Limit::new`] can keep exactly, or the reason why the
    /// store could not count.
    pub fn count_request(&self, key: &str, limit: CallLimit) -> Result<Admission, Reason> {
        self.count_within(key, limit.max, u64::from(limit.window).saturating_mul(1000))
    }

    /// Counts one request under `key` against a limit that is ten times as wide as `limit`. Returns the limit that was
    /// applied too; see [`CallLimit::tenfold`].
    ///
    /// # Errors
    /// As for [`count_request`](Self::count_request).
    pub fn count_tenfold(
        &self,
        key: &str,
        limit: CallLimit,
    ) -> Result<(Admission, CallLimit), Reason> {
        let (wide, window_ms) = limit.tenfold();
        // Of a limit that cannot be used, no limit is derived.
        if limit.max > u32::from(MAX_ADMISSIONS) {
            return Err(Reason::LimitUnusable);
        }
        Ok((self.count_within(key, wide.max, window_ms)?, wide))
    }

    fn count_within(&self, key: &str, max: u32, window_ms: u64) -> Result<Admission, Reason> {
        let key = token::bind("limit of a site", &[self.site.as_bytes(), key.as_bytes()]);
        let limit = u16::try_from(max)
            .map_err(|_| LimitError::Max)
            .and_then(|max| Limit::new(key, max, window_ms))
            .map_err(|_| Reason::LimitUnusable)?;
        self.store
            .admit(&[limit], self.now)
            .map_err(StoreError::reason)
    }
}

/// Why a call could not be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// There are no limits, too many, or two with the same key.
    #[error("a call must have 1 to 16 limits with different keys")]
    Limits,
    /// There are no budgets, too many, or two with the same key, period and measure.
    #[error("a call must have 1 to 16 budgets, no two with the same key, period and measure")]
    Budgets,
    /// The cost is negative or above [`MAX_AMOUNT`].
    #[error("a cost must be 0 to 1,000,000,000,000,000")]
    Cost,
    /// A cost was reported for a call that was refused.
    #[error("a call that was refused has no cost")]
    Refused,
    /// A cost was reported twice.
    #[error("the cost of this call was already reported")]
    Reported,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Counts a call under all `limits`, or under none if one of them has no room.
///
/// # Errors
/// [`CallError::Limits`] for a list that the store does not accept; [`CallError::Store`] if the store fails.
pub fn admit(store: &dyn Store, limits: &[Limit], now: Timestamp) -> Result<Admission, CallError> {
    store.admit(limits, now).map_err(|error| match error {
        StoreError::Misuse => CallError::Limits,
        error => CallError::Store(error),
    })
}

/// A call that was counted under its budgets, or refused by them. Its real cost can be reported once.
#[derive(Debug)]
pub struct BudgetedCall {
    spending: Spending,
    budgets: Vec<Budget>,
    estimated: u64,
    offset: UtcOffset,
    reported: Cell<bool>,
}

impl BudgetedCall {
    /// Counts a call with the estimated `cost` under all `budgets`, or under none if one of them has no room.
    /// `offset` is the current offset of the site's time zone.
    ///
    /// # Errors
    /// [`CallError::Cost`] for a cost out of range, [`CallError::Budgets`] for a list that the store does not accept;
    /// [`CallError::Store`] if the store fails.
    pub fn spend(
        store: &dyn Store,
        budgets: Vec<Budget>,
        cost: i64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Self, CallError> {
        let estimated = amount(cost)?;
        let spending =
            store
                .spend(&budgets, estimated, offset, now)
                .map_err(|error| match error {
                    StoreError::Misuse => CallError::Budgets,
                    error => CallError::Store(error),
                })?;
        Ok(Self {
            spending,
            budgets,
            estimated,
            offset,
            reported: Cell::new(false),
        })
    }

    /// Returns whether the call may be made, with the reason of the budget that refused it.
    pub fn decision(&self) -> Decision {
        self.spending.decision(&self.budgets)
    }

    /// Returns the index of the budget that refused the call; `None` if the call was counted.
    #[must_use]
    pub fn refused_index(&self) -> Option<usize> {
        self.spending.refused.map(|refusal| refusal.index)
    }

    /// Returns the budgets after the call, in the order in which they were given.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        &self.spending.standings
    }

    /// Replaces the estimate by the real cost of the call, once.
    ///
    /// # Errors
    /// [`CallError::Cost`] for a cost out of range, [`CallError::Refused`] for a call that was refused,
    /// [`CallError::Reported`] for a second report; [`CallError::Store`] if the store fails. The cost can then be
    /// reported again.
    pub fn report(
        &self,
        store: &dyn Store,
        cost: i64,
        now: Timestamp,
    ) -> Result<Vec<Standing>, CallError> {
        let cost = amount(cost)?;
        if self.spending.refused.is_some() {
            return Err(CallError::Refused);
        }
        if self.reported.get() {
            return Err(CallError::Reported);
        }
        let counted = self.spending.counted(&self.budgets);
        let standings = store.correct(&counted, self.estimated, cost, self.offset, now)?;
        self.reported.set(true);
        Ok(standings)
    }
}

fn amount(cost: i64) -> Result<u64, CallError> {
    u64::try_from(cost)
        .ok()
        .filter(|cost| *cost <= MAX_AMOUNT)
        .ok_or(CallError::Cost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::budget::Measure;
    use crate::limit::period::PeriodUnit;
    use crate::store::MemoryStore;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn budgets(cap: u64) -> Vec<Budget> {
        vec![Budget::new(b"shop", PeriodUnit::Day, Measure::Cost, cap, None).unwrap()]
    }

    fn spend(store: &MemoryStore, cap: u64, cost: i64) -> Result<BudgetedCall, CallError> {
        let utc = UtcOffset::new(0).unwrap();
        BudgetedCall::spend(store, budgets(cap), cost, utc, NOW)
    }

    #[test]
    fn cost_is_reported_once() {
        let store = MemoryStore::new(NOW);
        let call = spend(&store, 100, 10).unwrap();
        assert!(call.decision().is_allowed());
        assert_eq!(call.refused_index(), None);
        let standings = call.report(&store, 4, NOW).unwrap();
        assert_eq!((standings[0].tally.used, standings[0].remaining), (4, 96));
        assert_eq!(call.report(&store, 4, NOW), Err(CallError::Reported));
    }

    #[test]
    fn refused_call_has_no_cost() {
        let store = MemoryStore::new(NOW);
        let call = spend(&store, 5, 10).unwrap();
        assert_eq!(call.decision(), Decision::from(Reason::BudgetCostSpent));
        assert_eq!(call.refused_index(), Some(0));
        assert_eq!(call.report(&store, 1, NOW), Err(CallError::Refused));
    }

    #[test]
    fn cost_out_of_range_is_refused() {
        let store = MemoryStore::new(NOW);
        for cost in [-1, 1_000_000_000_000_001, i64::MAX, i64::MIN] {
            assert_eq!(
                spend(&store, 5, cost).err(),
                Some(CallError::Cost),
                "{cost}"
            );
        }
        let call = spend(&store, 5, 0).unwrap();
        assert_eq!(call.report(&store, -1, NOW), Err(CallError::Cost));
        assert!(
            call.report(&store, 1, NOW).is_ok(),
            "an invalid cost does not count as the report"
        );
    }

    #[test]
    fn empty_lists_are_refused_by_name() {
        let store = MemoryStore::new(NOW);
        assert_eq!(admit(&store, &[], NOW), Err(CallError::Limits));
        let utc = UtcOffset::new(0).unwrap();
        let none = BudgetedCall::spend(&store, Vec::new(), 0, utc, NOW);
        assert_eq!(none.err(), Some(CallError::Budgets));
    }

    #[test]
    fn named_limits_take_1_to_256_calls_in_1_second_to_31_days() {
        for (max, seconds) in [(1, 1), (256, 2_678_400)] {
            let limit = named_limit(b"key", max, seconds).unwrap();
            assert_eq!(i64::from(limit.max()), max);
            assert_eq!(limit.window_ms(), u64::try_from(seconds).unwrap() * 1000);
        }
        for max in [-1, 0, 257, 65_537, i64::MAX] {
            assert_eq!(named_limit(b"key", max, 1), Err(LimitError::Max), "{max}");
        }
        for seconds in [-1, 0, 2_678_401, i64::MAX] {
            let refused = named_limit(b"key", 1, seconds);
            assert_eq!(refused, Err(LimitError::Window), "{seconds}");
        }
        assert_ne!(
            named_limit(b"key", 1, 1).unwrap().key(),
            named_limit(b"other", 1, 1).unwrap().key()
        );
    }
}
