//! A store in the memory of one process: for tests, and where there is no disk.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard};

use super::{
    Insertion, OneTimeUse, PRUNE_BATCH, PRUNE_WHEN_FULL, Store, StoreError, StoreStatus, accounts,
    check_budgets, check_counted, check_moments, check_name, check_receipt, check_things,
    check_value, decide, slots,
};
use crate::clock::Timestamp;
use crate::limit::budget::{self, Account, Budget, Spending, Standing, TallyRecord};
use crate::limit::period::UtcOffset;
use crate::limit::window::AdmissionHistory;
use crate::limit::{Admission, Limit};

/// A [`Store`] for one process. Its promises hold between threads; two processes share nothing.
#[derive(Debug)]
pub struct MemoryStore {
    opened_at: Timestamp,
    capacity: usize,
    state: Mutex<MemoryState>,
}

#[derive(Debug)]
struct MemoryState {
    /// The latest moment seen.
    latest: Timestamp,
    /// Until when each thing must be remembered, and its receipt.
    seen: BTreeMap<[u8; 32], (Timestamp, Vec<u8>)>,
    /// Rings in their bytes, so that this engine proves the same code as those on disk.
    limits: BTreeMap<[u8; 32], Vec<u8>>,
    /// Tallies in their bytes, likewise.
    budgets: BTreeMap<[u8; 32], Vec<u8>>,
    values: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl MemoryStore {
    /// An empty store whose watermark is `opened_at`.
    #[must_use]
    pub const fn new(opened_at: Timestamp) -> Self {
        Self::with_capacity(opened_at, 1 << 20)
    }

    /// An empty store for at most `capacity` records of each kind.
    #[must_use]
    pub const fn with_capacity(opened_at: Timestamp, capacity: usize) -> Self {
        Self {
            opened_at,
            capacity,
            state: Mutex::new(MemoryState {
                latest: opened_at,
                seen: BTreeMap::new(),
                limits: BTreeMap::new(),
                budgets: BTreeMap::new(),
                values: BTreeMap::new(),
            }),
        }
    }

    /// A store whose records of these limits and budgets are all `bytes`: what a damaged disk may hold.
    #[doc(hidden)]
    #[must_use]
    pub fn with_records(
        opened_at: Timestamp,
        limits: &[Limit],
        budgets: &[Budget],
        bytes: &[u8],
    ) -> Self {
        let mut store = Self::new(opened_at);
        if let Ok(state) = store.state.get_mut() {
            let limits = limits.iter().map(|limit| (*limit.key(), bytes.to_vec()));
            state.limits.extend(limits);
            let budgets = budgets.iter().map(|budget| (*budget.key(), bytes.to_vec()));
            state.budgets.extend(budgets);
        }
        store
    }

    /// A thread that panicked amid an operation may have left half of it: no more answers then.
    fn state(&self) -> Result<MutexGuard<'_, MemoryState>, StoreError> {
        self.state.lock().map_err(|_| StoreError::Corrupt)
    }

    fn set(&self, state: &mut MemoryState, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        if !state.values.contains_key(name) && state.values.len() >= self.capacity {
            return Err(StoreError::Full);
        }
        state.values.insert(name.to_vec(), value.to_vec());
        Ok(())
    }

    /// Reads the counts of `budgets`, lets `work` change them, and writes them back.
    fn account<T>(
        &self,
        budgets: &[Budget],
        now: Timestamp,
        account: impl Fn(Budget, Option<TallyRecord>) -> Account,
        work: impl FnOnce(&mut [Account]) -> T,
    ) -> Result<T, StoreError> {
        let mut state = self.state()?;
        let read = |key: &[u8; 32]| match state.budgets.get(key) {
            Some(bytes) => Ok(Some(
                TallyRecord::from_bytes(bytes).ok_or(StoreError::Corrupt)?,
            )),
            None => Ok(None),
        };
        let mut accounts = accounts(budgets, read, account)?;
        let done = work(&mut accounts);
        let changed = || accounts.iter().filter(|account| account.changed);
        let fresh = changed()
            .filter(|account| !state.budgets.contains_key(account.budget.key()))
            .count();
        if let Some(budget) = budgets.first()
            && fresh > 0
        {
            let dead = |bytes: &Vec<u8>| TallyRecord::is_forgotten(bytes, now);
            prune(&mut state.budgets, budget.key(), PRUNE_BATCH, dead);
            if state.budgets.len() + fresh > self.capacity {
                prune(&mut state.budgets, budget.key(), PRUNE_WHEN_FULL, dead);
            }
            if state.budgets.len() + fresh > self.capacity {
                return Err(StoreError::Full);
            }
        }
        for account in changed() {
            let bytes = TallyRecord::bytes_of(&account.tally);
            state.budgets.insert(*account.budget.key(), bytes);
        }
        Ok(done)
    }
}

