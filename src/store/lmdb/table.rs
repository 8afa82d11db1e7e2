//! The tables of the embedded store, and read and write transactions on them.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::ops::Bound;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use heed::types::Bytes;
use heed::{
    CommitOrAbort, Database, DatabaseOpener, Env, EnvFlags, EnvOpenOptions, MdbError, RoTxn, RwTxn,
    WithoutTls,
};

use super::system;
use crate::clock::Timestamp;
use crate::store::error::StoreError;
use crate::store::fork;

/// The greatest number of processes that read at one moment. A read takes about a microsecond.
const MAX_READERS: u32 = 1024;

/// The error number `EIO` of the operating system.
const EIO: i32 = 5;

pub(super) type Table<'e> = Database<'e, Bytes, Bytes>;
pub(super) type TableOpener<'e> = DatabaseOpener<'e, WithoutTls>;

/// The tables. Each has a share of the map; the rest is room for the pages of a transaction and for free pages that are
/// still being read.
#[derive(Debug, Clone, Copy)]
pub(super) enum TableName {
    Seen,
    Limits,
    Budgets,
    Values,
    Clock,
}

impl TableName {
    pub(super) const ALL: [Self; 5] = [
        Self::Seen,
        Self::Limits,
        Self::Budgets,
        Self::Values,
        Self::Clock,
    ];

    /// Returns the name of the table in LMDB and its share of the map in percent. The clock is kept in the unnamed main
    /// table, whose page every commit writes anyway.
    const fn parts(self) -> (Option<&'static str>, u64) {
        match self {
            Self::Seen => (Some("seen"), 45),
            Self::Limits => (Some("limits"), 25),
            Self::Budgets => (Some("budgets"), 5),
            Self::Values => (Some("values"), 10),
            Self::Clock => (None, 5),
        }
    }
}

/// How a write transaction ends, and its result.
pub(super) enum WriteEnd<T> {
    Commit(T),
    Abort(T),
}

/// Runs `work` in one write transaction. All processes see either none or all of its changes.
///
/// Tables are opened within the transaction, which costs a search in a short list. A handle borrows the environment, so
/// both could not be kept in one struct.
///
/// # Errors
/// Those of `work` and of LMDB. In that case nothing was changed.
pub(super) fn write<T>(
    env: &Env<WithoutTls>,
    work: impl for<'e> FnOnce(&TableOpener<'e>, &mut RwTxn<'e>) -> Result<WriteEnd<T>, StoreError>,
) -> Result<T, StoreError> {
    let wtxn = env.write_txn()?;
    let mut kept = None;
    let end = env.create_databases_and_commit(wtxn, |opener, wtxn| {
        Ok::<_, StoreError>(match work(opener, wtxn)? {
            WriteEnd::Commit(value) => {
                kept = Some(value);
                CommitOrAbort::Commit(())
            }
            WriteEnd::Abort(value) => CommitOrAbort::Abort(value),
        })
    })?;
    match end {
        CommitOrAbort::Commit(()) => kept.ok_or(StoreError::Corrupt),
        CommitOrAbort::Abort(value) => Ok(value),
    }
}

/// Runs `work` in one read transaction.
///
/// # Errors
/// Those of `work` and of LMDB.
pub(super) fn read<T>(
    env: &Env<WithoutTls>,
    work: impl for<'e> FnOnce(&TableOpener<'e>, &RoTxn<'e>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let rtxn = match env.read_txn() {
        Err(heed::Error::Mdb(MdbError::ReadersFull)) if env.clear_stale_readers()? > 0 => {
            env.read_txn()?
        }
        other => other?,
    };
    let end = env.open_databases_and_commit(rtxn, |opener, rtxn| {
        work(opener, rtxn).map(CommitOrAbort::<(), T>::Abort)
    })?;
    match end {
        CommitOrAbort::Abort(value) => Ok(value),
        CommitOrAbort::Commit(()) => Err(StoreError::Corrupt),
    }
}

/// Opens a table in a write transaction, and creates it if it is missing.
pub(super) fn table<'e>(
    opener: &TableOpener<'e>,
    wtxn: &mut RwTxn<'e>,
    name: TableName,
) -> Result<Table<'e>, StoreError> {
    Ok(opener.create_database(wtxn, name.parts().0)?)
}

/// Opens a table in a read transaction. A missing table means that the store is damaged.
pub(super) fn table_to_read<'e>(
    opener: &TableOpener<'e>,
    rtxn: &RoTxn<'e>,
    name: TableName,
) -> Result<Table<'e>, StoreError> {
    opener
        .open_database(rtxn, name.parts().0)?
        .ok_or(StoreError::Corrupt)
}

/// The data files that this process has open, by device and inode. Locked while an environment is opened.
///
/// LMDB must not open a file twice in one process: closing it once would release the locks of the other. `heed` tells
/// files apart by their canonical paths, which differ if a folder was renamed or is mounted twice.
static OPEN: LazyLock<Mutex<HashSet<(u64, u64)>>> = LazyLock::new(Mutex::default);

/// The entry of an environment in the list of open files. It must be dropped after the environment.
#[derive(Debug)]
pub(super) struct EnvEntry((u64, u64));

impl Drop for EnvEntry {
    fn drop(&mut self) {
        if let Ok(mut open) = fork::lock(&OPEN) {
            open.remove(&self.0);
        }
    }
}

/// Returns whether environments can be closed in this process.
///
/// # Errors
/// [`StoreError::Forked`] in a child whose parent was opening an environment in another thread at the fork.
pub(super) fn may_close() -> Result<(), StoreError> {
    fork::lock(&OPEN).map(drop)
}

fn file_id(about: &Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}

