//! The embedded store: LMDB files in a folder, shared by all processes of the host.
//!
//! **Killed at any moment.** A commit is one write of a root page, the write lock is a robust mutex
//! that the kernel hands on when its holder dies, and readers' slots of the dead are cleared when a
//! process opens the store or finds it full. Nothing is synced: what survives a crash of the machine
//! is not trusted (see [`HostIdentity`]).
//!
//! **Not `MDB_WRITEMAP`,** though it is three times faster: the map would be writable, and a stray
//! pointer anywhere in PHP could rewrite history; on a full disk it ends in a signal, not an error.
//!
//! **Forked after opening.** Only the process that opened an environment may use it, and LMDB cannot
//! open it a second time in the child. So the child is refused ([`StoreError::Forked`]). php-fpm and
//! Apache fork before their first request, and the store is opened in one.
//!
//! Tables: `seen` (place → `keep_until`, u64 big-endian milliseconds, and the receipt), `limits` (place →
//! ring, see `limit/window.rs`), `budgets` (place → tally, see `limit/budget`), `values` (name → bytes),
//! and beside their names the clock (one record, the latest moment seen). Each has a share of the map in
//! pages, so that a flood of addresses cannot take the room of nonces.
//!
//! A place is the first half of a key, which is a digest: 128 bits, for which nobody finds a second thing of
//! another's. A tree of halves is a third smaller, and of a million a level lower.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use heed::{CommitOrAbort, Env, WithoutTls};

use super::generation::{FolderLock, Generation, Stamp, reserve_lock, stamp, stretch};
use super::table::{
    TableName, WriteEnd, check_share, lapsed, moment, open_env, prune, read, table, table_to_read,
    write,
};
use super::{
    HostIdentity, Insertion, OneTimeUse, PRUNE_BATCH, PRUNE_WHEN_FULL, Store, StoreError,
    StoreStatus, accounts, check_budgets, check_counted, check_moments, check_name, check_receipt,
    check_things, check_value, decide, folder, slots,
};
use crate::clock::Timestamp;
use crate::limit::budget::{self, Account, Budget, Spending, Standing, TallyRecord};
use crate::limit::period::UtcOffset;
use crate::limit::window::AdmissionHistory;
use crate::limit::{Admission, Limit};

/// The size of a store that is not told another: 64 MiB, about 600,000 nonces at once. The file is a
/// hole until it is used.
pub const DEFAULT_MAP_BYTES: usize = 64 << 20;

/// The one record of the clock.
const LATEST: &[u8] = b"latest";

/// Where the record of a key is kept.
fn place(key: &[u8; 32]) -> &[u8] {
    key.split_at(16).0
}

/// A [`Store`] in a folder of this host.
#[derive(Debug)]
pub struct LmdbStore {
    folder: PathBuf,
    current: PathBuf,
    identity: HostIdentity,
    map_bytes: usize,
    /// The process that opened it.
    process: u32,
    /// Set when LMDB found damage: the next use starts the store anew.
    damaged: AtomicBool,
    opened: RwLock<Option<OpenGeneration>>,
}

#[derive(Debug)]
struct OpenGeneration {
    env: Env<WithoutTls>,
    generation: Generation,
    stamp: Option<Stamp>,
}

impl LmdbStore {
    /// Opens the store in `folder`, or starts it: if there is none, if it is not of this `identity`,
    /// or if its files were exchanged or damaged. A folder that is missing is made, with mode 0700.
    ///
    /// `map_bytes` bounds the store's size, rounded up to whole mebibytes; it takes effect when a
    /// store is started. `now` becomes the watermark of a store that is started, unless the files
    /// found speak of a later moment.
    ///
    /// A process opens a folder once at a time: see [`open_shared`](super::open_shared).
    ///
    /// # Errors
    /// [`StoreError`]'s variants for the folder, the files and the disk.
    pub fn open(
        folder: &Path,
        identity: HostIdentity,
        map_bytes: usize,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let folder = folder::check(folder)?;
        let store = Self {
            current: folder.join("current"),
            folder,
            identity,
            map_bytes: map_bytes.max(1).next_multiple_of(1 << 20),
            process: std::process::id(),
            damaged: AtomicBool::new(false),
            opened: RwLock::new(None),
        };
        store.follow(now)?;
        Ok(store)
    }

