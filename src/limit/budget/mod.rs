//! Budgets: a cap on the number or on the cost of calls per calendar day or month.
//!
//! A call is counted before it is made, with its estimated cost, under all its budgets or under none:
//! [`Store::spend`](crate::store::Store::spend). When it is done, its real cost replaces the estimate:
//! [`Store::correct`](crate::store::Store::correct). Concurrent calls therefore never exceed the cap. Only a call that
//! cost more than its estimate can exceed it; the budget then refuses further calls.
//!
//! **Restarts.** A store may be reset and is then empty. A caller that keeps the [`Tally`] of each answer in a durable
//! place and passes it with the next call loses no count: the larger of the two counts applies.
//!
//! **Clocks and zones.** A period never reopens. If the offset of the zone shifts back by an hour at midnight, or a
//! clock is a little behind, the call counts in the period that has already begun. A clock that was more than a period
//! ahead does not close the budget for that long: when the clock is right again, the count is moved to the current
//! period and kept.
//!
//! Amounts are whole numbers: calls, or millionths of a unit of money.
//!
//! ```
//! use countersign::clock::Timestamp;
//! use countersign::limit::budget::{Budget, Measure};
//! use countersign::limit::period::{PeriodUnit, UtcOffset};
//! use countersign::store::{MemoryStore, Store};
//!
//! let now = Timestamp::from_seconds(1_800_000_000);
//! let store = MemoryStore::new(now);
//! // At most 5.00 a day, in millionths.
//! let budget = Budget::new(b"agent 7", PeriodUnit::Day, Measure::Cost, 5_000_000, None)?;
//! let spending = store.spend(&[budget], 4_000_000, UtcOffset::default(), now)?;
//! assert!(spending.refused.is_none());
//! // The call cost less than estimated.
//! let counted = spending.counted(&[budget]);
//! let standings = store.correct(&counted, 4_000_000, 1_500_000, UtcOffset::default(), now)?;
//! assert_eq!(standings[0].remaining, 3_500_000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod definition;
mod record;
mod spending;
#[cfg(test)]
mod tests;

pub(crate) use account::{Account, correct, spend};
pub use definition::{Budget, BudgetError, MAX_AMOUNT, Measure, Tally};
pub(crate) use record::TallyRecord;
pub use spending::{BudgetRefusal, Spending, Standing};
