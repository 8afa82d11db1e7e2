//! The answer to a call under budgets.

use super::super::period::UtcOffset;
use super::definition::{Budget, Measure, Tally};
use crate::clock::Timestamp;
use crate::decision::{Decision, Denial};

/// The state of one budget after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The tally that the caller should keep.
    pub tally: Tally,
    /// How much is left in the period.
    pub remaining: u64,
    /// Whether the budget had no room for the call.
    pub refused: bool,
    /// Whether people should be notified of the refusal: true only for the first refusal of this budget in its period.
    pub announce: bool,
}

/// The answer of [`Store::spend`](crate::store::Store::spend) to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a budget has no effect if its decision is ignored"]
pub struct Spending {
    /// The states of the budgets, in the order in which they were given.
    pub standings: Vec<Standing>,
    /// Why the call must not be made; `None` if it was counted.
    pub refused: Option<BudgetRefusal>,
}

impl Spending {
    /// Returns the answer to a call with this cost whose budgets have these `standings`.
    pub(crate) fn new(
        budgets: &[Budget],
        standings: Vec<Standing>,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Self {
        let refused = refusal(budgets, &standings, cost, offset, now);
        Self { standings, refused }
    }

    /// Returns the decision about a call under `budgets`, which must be those of the call.
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

    /// Returns the `budgets` of this call with their new tallies, as [`Store::correct`](crate::store::Store::correct)
    /// expects them.
    #[must_use]
    pub fn counted(&self, budgets: &[Budget]) -> Vec<Budget> {
        let pairs = budgets.iter().zip(&self.standings);
        pairs
            .map(|(budget, standing)| budget.with_known(standing.tally))
            .collect()
    }
}

/// Why a call was refused and counted under no budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetRefusal {
    /// The index of the budget that refuses; among several, the one that refuses for the longest time.
    pub index: usize,
    /// Seconds until its next period begins, rounded up, at least 1; `None` if the call would not fit into an unused
    /// period either.
    pub retry_after: Option<u32>,
}

/// Returns the refusal that follows from the `standings` of a call with this cost; `None` if no budget refuses.
pub(super) fn refusal(
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
            let amount = budget.measure().of(cost);
            let ever_fits = budget.cap() > 0 && amount <= budget.cap();
            let wait = standing.tally.period.ends(offset).millis_since(now);
            (if ever_fits { wait } else { u64::MAX }, index)
        })
        // Among equals, the first.
        .max_by_key(|(wait, index)| (*wait, std::cmp::Reverse(*index)))?;
    let seconds = u32::try_from(wait.div_ceil(1000)).unwrap_or(u32::MAX);
    Some(BudgetRefusal {
        index,
        retry_after: (wait != u64::MAX).then_some(seconds.max(1)),
    })
}
