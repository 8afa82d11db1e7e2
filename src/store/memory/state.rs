//! The content of a store in memory, and every operation on it.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::super::count::CountOperation;
use super::super::error::StoreError;
use super::super::interface::{Insertion, OneTimeUse, StoreStatus};
use super::super::rules::{
    PRUNE_BATCH, PRUNE_WHEN_FULL, admit, check_items, check_moments, check_name, check_receipt,
    check_value, limit_checks,
};
use crate::clock::Timestamp;
use crate::limit::budget::Spending;
use crate::limit::{Admission, AdmissionHistory, Limit};

/// How much a store in memory may contain of each kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capacity {
    pub(super) records: usize,
    /// The bytes of their image; `None` if only their number is bounded.
    pub(super) bytes: Option<usize>,
}

/// A one-time item that was used: until when that must be remembered, and its receipt.
pub(super) type Seen = (Timestamp, Vec<u8>);

/// The content of a store in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MemoryState {
    /// The watermark.
    pub(super) opened_at: Timestamp,
    /// The latest moment that the store has seen.
    pub(super) latest: Timestamp,
    pub(super) seen: BTreeMap<[u8; 32], Seen>,
    /// Histories as bytes, so that this engine runs the same code as the one on disk.
    pub(super) limits: BTreeMap<[u8; 32], Vec<u8>>,
    /// Tallies as bytes, for the same reason.
    pub(super) budgets: BTreeMap<[u8; 32], Vec<u8>>,
    pub(super) values: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// The length of a value in the image.
pub(super) trait ImageLength {
    fn image_length(&self) -> usize;
}

impl ImageLength for Vec<u8> {
    fn image_length(&self) -> usize {
        4 + self.len()
    }
}

impl ImageLength for Seen {
    fn image_length(&self) -> usize {
        8 + self.1.image_length()
    }
}

impl Capacity {
    /// Returns whether `map` may get `fresh` records more and grow by `bytes`.
    fn holds<K: AsRef<[u8]>, V: ImageLength>(
        self,
        map: &BTreeMap<K, V>,
        fresh: usize,
        bytes: usize,
    ) -> bool {
        let length = |(key, value): (&K, &V)| key.as_ref().len() + value.image_length();
        let has_room = |most| map.iter().map(length).sum::<usize>().saturating_add(bytes) <= most;
        // Records that only change are accepted, even if there are more than a smaller setting allows.
        (fresh == 0 || map.len() + fresh <= self.records) && self.bytes.is_none_or(has_room)
    }