/// Opens an environment.
///
/// # Errors
/// [`StoreError::Busy`] if this process has the file open; otherwise those of LMDB.
pub(super) fn open_env(
    path: &Path,
    map_bytes: usize,
) -> Result<(Env<WithoutTls>, EnvEntry), StoreError> {
    let mut open = fork::lock(&OPEN)?;
    if fs::metadata(path).is_ok_and(|about| open.contains(&file_id(&about))) {
        return Err(StoreError::Busy);
    }
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options
        .map_size(map_bytes)
        .max_readers(MAX_READERS)
        .max_dbs(u32::try_from(TableName::ALL.len()).unwrap_or(u32::MAX));
    // SAFETY: The call is unsafe because it is undefined behaviour if another program changes or shortens a mapped
    // file, and because a crash of the machine leaves a file of any content, since nothing is synced.
    // * Only this user can write the folder, which is on a local disk (`StateFolder::open`), and only this module writes in
    //   it. LMDB's lock file, which is not removed while its store is current, synchronises the processes.
    // * A file from before a crash is never opened, since the boot id differs (`StoreVolume::present`).
    // * A file that was cut short is never opened: its length is checked before, and equals that of the map from the
    //   start (`stretch`).
    // * A forked child does not use the environment of its parent, except that it closes it (`LmdbStore::renew`).
    #[expect(unsafe_code, reason = "LMDB maps the file; see above")]
    let env = unsafe {
        options
            .flags(
                EnvFlags::NO_SUB_DIR
                    | EnvFlags::NO_SYNC
                    | EnvFlags::NO_META_SYNC
                    | EnvFlags::NO_READ_AHEAD,
            )
            .open(path)
    };
    let env = env?;
    let id = file_id(&fs::metadata(path).map_err(|error| system::io_error(&error))?);
    close_on_exec(id)?;
    open.insert(id);
    Ok((env, EnvEntry(id)))
}

/// Closes the data file in programs that PHP starts. LMDB opens it without `O_CLOEXEC`, so those programs could write
/// to it.
fn close_on_exec(data: (u64, u64)) -> Result<(), StoreError> {
    let io = |error| system::io_error(&error);
    for entry in fs::read_dir("/proc/self/fd").map_err(io)?.flatten() {
        let number = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if let Some(number) = number
            && fs::metadata(entry.path()).is_ok_and(|about| file_id(&about) == data)
        {
            // SAFETY: The call is unsafe because the descriptor may be closed and reused for another file while it is
            // borrowed. This descriptor belongs to the file that LMDB has just opened and keeps open as long as the
            // environment, which the caller holds; nothing else in this process opens that file.
            #[expect(
                unsafe_code,
                reason = "LMDB has no function that returns its descriptors as types"
            )]
            let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
            rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::CLOEXEC)
                .map_err(|error| system::io_error(&error.into()))?;
        }
    }
    Ok(())
}

/// Examines the `batch` records that follow `key`, continuing at the beginning after the last one, and removes those
/// that are `dead`. Next to a key that is being written this is cheap, since its page is in memory. Keys are digests,
/// so over time every part of the table is reached.
pub(super) fn prune(
    table: Table<'_>,
    wtxn: &mut RwTxn<'_>,
    key: &[u8],
    batch: usize,
    dead: impl Fn(&[u8]) -> bool,
) -> Result<(), StoreError> {
    let mut doomed: Vec<Vec<u8>> = Vec::new();
    let mut left = batch;
    let key = Bound::Excluded(key);
    for half in [(key, Bound::Unbounded), (Bound::Unbounded, key)] {
        for record in table.range(wtxn, &half)?.take(left) {
            let (key, value) = record?;
            left -= 1;
            if dead(value) {
                doomed.push(key.to_vec());
            }
        }
    }
    for key in doomed {
        table.delete(wtxn, &key)?;
    }
    Ok(())
}

/// Checks that the table does not exceed its share of a map of `map_bytes`.
///
/// # Errors
/// [`StoreError::Full`] if it does.
pub(super) fn check_share(
    table: Table<'_>,
    wtxn: &RwTxn<'_>,
    name: TableName,
    map_bytes: u64,
) -> Result<(), StoreError> {
    let stat = table.stat(wtxn)?;
    let pages = stat.branch_pages + stat.leaf_pages + stat.overflow_pages;
    let used = (pages as u64).saturating_mul(u64::from(stat.page_size));
    if used > map_bytes / 100 * name.parts().1 {
        return Err(StoreError::Full);
    }
    Ok(())
}

/// Reads a stored moment.
///
/// # Errors
/// [`StoreError::Corrupt`] if it is missing or does not have 8 bytes.
pub(super) fn moment(bytes: Option<&[u8]>) -> Result<Timestamp, StoreError> {
    let bytes = bytes.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    Ok(Timestamp::from_millis(u64::from_be_bytes(
        bytes.ok_or(StoreError::Corrupt)?,
    )))
}

/// Returns whether a record has expired. It begins with the moment until which it is kept.
pub(super) fn expired(record: &[u8], latest: Timestamp) -> bool {
    moment(record.get(..8)).is_ok_and(|until| until < latest)
}

impl From<heed::Error> for StoreError {
    fn from(error: heed::Error) -> Self {
        match error {
            // LMDB reports EIO for a short write, which a full disk causes.
            heed::Error::Io(error) if error.raw_os_error() == Some(EIO) => Self::Full,
            heed::Error::Io(error) => system::io_error(&error),
            heed::Error::Mdb(MdbError::MapFull | MdbError::TxnFull) => Self::Full,
            heed::Error::Mdb(MdbError::ReadersFull) | heed::Error::EnvAlreadyOpened => Self::Busy,
            heed::Error::Mdb(_) | heed::Error::Encoding(_) | heed::Error::Decoding(_) => {
                Self::Corrupt
            }
        }
    }
}