    /// Makes the folder's present generation the open one, and starts one if need be.
    fn follow(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut opened = self.opened.write().map_err(|_| StoreError::Corrupt)?;
        if opened
            .as_ref()
            .is_some_and(|opened| self.is_present(opened))
        {
            return Ok(());
        }
        // Closed first: LMDB opens a file once per process.
        *opened = None;
        folder::check(&self.folder)?;
        let lock = FolderLock::take(&self.folder)?;
        let damaged = self.damaged.load(Ordering::Acquire);
        let found = if damaged {
            None
        } else {
            Generation::present(&self.folder, &self.identity)
        };
        let mut next = match found.map(|generation| self.adopt(generation)) {
            Some(Err(StoreError::Corrupt)) | None => self.start(now)?,
            Some(result) => result?,
        };
        next.stamp = stamp(&self.current);
        *opened = Some(next);
        self.damaged.store(false, Ordering::Release);
        drop(lock);
        Ok(())
    }

    /// Opens a generation whose files are known to be whole in length.
    fn adopt(&self, generation: Generation) -> Result<OpenGeneration, StoreError> {
        let bytes = usize::try_from(generation.map_bytes).map_err(|_| StoreError::Corrupt)?;
        let env = open_env(&self.folder.join(&generation.name), bytes)?;
        env.clear_stale_readers()?;
        let rtxn = env.read_txn()?;
        env.open_databases_and_commit(rtxn, |opener, rtxn| {
            for name in TableName::ALL {
                table_to_read(opener, rtxn, name)?;
            }
            Ok::<_, StoreError>(CommitOrAbort::<_, ()>::Commit(()))
        })?;
        Ok(OpenGeneration {
            env,
            generation,
            stamp: None,
        })
    }

    /// Starts a new generation, empty, with the watermark now.
    fn start(&self, now: Timestamp) -> Result<OpenGeneration, StoreError> {
        let opened_at = now.max(Generation::latest_trace(&self.folder));
        let name = Generation::fresh_name(&self.folder, now);
        let path = self.folder.join(&name);
        let made = reserve_lock(&self.folder, &name)
            .and_then(|()| open_env(&path, self.map_bytes))
            .and_then(|env| {
                stretch(&path, self.map_bytes as u64)?;
                write(&env, |opener, wtxn| {
                    for name in TableName::ALL {
                        table(opener, wtxn, name)?;
                    }
                    let clock = table(opener, wtxn, TableName::Clock)?;
                    clock.put(wtxn, LATEST, &opened_at.millis().to_be_bytes())?;
                    Ok(WriteEnd::Commit(()))
                })?;
                let generation =
                    Generation::establish(&self.folder, &self.identity, &name, opened_at)?;
                Ok(OpenGeneration {
                    env,
                    generation,
                    stamp: None,
                })
            });
        made.inspect_err(|_| Generation::discard(&self.folder, &name))
    }

    fn is_present(&self, opened: &OpenGeneration) -> bool {
        opened.stamp.is_some()
            && opened.stamp == stamp(&self.current)
            && !self.damaged.load(Ordering::Acquire)
    }

    /// Runs `work` on the open generation, after following the folder to a new one: for which `now`
    /// is needed, as it may have to be started.
    fn with<T>(
        &self,
        now: Option<Timestamp>,
        work: impl Fn(&OpenGeneration) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if std::process::id() != self.process {
            return Err(StoreError::Forked);
        }
        for _ in 0..2 {
            let opened = self.opened.read().map_err(|_| StoreError::Corrupt)?;
            if let Some(opened) = opened.as_ref().filter(|opened| self.is_present(opened)) {
                let result = work(opened);
                if matches!(result, Err(StoreError::Corrupt)) {
                    self.damaged.store(true, Ordering::Release);
                }
                return result;
            }
            drop(opened);
            self.follow(now.ok_or(StoreError::Replaced)?)?;
        }
        Err(StoreError::Replaced)
    }

    /// Runs `attempt` with a small batch for pruning, and when there is no room, after a large one.
    fn with_room<T>(
        &self,
        now: Option<Timestamp>,
        attempt: impl Fn(&OpenGeneration) -> Result<T, StoreError>,
        make_room: impl Fn(&OpenGeneration) -> Result<(), StoreError>,
    ) -> Result<T, StoreError> {
        self.with(now, |opened| match attempt(opened) {
            Err(StoreError::Full) => {
                // A reader that was killed keeps pages from being used again.
                opened.env.clear_stale_readers()?;
                make_room(opened)?;
                attempt(opened)
            }
            other => other,
        })
    }
}