/// Removes what is `dead` among the `batch` records after `key`, in a circle.
fn prune<V>(
    map: &mut BTreeMap<[u8; 32], V>,
    key: &[u8; 32],
    batch: usize,
    dead: impl Fn(&V) -> bool,
) {
    let after = (Bound::Excluded(*key), Bound::Unbounded);
    let doomed: Vec<_> = map
        .range(after)
        .chain(map.range(..*key))
        .take(batch)
        .filter(|(_, value)| dead(value))
        .map(|(key, _)| *key)
        .collect();
    for key in doomed {
        map.remove(&key);
    }
}

impl Store for MemoryStore {
    fn insert_together(
        &self,
        things: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        check_things(things)?;
        let mut state = self.state()?;
        let latest = check_moments(things, self.opened_at, state.latest, now)?;
        for (index, once) in things.iter().enumerate() {
            if let Some((until, receipt)) = state.seen.get(&once.key)
                && *until >= latest
            {
                let receipt = receipt.clone();
                return Ok(Insertion::Again { index, receipt });
            }
        }
        // What lapses by this moment must be told by it.
        state.latest = latest;
        let MemoryState { seen, .. } = &mut *state;
        let dead = |(until, _): &(Timestamp, Vec<u8>)| *until < latest;
        for once in things {
            seen.remove(&once.key);
            prune(seen, &once.key, PRUNE_BATCH, dead);
        }
        if seen.len() + things.len() > self.capacity {
            for once in things {
                prune(seen, &once.key, PRUNE_WHEN_FULL, dead);
            }
        }
        if seen.len() + things.len() > self.capacity {
            return Err(StoreError::Full);
        }
        for once in things {
            let record = (once.keep_until, once.receipt.to_vec());
            seen.insert(once.key, record);
        }
        Ok(Insertion::First)
    }

    fn settle(&self, key: &[u8; 32], receipt: &[u8]) -> Result<bool, StoreError> {
        check_receipt(receipt)?;
        let mut state = self.state()?;
        let latest = state.latest;
        match state.seen.get_mut(key) {
            Some((until, kept)) if *until >= latest => {
                *kept = receipt.to_vec();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn admit(&self, limits: &[Limit], now: Timestamp) -> Result<Admission, StoreError> {
        let mut state = self.state()?;
        let mut slots = slots(limits, |key| {
            let bytes = state.limits.get(key);
            Ok(bytes
                .map(|bytes| AdmissionHistory::from_bytes(bytes))
                .transpose()?)
        })?;
        let admission = decide(&mut slots, now)?;
        let fresh = slots
            .iter()
            .filter(|slot| slot.changed && slot.fresh)
            .count();
        if let Some(slot) = slots.first()
            && fresh > 0
        {
            // Not the histories in hand: of them, those that could be forgotten are written below.
            let dead = |bytes: &Vec<u8>| AdmissionHistory::is_forgotten(bytes, now);
            prune(&mut state.limits, slot.limit.key(), PRUNE_BATCH, dead);
            if state.limits.len() + fresh > self.capacity {
                prune(&mut state.limits, slot.limit.key(), PRUNE_WHEN_FULL, dead);
            }
            if state.limits.len() + fresh > self.capacity {
                return Err(StoreError::Full);
            }
        }
        for slot in slots.iter().filter(|slot| slot.changed) {
            let bytes = slot.ring.to_bytes(slot.limit.window_ms());
            state.limits.insert(*slot.limit.key(), bytes);
        }
        Ok(admission)
    }

    fn spend(
        &self,
        budgets: &[Budget],
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        check_budgets(budgets, &[cost])?;
        let account = |budget, stored| Account::new(budget, stored, offset, now);
        self.account(budgets, now, account, |accounts| {
            budget::spend(accounts, cost, offset, now)
        })
    }

    fn correct(
        &self,
        budgets: &[Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        check_budgets(budgets, &[estimated, cost])?;
        check_counted(budgets)?;
        let account = |budget, stored| Account::to_correct(budget, stored, offset, now);
        self.account(budgets, now, account, |accounts| {
            budget::correct(accounts, estimated, cost)
        })
    }

    fn get(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        check_name(name)?;
        Ok(self.state()?.values.get(name).cloned())
    }

    fn put(&self, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        check_name(name)?;
        check_value(value)?;
        let mut state = self.state()?;
        self.set(&mut state, name, value)
    }

    fn replace(
        &self,
        name: &[u8],
        expected: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        check_name(name)?;
        check_value(new)?;
        let mut state = self.state()?;
        if state.values.get(name).map(Vec::as_slice) != expected {
            return Ok(false);
        }
        self.set(&mut state, name, new)?;
        Ok(true)
    }

    fn remove(&self, name: &[u8]) -> Result<bool, StoreError> {
        check_name(name)?;
        Ok(self.state()?.values.remove(name).is_some())
    }

    fn status(&self) -> Result<StoreStatus, StoreError> {
        let state = self.state()?;
        Ok(StoreStatus {
            engine: "memory",
            opened_at: self.opened_at,
            seen: state.seen.len() as u64,
            limits: state.limits.len() as u64,
            budgets: state.budgets.len() as u64,
            values: state.values.len() as u64,
        })
    }
}
