//! The definition of a budget, and the tally of its use.

use super::super::period::{Period, PeriodUnit};
use crate::bytes::{pae, sha256};
use crate::reason::Reason;
use crate::words::words;

/// The largest cap, cost and count: a billion units of money in millionths.
pub const MAX_AMOUNT: u64 = 1_000_000_000_000_000;

words! {
    /// What a budget counts.
    pub enum Measure {
        /// Each call counts as one.
        Calls = "calls",
        /// Each call counts as its cost.
        Cost = "cost",
    }
}

impl Measure {
    /// Returns the reason for a refusal by a budget of this measure.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Calls => Reason::BudgetCallsSpent,
            Self::Cost => Reason::BudgetCostSpent,
        }
    }

    /// Returns the amount that a call of this cost counts as.
    pub(super) const fn of(self, cost: u64) -> u64 {
        match self {
            Self::Calls => 1,
            Self::Cost => cost,
        }
    }
}

/// How much of a budget is used. The caller keeps it and passes it with the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The period that is counted.
    pub period: Period,
    /// The calls or the cost that were counted in the period.
    pub used: u64,
    /// Whether a refusal in this period was already announced: see [`Standing::announce`](super::Standing::announce).
    pub told: bool,
}

/// The values given to [`Budget::new`] are out of range or do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// An amount is larger than [`MAX_AMOUNT`].
    #[error("an amount of a budget must be at most 1,000,000,000,000,000")]
    Amount,
    /// The tally counts days and the budget months, or the reverse.
    #[error("the tally and the budget must both be per day or both be per month")]
    Period,
}

/// A cap on the calls or the cost of a calendar day or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    key: [u8; 32],
    every: PeriodUnit,
    measure: Measure,
    cap: u64,
    known: Option<Tally>,
}

impl Budget {
    /// Returns a budget of `cap` calls, or `cap` millionths of a unit of money, for `name` per day or month. A cap of 0
    /// refuses every call.
    ///
    /// The count belongs to name, period and measure; the cap may differ from call to call. `known` is the newest tally
    /// that the caller has kept.
    ///
    /// # Errors
    /// [`BudgetError::Amount`] if the cap or the tally is larger than [`MAX_AMOUNT`]; [`BudgetError::Period`] if the
    /// tally is of another kind of period.
    pub fn new(
        name: &[u8],
        every: PeriodUnit,
        measure: Measure,
        cap: u64,
        known: Option<Tally>,
    ) -> Result<Self, BudgetError> {
        if cap > MAX_AMOUNT || known.is_some_and(|tally| tally.used > MAX_AMOUNT) {
            return Err(BudgetError::Amount);
        }
        if known.is_some_and(|tally| tally.period.every() != every) {
            return Err(BudgetError::Period);
        }
        let kind: &[u8] = match (every, measure) {
            (PeriodUnit::Day, Measure::Calls) => b"day calls",
            (PeriodUnit::Day, Measure::Cost) => b"day cost",
            (PeriodUnit::Month, Measure::Calls) => b"month calls",
            (PeriodUnit::Month, Measure::Cost) => b"month cost",
        };
        Ok(Self {
            key: sha256(&pae(&[b"budget", kind, name])),
            every,
            measure,
            cap,
            known,
        })
    }

    /// Returns the same budget with `tally` as the one that the caller knows.
    #[must_use]
    pub const fn with_known(mut self, tally: Tally) -> Self {
        self.known = Some(tally);
        self
    }

    /// Returns the key of the count: a digest of name, period and measure.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// Returns whether the budget is per day or per month.
    #[must_use]
    pub const fn every(&self) -> PeriodUnit {
        self.every
    }

    /// Returns what is counted of a call.
    #[must_use]
    pub const fn measure(&self) -> Measure {
        self.measure
    }

    /// Returns the largest count per period.
    #[must_use]
    pub const fn cap(&self) -> u64 {
        self.cap
    }

    /// Returns the tally that the caller has kept.
    #[must_use]
    pub const fn known(&self) -> Option<Tally> {
        self.known
    }
}