impl LmdbStore {
    /// Reads the counts of `budgets`, lets `work` change them, and writes them back.
    fn account<T>(
        &self,
        budgets: &[Budget],
        now: Timestamp,
        account: impl Fn(Budget, Option<TallyRecord>) -> Account,
        work: impl Fn(&mut [Account]) -> T,
    ) -> Result<T, StoreError> {
        let forgotten = |record: &[u8]| TallyRecord::is_forgotten(record, now);
        let attempt = |opened: &OpenGeneration| {
            write(&opened.env, |opener, wtxn| {
                let counts = table(opener, wtxn, TableName::Budgets)?;
                let mut fresh = Vec::new();
                let read = |key: &[u8; 32]| match counts.get(wtxn, place(key))? {
                    Some(bytes) => Ok(Some(
                        TallyRecord::from_bytes(bytes).ok_or(StoreError::Corrupt)?,
                    )),
                    None => {
                        fresh.push(*key);
                        Ok(None)
                    }
                };
                let mut accounts = accounts(budgets, read, &account)?;
                let done = work(&mut accounts);
                if !accounts.iter().any(|account| account.changed) {
                    return Ok(WriteEnd::Abort(done));
                }
                for key in &fresh {
                    prune(counts, wtxn, place(key), PRUNE_BATCH, forgotten)?;
                }
                for account in accounts.iter().filter(|account| account.changed) {
                    let bytes = TallyRecord::bytes_of(&account.tally);
                    counts.put(wtxn, place(account.budget.key()), &bytes)?;
                }
                check_share(
                    counts,
                    wtxn,
                    TableName::Budgets,
                    opened.generation.map_bytes,
                )?;
                Ok(WriteEnd::Commit(done))
            })
        };
        let make_room = |opened: &OpenGeneration| {
            write(&opened.env, |opener, wtxn| {
                let counts = table(opener, wtxn, TableName::Budgets)?;
                let from = budgets
                    .first()
                    .map_or(&[0; 16][..], |budget| place(budget.key()));
                prune(counts, wtxn, from, PRUNE_WHEN_FULL, forgotten)?;
                Ok(WriteEnd::Commit(()))
            })
        };
        self.with_room(Some(now), attempt, make_room)
    }
}

impl Drop for LmdbStore {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            // LMDB allows a forked child no use of it, and closing is one. The child ends with it.
            let opened = self
                .opened
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::forget(opened.take());
        }
    }
}

/// The parts of a record of `seen`: until when it must be remembered, and its receipt.
type SeenRecord<'a> = (&'a [u8; 8], &'a [u8]);

/// The parts of a record that has not lapsed. Damage where there is less: taken for none, the thing
/// would work twice.
fn live(record: Option<&[u8]>, latest: Timestamp) -> Result<Option<SeenRecord<'_>>, StoreError> {
    let Some(record) = record.filter(|record| !lapsed(record, latest)) else {
        return Ok(None);
    };
    let parts = record.split_first_chunk();
    parts.map(Some).ok_or(StoreError::Corrupt)
}

