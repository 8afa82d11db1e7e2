//! Budgets: a cap on the calls of a calendar day or month, or on what they cost.
//!
//! A call is counted before it is made, with what it is estimated to cost, in all its budgets or in
//! none: [`Store::spend`](crate::store::Store::spend). When it is done, what it really cost takes the
//! place of the estimate: [`Store::correct`](crate::store::Store::correct). So racing calls never count
//! more than the cap; only a call that cost more than was estimated can pass it, and stops the budget.
//!
//! **What survives a restart.** A store may be started anew, empty. Whoever keeps the [`Tally`] of each
//! answer in a durable place and brings it with the next call loses nothing: the larger count holds.
//!
//! **A period never reopens.** An offset that shifts back by an hour at midnight, or a clock that is a
//! little behind, is met with the period that was begun. A clock that was wrong by more than a period is
//! not believed for longer than it lasts: its count is moved to the period of now, and kept.
//!
//! Amounts are whole: calls, or millionths of a unit of money.

mod account;
mod record;

pub(crate) use account::{Account, correct, spend};
pub(crate) use record::TallyRecord;

use super::period::{Period, PeriodUnit, UtcOffset};
use crate::bytes::{pae, sha256};
use crate::clock::Timestamp;
use crate::decision::{Decision, Denial};
use crate::reason::Reason;

/// The largest cap, cost and count: a billion units of money in millionths.
pub const MAX_AMOUNT: u64 = 1_000_000_000_000_000;

/// What a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Each call as one.
    Calls,
    /// Each call as what it costs.
    Cost,
}

impl Measure {
    /// The reason to refuse with when such a budget is used up.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Calls => Reason::BudgetCallsSpent,
            Self::Cost => Reason::BudgetCostSpent,
        }
    }

    /// The measure that is called `calls` or `cost`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "calls" => Some(Self::Calls),
            "cost" => Some(Self::Cost),
            _ => None,
        }
    }

    const fn of(self, cost: u64) -> u64 {
        match self {
            Self::Calls => 1,
            Self::Cost => cost,
        }
    }
}

/// Where a budget stands: what a caller keeps, and brings with the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The period that is counted.
    pub period: Period,
    /// What was counted in it.
    pub used: u64,
    /// Whether a refusal of this period was already told.
    pub told: bool,
}

/// A budget that means nothing: see [`Budget::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// An amount is larger than [`MAX_AMOUNT`].
    #[error("an amount is at most 1,000,000,000,000,000")]
    Amount,
    /// The tally is of a day and the budget of months, or the other way round.
    #[error("the tally is of another kind of period than the budget")]
    Period,
}

/// At most so much in a calendar day or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    key: [u8; 32],
    every: PeriodUnit,
    measure: Measure,
    cap: u64,
    known: Option<Tally>,
}

impl Budget {
    /// A budget of `cap` for what `name` names, per day or month. A cap of 0 lets nothing through.
    ///
    /// The count belongs to name, period and measure; the cap may differ from call to call. `known` is
    /// the newest tally that the caller has kept.
    ///
    /// # Errors
    /// [`BudgetError`] for an amount that is too large, or a tally of another kind of period.
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

    /// The same budget, with a newer tally of it.
    #[must_use]
    pub const fn with_known(mut self, tally: Tally) -> Self {
        self.known = Some(tally);
        self
    }

    /// What is counted: a digest of name, period and measure.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The period's kind.
    #[must_use]
    pub const fn every(&self) -> PeriodUnit {
        self.every
    }

    /// What is counted of a call.
    #[must_use]
    pub const fn measure(&self) -> Measure {
        self.measure
    }

    /// The most that is counted in a period.
    #[must_use]
    pub const fn cap(&self) -> u64 {
        self.cap
    }

    /// What the caller knew.
    #[must_use]
    pub const fn known(&self) -> Option<Tally> {
        self.known
    }
}

/// One budget after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands: to be kept.
    pub tally: Tally,
    /// How much is left.
    pub remaining: u64,
    /// Whether it had no room for the call.
    pub refused: bool,
    /// True for the first refusal of a budget in a period, and for no other: to be told to people.
    pub announce: bool,
}

/// What a call met.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a budget that nobody looks at limits nothing"]
pub struct Spending {
    /// The budgets, in the order they were given.
    pub standings: Vec<Standing>,
    /// Why the call may not be made; `None` if it was counted.
    pub refused: Option<BudgetRefusal>,
}

impl Spending {
    /// The answer to a call of `budgets`.
    pub fn decision(&self, budgets: &[Budget]) -> Decision {
        let Some(refusal) = self.refused else {
            return Decision::Allow;
        };
        let measure = budgets.get(refusal.index).map(Budget::measure);
        Decision::Deny(Denial {
            reason: measure.unwrap_or(Measure::Calls).reason(),
            retry_after: refusal.retry_after,
        })
    }

    /// The `budgets` of this call with where they stand, as [`Store::correct`](crate::store::Store::correct)
    /// takes them.
    #[must_use]
    pub fn counted(&self, budgets: &[Budget]) -> Vec<Budget> {
        let pairs = budgets.iter().zip(&self.standings);
        pairs
            .map(|(budget, standing)| budget.with_known(standing.tally))
            .collect()
    }
}

/// Why a call was refused, and counted nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetRefusal {
    /// Which of the given budgets: of those without room, the one that has none for the longest.
    pub index: usize,
    /// Seconds until its next period begins, rounded up, at least 1; `None` if the call would not fit
    /// into an empty one either.
    pub retry_after: Option<u32>,
}

/// The refusal that `standings` of a call that cost so much amount to.
pub(crate) fn refusal(
    budgets: &[Budget],
    standings: &[Standing],
    cost: u64,
    offset: UtcOffset,
    now: Timestamp,
) -> Option<BudgetRefusal> {
    let refusing = budgets.iter().zip(standings).enumerate();
    let waits = refusing.filter(|(_, (_, standing))| standing.refused);
    let (wait, index) = waits
        .map(|(index, (budget, standing))| {
            let amount = budget.measure.of(cost);
            let ever = budget.cap > 0 && amount <= budget.cap;
            let wait = standing.tally.period.ends(offset).millis_since(now);
            (if ever { wait } else { u64::MAX }, index)
        })
        // Of several as long, the first.
        .max_by_key(|(wait, index)| (*wait, std::cmp::Reverse(*index)))?;
    let seconds = u32::try_from(wait.div_ceil(1000)).unwrap_or(u32::MAX);
    Some(BudgetRefusal {
        index,
        retry_after: (wait != u64::MAX).then_some(seconds.max(1)),
    })
}

#[cfg(test)]
mod tests;