    /// Prunes dead records after `key` if there is no room. Returns [`StoreError::Full`] if that does not help.
    fn make_room<V: ImageLength>(
        self,
        map: &mut BTreeMap<[u8; 32], V>,
        keys: &[[u8; 32]],
        (fresh, bytes): (usize, usize),
        dead: impl Fn(&V) -> bool,
    ) -> Result<(), StoreError> {
        if self.holds(map, fresh, bytes) {
            return Ok(());
        }
        for key in keys {
            prune(map, key, PRUNE_WHEN_FULL, &dead);
        }
        if self.holds(map, fresh, bytes) {
            Ok(())
        } else {
            Err(StoreError::Full)
        }
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

/// Returns by how much `map` grows if it gets these values.
fn growth(map: &BTreeMap<[u8; 32], Vec<u8>>, new: &[([u8; 32], Vec<u8>)]) -> (usize, usize) {
    let (mut fresh, mut bytes) = (0, 0_usize);
    for (key, value) in new {
        match map.get(key) {
            Some(old) => bytes += value.len().saturating_sub(old.len()),
            None => {
                fresh += 1;
                bytes += key.len() + value.image_length();
            }
        }
    }
    (fresh, bytes)
}

impl MemoryState {
    /// Returns an empty state with the watermark `opened_at`.
    pub(super) const fn new(opened_at: Timestamp) -> Self {
        Self {
            opened_at,
            latest: opened_at,
            seen: BTreeMap::new(),
            limits: BTreeMap::new(),
            budgets: BTreeMap::new(),
            values: BTreeMap::new(),
        }
    }

    pub(super) fn insert_together(
        &mut self,
        capacity: Capacity,
        items: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        check_items(items)?;
        let latest = check_moments(items, self.opened_at, self.latest, now)?;
        for (index, item) in items.iter().enumerate() {
            if let Some((until, receipt)) = self.seen.get(&item.key)
                && *until >= latest
            {
                let receipt = receipt.clone();
                return Ok(Insertion::Again { index, receipt });
            }
        }
        // Records are pruned up to this moment, so an earlier clock must not be accepted afterwards.
        self.latest = latest;
        let seen = &mut self.seen;
        let dead = |(until, _): &Seen| *until < latest;
        for item in items {
            seen.remove(&item.key);
            prune(seen, &item.key, PRUNE_BATCH, dead);
        }
        let new: Vec<([u8; 32], Seen)> = items
            .iter()
            .map(|item| (item.key, (item.keep_until, item.receipt.to_vec())))
            .collect();
        let bytes = new
            .iter()
            .map(|(key, record)| key.len() + record.image_length())
            .sum();
        let keys: Vec<_> = items.iter().map(|item| item.key).collect();
        capacity.make_room(seen, &keys, (new.len(), bytes), dead)?;
        seen.extend(new);
        Ok(Insertion::First)
    }

    pub(super) fn settle(
        &mut self,
        capacity: Capacity,
        key: &[u8; 32],
        receipt: &[u8],
    ) -> Result<bool, StoreError> {
        check_receipt(receipt)?;
        let latest = self.latest;
        let growth = match self.seen.get(key) {
            Some((until, kept)) if *until >= latest => receipt.len().saturating_sub(kept.len()),
            _ => return Ok(false),
        };
        let dead = |(until, _): &Seen| *until < latest;
        capacity.make_room(&mut self.seen, &[*key], (0, growth), dead)?;
        if let Some((_, kept)) = self.seen.get_mut(key) {
            *kept = receipt.to_vec();
        }
        Ok(true)
    }

    pub(super) fn admit(
        &mut self,
        capacity: Capacity,
        limits: &[Limit],
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        let mut checks = limit_checks(limits, |key| {
            let bytes = self.limits.get(key);
            Ok(bytes
                .map(|bytes| AdmissionHistory::from_bytes(bytes))
                .transpose()?)
        })?;
        let admission = admit(&mut checks, now)?;
        let changed: Vec<_> = checks
            .iter()
            .filter(|check| check.changed)
            .map(|check| {
                let bytes = check.history.to_bytes(check.limit.window_ms());
                (*check.limit.key(), bytes)
            })
            .collect();
        // Histories of this call that are removed here are written again below.
        let dead = |bytes: &Vec<u8>| AdmissionHistory::is_forgotten(bytes, now);
        let is_fresh = checks.iter().any(|check| check.changed && check.fresh);
        write(&mut self.limits, capacity, changed, is_fresh, dead)?;
        Ok(admission)
    }

    /// Runs a call and writes the counts that it changed.
    pub(super) fn count(
        &mut self,
        capacity: Capacity,
        call: &CountOperation<'_>,
    ) -> Result<Spending, StoreError> {
        let counted = call.run(|key| Ok(self.budgets.get(key)))?;
        if counted.is_changed() {
            let is_fresh = counted.fresh_keys().next().is_some();
            let changed: Vec<_> = counted
                .changed()
                .map(|(key, bytes)| (*key, bytes))
                .collect();
            let dead = |bytes: &Vec<u8>| call.is_forgotten(bytes);
            write(&mut self.budgets, capacity, changed, is_fresh, dead)?;
        }
        Ok(counted.spending)
    }

    pub(super) fn get(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        check_name(name)?;
        Ok(self.values.get(name).cloned())
    }

    pub(super) fn put(
        &mut self,
        capacity: Capacity,
        name: &[u8],
        value: &[u8],
    ) -> Result<(), StoreError> {
        check_name(name)?;
        check_value(value)?;
        self.set(capacity, name, value)
    }

    pub(super) fn replace(
        &mut self,
        capacity: Capacity,
        name: &[u8],
        expected: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        check_name(name)?;
        check_value(new)?;
        if self.values.get(name).map(Vec::as_slice) != expected {
            return Ok(false);
        }
        self.set(capacity, name, new)?;
        Ok(true)
    }

    pub(super) fn remove(&mut self, name: &[u8]) -> Result<bool, StoreError> {
        check_name(name)?;
        Ok(self.values.remove(name).is_some())
    }

    pub(super) fn status(&self) -> StoreStatus {
        StoreStatus {
            engine: "memory",
            opened_at: self.opened_at,
            seen: self.seen.len() as u64,
            limits: self.limits.len() as u64,
            budgets: self.budgets.len() as u64,
            values: self.values.len() as u64,
        }
    }

    fn set(&mut self, capacity: Capacity, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let (fresh, bytes) = match self.values.get(name) {
            Some(old) => (0, value.len().saturating_sub(old.len())),
            None => (1, name.len() + 4 + value.len()),
        };
        if !capacity.holds(&self.values, fresh, bytes) {
            return Err(StoreError::Full);
        }
        self.values.insert(name.to_vec(), value.to_vec());
        Ok(())
    }
}

/// Writes the changed histories or counts of one call, after pruning dead ones if some are `fresh`.
fn write(
    map: &mut BTreeMap<[u8; 32], Vec<u8>>,
    capacity: Capacity,
    changed: Vec<([u8; 32], Vec<u8>)>,
    is_fresh: bool,
    dead: impl Fn(&Vec<u8>) -> bool,
) -> Result<(), StoreError> {
    let Some((key, _)) = changed.first() else {
        return Ok(());
    };
    let key = *key;
    if is_fresh {
        prune(map, &key, PRUNE_BATCH, &dead);
    }
    let growth = growth(map, &changed);
    capacity.make_room(map, &[key], growth, dead)?;
    map.extend(changed);
    Ok(())
}