impl Store for LmdbStore {
    fn insert_together(
        &self,
        things: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        check_things(things)?;
        let attempt = |opened: &OpenGeneration| {
            write(&opened.env, |opener, wtxn| {
                let clock = table(opener, wtxn, TableName::Clock)?;
                let seen = table(opener, wtxn, TableName::Seen)?;
                let before = moment(clock.get(wtxn, LATEST)?)?;
                let latest = check_moments(things, opened.generation.opened_at, before, now)?;
                for (index, once) in things.iter().enumerate() {
                    let until = once.keep_until.millis().to_be_bytes();
                    let record = [&until[..], once.receipt].concat();
                    // One search says whether it is there and where it belongs.
                    let place = place(&once.key);
                    let present = seen.get_or_put(wtxn, place, &record)?;
                    if let Some((_, receipt)) = live(present, latest)? {
                        let receipt = receipt.to_vec();
                        return Ok(WriteEnd::Abort(Insertion::Again { index, receipt }));
                    }
                    if present.is_some() {
                        seen.put(wtxn, place, &record)?;
                    }
                    prune(seen, wtxn, place, PRUNE_BATCH, |until| {
                        lapsed(until, latest)
                    })?;
                }
                if latest != before {
                    clock.put(wtxn, LATEST, &latest.millis().to_be_bytes())?;
                }
                check_share(seen, wtxn, TableName::Seen, opened.generation.map_bytes)?;
                Ok(WriteEnd::Commit(Insertion::First))
            })
        };
        let make_room = |opened: &OpenGeneration| {
            write(&opened.env, |opener, wtxn| {
                let clock = table(opener, wtxn, TableName::Clock)?;
                let seen = table(opener, wtxn, TableName::Seen)?;
                // The attempt found `now` acceptable; what lapses by it must be told by the record.
                let latest = moment(clock.get(wtxn, LATEST)?)?.max(now);
                clock.put(wtxn, LATEST, &latest.millis().to_be_bytes())?;
                for once in things {
                    prune(seen, wtxn, place(&once.key), PRUNE_WHEN_FULL, |until| {
                        lapsed(until, latest)
                    })?;
                }
                Ok(WriteEnd::Commit(()))
            })
        };
        self.with_room(Some(now), attempt, make_room)
    }

    fn settle(&self, key: &[u8; 32], receipt: &[u8]) -> Result<bool, StoreError> {
        check_receipt(receipt)?;
        let attempt = |opened: &OpenGeneration| {
            write(&opened.env, |opener, wtxn| {
                let clock = table(opener, wtxn, TableName::Clock)?;
                let seen = table(opener, wtxn, TableName::Seen)?;
                let latest = moment(clock.get(wtxn, LATEST)?)?;
                let Some((until, _)) = live(seen.get(wtxn, place(key))?, latest)? else {
                    return Ok(WriteEnd::Abort(false));
                };
                let record = [&until[..], receipt].concat();
                seen.put(wtxn, place(key), &record)?;
                check_share(seen, wtxn, TableName::Seen, opened.generation.map_bytes)?;
                Ok(WriteEnd::Commit(true))
            })
        };
        self.with_room(None, attempt, |_| Ok(()))
    }

    fn admit(&self, limits: &[Limit], now: Timestamp) -> Result<Admission, StoreError> {
        let forgotten = |ring: &[u8]| AdmissionHistory::is_forgotten(ring, now);
        let attempt = |opened: &OpenGeneration| {
            write(&opened.env, |opener, wtxn| {
                let rings = table(opener, wtxn, TableName::Limits)?;
                let mut slots = slots(limits, |key| {
                    Ok(rings
                        .get(wtxn, place(key))?
                        .map(AdmissionHistory::from_bytes)
                        .transpose()?)
                })?;
                let admission = decide(&mut slots, now)?;
                if !slots.iter().any(|slot| slot.changed) {
                    return Ok(WriteEnd::Abort(admission));
                }
                // Where nothing is added, nothing has to go: a known caller pays for no walk.
                for slot in slots.iter().filter(|slot| slot.fresh) {
                    prune(rings, wtxn, place(slot.limit.key()), PRUNE_BATCH, forgotten)?;
                }
                for slot in slots.iter().filter(|slot| slot.changed) {
                    let bytes = slot.ring.to_bytes(slot.limit.window_ms());
                    rings.put(wtxn, place(slot.limit.key()), &bytes)?;
                }
                check_share(rings, wtxn, TableName::Limits, opened.generation.map_bytes)?;
                Ok(WriteEnd::Commit(admission))
            })
        };
        let make_room = |opened: &OpenGeneration| {
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
        let attempt = |opened: &OpenGeneration| {
            write(&opened.env, |opener, wtxn| {
                let values = table(opener, wtxn, TableName::Values)?;
                values.put(wtxn, name, value)?;
                check_share(values, wtxn, TableName::Values, opened.generation.map_bytes)?;
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
        let attempt = |opened: &OpenGeneration| {
            write(&opened.env, |opener, wtxn| {
                let values = table(opener, wtxn, TableName::Values)?;
                if values.get(wtxn, name)? != expected {
                    return Ok(WriteEnd::Abort(false));
                }
                values.put(wtxn, name, new)?;
                check_share(values, wtxn, TableName::Values, opened.generation.map_bytes)?;
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
                    opened_at: opened.generation.opened_at,
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
    fn a_record_that_cannot_be_read_is_damage_and_not_none() {
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
