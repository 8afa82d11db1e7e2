//! The operations of the embedded store. Each is one transaction.

use super::engine::{LATEST, LmdbStore, OpenVolume};
use super::table::{
    TableName, WriteEnd, check_share, expired, moment, prune, read, table, table_to_read, write,
};
use crate::clock::Timestamp;
use crate::limit::budget::{Budget, Spending, Standing};
use crate::limit::period::UtcOffset;
use crate::limit::{Admission, AdmissionHistory, Limit};
use crate::store::count::CountOperation;
use crate::store::error::StoreError;
use crate::store::interface::{Insertion, OneTimeUse, Store, StoreStatus};
use crate::store::rules::{
    PRUNE_BATCH, PRUNE_WHEN_FULL, admit, check_items, check_moments, check_name, check_receipt,
    check_value, limit_checks,
};

/// Returns the place of the record with this key: see the documentation of the module `lmdb`.
fn place(key: &[u8; 32]) -> &[u8] {
    key.split_at(16).0
}

/// The parts of a record of a one-time item: until when it must be remembered, and its receipt.
type SeenRecord<'a> = (&'a [u8; 8], &'a [u8]);

/// Returns the parts of a record that has not expired. A record that is too short is reported as damage and not treated
/// as absent, because its item would otherwise be accepted twice.
fn live(record: Option<&[u8]>, latest: Timestamp) -> Result<Option<SeenRecord<'_>>, StoreError> {
    let Some(record) = record.filter(|record| !expired(record, latest)) else {
        return Ok(None);
    };
    let parts = record.split_first_chunk();
    parts.map(Some).ok_or(StoreError::Corrupt)
}

impl LmdbStore {
    /// Runs a call and writes the counts that it changed.
    fn count(&self, call: &CountOperation<'_>) -> Result<Spending, StoreError> {
        let attempt = |opened: &OpenVolume| {
            write(&opened.env, |opener, wtxn| {
                let counts = table(opener, wtxn, TableName::Budgets)?;
                let counted = call.run(|key| Ok(counts.get(wtxn, place(key))?))?;
                if !counted.is_changed() {
                    return Ok(WriteEnd::Abort(counted.spending));
                }
                // Records are pruned only by calls that add one.
                for key in counted.fresh_keys() {
                    prune(counts, wtxn, place(key), PRUNE_BATCH, |bytes| {
                        call.is_forgotten(bytes)
                    })?;
                }
                for (key, bytes) in counted.changed() {
                    counts.put(wtxn, place(key), &bytes)?;
                }
                check_share(counts, wtxn, TableName::Budgets, opened.volume.map_bytes)?;
                Ok(WriteEnd::Commit(counted.spending))
            })
        };
        let make_room = |opened: &OpenVolume| {
            write(&opened.env, |opener, wtxn| {
                let counts = table(opener, wtxn, TableName::Budgets)?;
                let from = call
                    .budgets
                    .first()
                    .map_or(&[0; 16][..], |budget| place(budget.key()));
                prune(counts, wtxn, from, PRUNE_WHEN_FULL, |bytes| {
                    call.is_forgotten(bytes)
                })?;
                Ok(WriteEnd::Commit(()))
            })
        };
        self.with_room(Some(call.now), attempt, make_room)
    }
}

impl Store for LmdbStore {
    fn state_folder(&self) -> Option<&std::path::Path> {
        Some(self.folder())
    }

    fn insert_together(
        &self,
        items: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        check_items(items)?;
        let attempt = |opened: &OpenVolume| {
            write(&opened.env, |opener, wtxn| {
                let clock = table(opener, wtxn, TableName::Clock)?;
                let seen = table(opener, wtxn, TableName::Seen)?;
                let before = moment(clock.get(wtxn, LATEST)?)?;
                let latest = check_moments(items, opened.volume.opened_at, before, now)?;
                for (index, item) in items.iter().enumerate() {
                    let until = item.keep_until.millis().to_be_bytes();
                    let record = [&until[..], item.receipt].concat();
                    // One search finds both an existing record and the position of a new one.
                    let place = place(&item.key);
                    let present = seen.get_or_put(wtxn, place, &record)?;
                    if let Some((_, receipt)) = live(present, latest)? {
                        let receipt = receipt.to_vec();
                        return Ok(WriteEnd::Abort(Insertion::Again { index, receipt }));
                    }
                    if present.is_some() {
                        seen.put(wtxn, place, &record)?;
                    }
                    prune(seen, wtxn, place, PRUNE_BATCH, |until| {
                        expired(until, latest)
                    })?;
                }
                if latest != before {
                    clock.put(wtxn, LATEST, &latest.millis().to_be_bytes())?;
                }
                check_share(seen, wtxn, TableName::Seen, opened.volume.map_bytes)?;
                Ok(WriteEnd::Commit(Insertion::First))
            })
        };
        let make_room = |opened: &OpenVolume| {
            write(&opened.env, |opener, wtxn| {
                let clock = table(opener, wtxn, TableName::Clock)?;
                let seen = table(opener, wtxn, TableName::Seen)?;
                // The attempt accepted `now`. Records are pruned by it, so it must be recorded.
                let latest = moment(clock.get(wtxn, LATEST)?)?.max(now);
                clock.put(wtxn, LATEST, &latest.millis().to_be_bytes())?;
                for item in items {
                    prune(seen, wtxn, place(&item.key), PRUNE_WHEN_FULL, |until| {
                        expired(until, latest)
                    })?;
                }
                Ok(WriteEnd::Commit(()))
            })
        };
        self.with_room(Some(now), attempt, make_room)
    }

