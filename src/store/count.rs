//! One call of [`Store::spend`](super::Store::spend) or [`Store::correct`](super::Store::correct): which arguments are
//! accepted, and how the stored counts change.
//!
//! This is the only Rust implementation: the embedded store and the store in memory read counts, run the call and
//! write the changed counts. The Redis engine shares the checks, but its counts must change inside the server, in one
//! step for all hosts. Its script `redis/spend.lua` is therefore a second implementation. The conformance suite runs
//! the same cases against both, and a differential test compares them on random schedules.

use super::error::StoreError;
use super::rules::check_budgets;
use crate::clock::Timestamp;
use crate::limit::budget::{self, Account, Budget, Spending, TallyRecord};
use crate::limit::period::UtcOffset;

/// What happens to the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CountChange {
    /// A call with this estimated cost is counted, or refused.
    Spend { cost: u64 },
    /// The estimated cost of a call that was counted is replaced by the real one.
    Correct { estimated: u64, cost: u64 },
}

/// A call whose arguments were accepted.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountOperation<'a> {
    pub(super) budgets: &'a [Budget],
    pub(super) change: CountChange,
    pub(super) offset: UtcOffset,
    pub(super) now: Timestamp,
}

/// The result of a call: its answer, and the counts, of which the changed ones must be written back.
pub(super) struct CountResult {
    pub(super) spending: Spending,
    accounts: Vec<Account>,
}

impl<'a> CountOperation<'a> {
    /// A call of [`Store::spend`](super::Store::spend).
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for arguments that it does not accept.
    pub(super) fn spend(
        budgets: &'a [Budget],
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        check_budgets(budgets, &[cost])?;
        Ok(Self {
            budgets,
            change: CountChange::Spend { cost },
            offset,
            now,
        })
    }

    /// A call of [`Store::correct`](super::Store::correct).
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for arguments that it does not accept.
    pub(super) fn correct(
        budgets: &'a [Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        check_budgets(budgets, &[estimated, cost])?;
        if budgets.iter().any(|budget| budget.known().is_none()) {
            return Err(StoreError::Misuse);
        }
        Ok(Self {
            budgets,
            change: CountChange::Correct { estimated, cost },
            offset,
            now,
        })
    }

    /// Reads the count of each budget by `read` and changes it. `read` returns the stored bytes of a key.
    ///
    /// # Errors
    /// Those of `read`; [`StoreError::Corrupt`] for bytes that are not a count.
    pub(super) fn run<B: AsRef<[u8]>>(
        &self,
        mut read: impl FnMut(&[u8; 32]) -> Result<Option<B>, StoreError>,
    ) -> Result<CountResult, StoreError> {
        let Self { offset, now, .. } = *self;
        let mut accounts = Vec::with_capacity(self.budgets.len());
        for budget in self.budgets {
            let stored = match read(budget.key())? {
                Some(bytes) => {
                    Some(TallyRecord::from_bytes(bytes.as_ref()).ok_or(StoreError::Corrupt)?)
                }
                None => None,
            };
            accounts.push(match self.change {
                CountChange::Spend { .. } => Account::new(*budget, stored, offset, now),
                CountChange::Correct { .. } => Account::to_correct(*budget, stored, offset, now),
            });
        }
        let spending = match self.change {
            CountChange::Spend { cost } => budget::spend(&mut accounts, cost, offset, now),
            CountChange::Correct { estimated, cost } => Spending {
                standings: budget::correct(&mut accounts, estimated, cost),
                refused: None,
            },
        };
        Ok(CountResult { spending, accounts })
    }

    /// Returns whether a stored count of these bytes may be removed at the moment of this call.
    pub(super) fn is_forgotten(&self, bytes: &[u8]) -> bool {
        TallyRecord::is_forgotten(bytes, self.now)
    }
}

impl CountResult {
    /// Returns whether any count must be written.
    pub(super) fn is_changed(&self) -> bool {
        self.accounts.iter().any(|account| account.changed)
    }

    /// Returns the keys that must be written and were not stored before: they make the store grow.
    pub(super) fn fresh_keys(&self) -> impl Iterator<Item = &[u8; 32]> {
        self.accounts
            .iter()
            .filter(|account| account.changed && account.fresh)
            .map(|account| account.budget.key())
    }

    /// Returns the keys that must be written, with their bytes.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&[u8; 32], Vec<u8>)> {
        self.accounts
            .iter()
            .filter(|account| account.changed)
            .map(|account| (account.budget.key(), TallyRecord::bytes_of(&account.tally)))
    }
}
