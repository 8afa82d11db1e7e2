//! A store in the memory of one process: for tests, and for hosts without a disk.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard};

use super::count::CountOperation;
use super::error::StoreError;
use super::interface::{Insertion, OneTimeUse, Store, StoreStatus};
use super::rules::{
    PRUNE_BATCH, PRUNE_WHEN_FULL, admit, check_items, check_moments, check_name, check_receipt,
    check_value, limit_checks,
};
use crate::clock::Timestamp;
use crate::limit::budget::{Budget, Spending, Standing};
use crate::limit::period::UtcOffset;
use crate::limit::{Admission, AdmissionHistory, Limit};

/// A [`Store`] for one process. It is shared by the threads of the process, not between processes.
#[derive(Debug)]
pub struct MemoryStore {
    opened_at: Timestamp,
    capacity: usize,
    state: Mutex<MemoryState>,
}

#[derive(Debug)]
struct MemoryState {
    /// The latest moment that the store has seen.
    latest: Timestamp,
    /// For each one-time item, until when it must be remembered, and its receipt.
    seen: BTreeMap<[u8; 32], (Timestamp, Vec<u8>)>,
    /// Histories as bytes, so that this engine runs the same code as the one on disk.
    limits: BTreeMap<[u8; 32], Vec<u8>>,
    /// Tallies as bytes, for the same reason.
    budgets: BTreeMap<[u8; 32], Vec<u8>>,
    values: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl MemoryStore {
    /// Returns an empty store with the watermark `opened_at`, for at most 1,048,576 records of each kind.
    #[must_use]
    pub const fn new(opened_at: Timestamp) -> Self {
        Self::with_capacity(opened_at, 1 << 20)
    }

    /// Returns an empty store with the watermark `opened_at`, for at most `capacity` records of each kind.
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

    /// Returns a store in which every record of these limits and budgets has the content `bytes`, as on a damaged disk.
    /// For the fuzzer.
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

    /// Locks the state. After a panic in the middle of an operation the state may be inconsistent, so every further
    /// operation fails.
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

    /// Runs a call and writes the counts that it changed.
    fn count(&self, call: &CountOperation<'_>) -> Result<Spending, StoreError> {
        let mut state = self.state()?;
        let counted = call.run(|key| Ok(state.budgets.get(key)))?;
        if !counted.is_changed() {
            return Ok(counted.spending);
        }
        let fresh = counted.fresh_keys().count();
        if let Some(key) = counted.fresh_keys().next() {
            let dead = |bytes: &Vec<u8>| call.is_forgotten(bytes);
            prune(&mut state.budgets, key, PRUNE_BATCH, dead);
            if state.budgets.len() + fresh > self.capacity {
                prune(&mut state.budgets, key, PRUNE_WHEN_FULL, dead);
            }
            if state.budgets.len() + fresh > self.capacity {
                return Err(StoreError::Full);
            }
        }
        for (key, bytes) in counted.changed() {
            state.budgets.insert(*key, bytes);
        }
        Ok(counted.spending)
    }
}

/// Examines the `batch` records that follow `key`, continuing at the beginning after the last one, and removes those
/// that are `dead`.
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
    fn keeps_data(&self) -> Option<bool> {
        Some(false)
    }

    fn insert_together(
        &self,
        items: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        check_items(items)?;
        let mut state = self.state()?;
        let latest = check_moments(items, self.opened_at, state.latest, now)?;
        for (index, item) in items.iter().enumerate() {
            if let Some((until, receipt)) = state.seen.get(&item.key)
                && *until >= latest
            {
                let receipt = receipt.clone();
                return Ok(Insertion::Again { index, receipt });
            }
        }
        // Records are pruned up to this moment, so an earlier clock must not be accepted afterwards.
        state.latest = latest;
        let MemoryState { seen, .. } = &mut *state;
        let dead = |(until, _): &(Timestamp, Vec<u8>)| *until < latest;
        for item in items {
            seen.remove(&item.key);
            prune(seen, &item.key, PRUNE_BATCH, dead);
        }
        if seen.len() + items.len() > self.capacity {
            for item in items {
                prune(seen, &item.key, PRUNE_WHEN_FULL, dead);
            }
        }
        if seen.len() + items.len() > self.capacity {
            return Err(StoreError::Full);
        }
        for item in items {
            let record = (item.keep_until, item.receipt.to_vec());
            seen.insert(item.key, record);
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
        let mut checks = limit_checks(limits, |key| {
            let bytes = state.limits.get(key);
            Ok(bytes
                .map(|bytes| AdmissionHistory::from_bytes(bytes))
                .transpose()?)
        })?;
        let admission = admit(&mut checks, now)?;
        let fresh = checks
            .iter()
            .filter(|check| check.changed && check.fresh)
            .count();
        if let Some(check) = checks.first()
            && fresh > 0
        {
            // Histories of this call that are removed here are written again below.
            let dead = |bytes: &Vec<u8>| AdmissionHistory::is_forgotten(bytes, now);
            prune(&mut state.limits, check.limit.key(), PRUNE_BATCH, dead);
            if state.limits.len() + fresh > self.capacity {
                prune(&mut state.limits, check.limit.key(), PRUNE_WHEN_FULL, dead);
            }
            if state.limits.len() + fresh > self.capacity {
                return Err(StoreError::Full);
            }
        }
        for check in checks.iter().filter(|check| check.changed) {
            let bytes = check.history.to_bytes(check.limit.window_ms());
            state.limits.insert(*check.limit.key(), bytes);
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
        self.count(&CountOperation::spend(budgets, cost, offset, now)?)
    }

    fn correct(
        &self,
        budgets: &[Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        let call = CountOperation::correct(budgets, estimated, cost, offset, now)?;
        Ok(self.count(&call)?.standings)
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