    fn settle(&self, key: &[u8; 32], receipt: &[u8]) -> Result<bool, StoreError> {
        check_receipt(receipt)?;
        let attempt = |opened: &OpenVolume| {
            write(&opened.env, |opener, wtxn| {
                let clock = table(opener, wtxn, TableName::Clock)?;
                let seen = table(opener, wtxn, TableName::Seen)?;
                let latest = moment(clock.get(wtxn, LATEST)?)?;
                let Some((until, _)) = live(seen.get(wtxn, place(key))?, latest)? else {
                    return Ok(WriteEnd::Abort(false));
                };
                let record = [&until[..], receipt].concat();
                seen.put(wtxn, place(key), &record)?;
                check_share(seen, wtxn, TableName::Seen, opened.volume.map_bytes)?;
                Ok(WriteEnd::Commit(true))
            })
        };
        self.with_room(None, attempt, |_| Ok(()))
    }

    fn admit(&self, limits: &[Limit], now: Timestamp) -> Result<Admission, StoreError> {
        let forgotten = |ring: &[u8]| AdmissionHistory::is_forgotten(ring, now);
        let attempt = |opened: &OpenVolume| {
            write(&opened.env, |opener, wtxn| {
                let rings = table(opener, wtxn, TableName::Limits)?;
                let mut checks = limit_checks(limits, |key| {
                    Ok(rings
                        .get(wtxn, place(key))?
                        .map(AdmissionHistory::from_bytes)
                        .transpose()?)
                })?;
                let admission = admit(&mut checks, now)?;
                if !checks.iter().any(|check| check.changed) {
                    return Ok(WriteEnd::Abort(admission));
                }
                // Records are pruned only by calls that add one.
                for check in checks.iter().filter(|check| check.fresh) {
                    prune(
                        rings,
                        wtxn,
                        place(check.limit.key()),
                        PRUNE_BATCH,
                        forgotten,
                    )?;
                }
                for check in checks.iter().filter(|check| check.changed) {
                    let bytes = check.history.to_bytes(check.limit.window_ms());
                    rings.put(wtxn, place(check.limit.key()), &bytes)?;
                }
                check_share(rings, wtxn, TableName::Limits, opened.volume.map_bytes)?;
                Ok(WriteEnd::Commit(admission))
            })
        };
        let make_room = |opened: &OpenVolume| {
            write(&opened.env, |opener, wtxn| {
                let rings = table(opener, wtxn, TableName::Limits)?;
                let from = limits
                    .first()
                    .map_or(&[0; 16][..], |limit| place(limit.key()));
                prune(rings, wtxn, from, PRUNE_WHEN_FULL, forgotten)?;
                Ok(WriteEnd::Commit(()))
            })
        };
        self.with_room(Some(now), attempt, make_room)
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
        self.with(None, |opened| {
            read(&opened.env, |opener, rtxn| {
                let values = table_to_read(opener, rtxn, TableName::Values)?;
                Ok(values.get(rtxn, name)?.map(<[u8]>::to_vec))
            })
        })
    }

    fn put(&self, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        check_name(name)?;
        check_value(value)?;
        let attempt = |opened: &OpenVolume| {
            write(&opened.env, |opener, wtxn| {
                let values = table(opener, wtxn, TableName::Values)?;
                values.put(wtxn, name, value)?;
                check_share(values, wtxn, TableName::Values, opened.volume.map_bytes)?;
                Ok(WriteEnd::Commit(()))
            })
        };
        self.with_room(None, attempt, |_| Ok(()))
    }

    fn replace(
        &self,
        name: &[u8],
        expected: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        check_name(name)?;
        check_value(new)?;
        let attempt = |opened: &OpenVolume| {
            write(&opened.env, |opener, wtxn| {
                let values = table(opener, wtxn, TableName::Values)?;
                if values.get(wtxn, name)? != expected {
                    return Ok(WriteEnd::Abort(false));
                }
                values.put(wtxn, name, new)?;
                check_share(values, wtxn, TableName::Values, opened.volume.map_bytes)?;
                Ok(WriteEnd::Commit(true))
            })
        };
        self.with_room(None, attempt, |_| Ok(()))
    }

    fn remove(&self, name: &[u8]) -> Result<bool, StoreError> {
        check_name(name)?;
        self.with(None, |opened| {
            write(&opened.env, |opener, wtxn| {
                let values = table(opener, wtxn, TableName::Values)?;
                Ok(WriteEnd::Commit(values.delete(wtxn, name)?))
            })
        })
    }

    fn status(&self) -> Result<StoreStatus, StoreError> {
        self.with(None, |opened| {
            read(&opened.env, |opener, rtxn| {
                let count = |name: TableName| {
                    Ok::<_, StoreError>(table_to_read(opener, rtxn, name)?.len(rtxn)?)
                };
                Ok(StoreStatus {
                    engine: "lmdb",
                    opened_at: opened.volume.opened_at,
                    seen: count(TableName::Seen)?,
                    limits: count(TableName::Limits)?,
                    budgets: count(TableName::Budgets)?,
                    values: count(TableName::Values)?,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_too_short_is_damage() {
        let latest = Timestamp::from_millis(5);
        let record = |until: u64| [&until.to_be_bytes()[..], b"beside"].concat();
        assert_eq!(live(None, latest), Ok(None));
        assert_eq!(live(Some(&record(4)), latest), Ok(None));
        let lives = record(5);
        let parts = Some((&5_u64.to_be_bytes(), &b"beside"[..]));
        assert_eq!(live(Some(&lives), latest), Ok(parts));
        for length in 0..8 {
            let cut = live(Some(&lives[..length]), latest);
            assert_eq!(cut, Err(StoreError::Corrupt), "{length}");
        }
    }
}
